import Scenarios
import Testing
import World

@Suite struct DurationTextTests {
  @Test(arguments: [
    ("90s", 90_000_000_000), ("5m", 300_000_000_000), ("2h", 7_200_000_000_000), ("30d", 2_592_000_000_000_000), ("1h30m", 5_400_000_000_000),
    ("0s", 0), ("-50m", -3_000_000_000_000), ("250ms", 250_000_000), ("1s1ns", 1_000_000_001), ("36525d", 3_155_760_000_000_000_000),
  ])
  func reads(_ text: String, _ nanoseconds: Int) {
    #expect(DurationText.read(text) == .nanoseconds(nanoseconds))
  }

  @Test(arguments: ["", "-", "5", "m", "5 m", "1.5h", "30m1h", "1h1h", "5min", "+5m", "--5m", "99999999999999999999s", "36526d", "36525d1ns", "5m\n"])
  func refuses(_ text: String) {
    #expect(DurationText.read(text) == nil)
  }

  @Test func whatIsWrittenIsReadAgain() {
    var word: UInt64 = 1
    for _ in 0..<2_000 {
      word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let length = Duration.nanoseconds(Int64(word >> (3 + word % 50)))
      #expect(DurationText.read(DurationText.write(length)) == length)
    }
    #expect(DurationText.write(.seconds(5_400)) == "1h30m" && DurationText.write(.zero) == "0s" && DurationText.write(.seconds(-90)) == "-1m30s")
  }
}
