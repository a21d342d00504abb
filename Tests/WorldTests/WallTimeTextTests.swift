import Foundation
import Testing
import World

struct WallTimeTextTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00.000Z", 0),
    ("1969-12-31T23:59:59.999Z", -1_000),
    ("2000-02-29T12:00:00.000Z", 951_825_600_000_000),
    ("2024-02-29T23:59:59.500Z", 1_709_251_199_500_000),
    ("2100-02-28T00:00:00.000Z", 4_107_456_000_000_000),
    ("2100-03-01T00:00:00.000Z", 4_107_542_400_000_000),
    ("2026-11-21T09:30:00.123Z", 1_795_253_400_123_000),
    ("9999-12-31T23:59:59.999Z", 253_402_300_799_999_000),
    ("0001-01-01T00:00:00.000Z", -62_135_596_800_000_000),
  ])
  func textAndTimeAreTwins(text: String, microseconds: Int64) {
    #expect(WallTime(microseconds: microseconds).description == text)
    #expect(WallTime(iso8601: text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    ("2026-11-21T09:30:00Z", Int64(0)), ("2026-11-21T09:30:00.1Z", 100_000), ("2026-11-21T09:30:00.123456Z", 123_456),
    ("2026-11-21T09:30:00.123456789Z", 123_456), ("2026-11-21 09:30:00+00:00", 0), ("2026-11-21T09:30:00.5+00:00", 500_000),
  ])
  func otherFormsThatAreRead(text: String, micro: Int64) {
    #expect(WallTime(iso8601: text)?.microseconds == 1_795_253_400_000_000 + micro)
  }

  @Test(arguments: [
    "", "now", "2026-11-21", "2026-11-21T09:30:00", "2026-11-21T09:30:00.Z", "2026-11-21T09:30:00+01:00", "2026-13-01T00:00:00Z",
    "2026-00-10T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
    "2024-02-30T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
    "2026-1-01T00:00:00ZZ", "２０２６-01-01T00:00:00Z", "2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00z", "-026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.12a4Z", "2026/01/01T00:00:00Z",
  ])
  func malformedTextIsRefused(text: String) {
    #expect(WallTime(iso8601: text) == nil)
  }

  @Test func everyDayOfFourCenturiesComesBack() {
    var day = Int64(-135_140)
    var wrong: [Int64] = []
    while day < 12_000 {
      let time = WallTime(seconds: day * 86_400 + 3_661)
      if WallTime(iso8601: time.iso8601(fraction: 0)) != time { wrong.append(day) }
      day += 1
    }
    #expect(wrong == [])
  }

  @Test func fractions() {
    let time = WallTime(microseconds: 1_795_253_400_000_042)
    #expect(time.iso8601(fraction: 0) == "2026-11-21T09:30:00Z")
    #expect(time.iso8601(fraction: 3) == "2026-11-21T09:30:00.000Z")
    #expect(time.iso8601(fraction: 6) == "2026-11-21T09:30:00.000042Z")
  }

  @Test func json() throws {
    let times = [WallTime(microseconds: 1_795_253_400_000_042)]
    let data = try JSONEncoder().encode(times)
    #expect(String(decoding: data, as: UTF8.self) == #"["2026-11-21T09:30:00.000042Z"]"#)
    #expect(try JSONDecoder().decode([WallTime].self, from: data) == times)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([WallTime].self, from: Data(#"["yesterday"]"#.utf8)) }
  }

  @Test(arguments: [
    (Duration.seconds(1), Int64(1_000_000_000)), (.nanoseconds(-1), -1), (.zero, 0), (.seconds(Int64.max), .max / 2), (.seconds(Int64.min), .min / 2),
  ])
  func durationsSaturate(duration: Duration, nanoseconds: Int64) {
    #expect(duration.nanoseconds == nanoseconds)
  }
}
