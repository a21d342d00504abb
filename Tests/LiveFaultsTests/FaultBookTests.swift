import CloudAPI
import LiveFaults
import Testing
import World

private func rule(_ on: String, _ kind: String, _ value: String? = nil, probability: String? = nil, seed: UInt64 = 1) throws -> FaultRule {
  try FaultRule(FaultOrder(on: on, kind: kind, value: value, probability: probability, seed: seed, lasts: "1m"))
}

private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

@Suite struct FaultBookTests {
  @Test func aFaultEndsWithItsLeaseOrWhenItIsCleared() throws {
    var book = FaultBook()
    book.put(1, try rule("connector:c1", "disk-full"), left: .seconds(60), at: at(0))
    book.put(2, try rule("connector:c1", "disk-full"), left: .seconds(20), at: at(0))
    let again = book.put(2, try rule("connector:c1", "disk-full"), left: .seconds(90), at: at(1))
    #expect(!again, "the same again lengthens nothing")
    #expect(book.nextEnd == at(20))
    #expect(book.strikes(at: at(19)) { _ in true }.map(\.id) == [1, 2])
    #expect(book.strikes(at: at(20)) { _ in true }.map(\.id) == [1])
    let (none, one) = (book.clear(7), book.clear(1))
    #expect(none.isEmpty && one.map(\.id) == [1])
    let late = book.strikes(at: at(21)) { _ in true }
    #expect(book.isEmpty && book.nextEnd == nil && late.isEmpty)
  }

  @Test func noLeaseIsLongerThanAFaultMayLast() throws {
    var book = FaultBook()
    book.put(1, try rule("connector:c1", "disk-full"), left: .seconds(1_000_000_000), at: at(0))
    #expect(book.nextEnd == at(0) + FaultRule.longest)
    let empty = book.put(2, try rule("connector:c1", "disk-full"), left: .zero, at: at(0))
    #expect(!empty)
  }

  @Test func theSameSeedStrikesTheSameCallsWhateverElseThereIs() throws {
    func strikes(_ seed: UInt64, beside other: Bool) throws -> [Bool] {
      var book = FaultBook()
      if other { book.put(9, try rule("service:c1/logger", "error", probability: "50%", seed: 3), left: .seconds(60), at: at(0)) }
      book.put(1, try rule("service:c1/logger/collect", "error", probability: "50%", seed: seed), left: .seconds(60), at: at(0))
      return (0..<64).map { _ in book.strikes(at: at(1)) { _ in true }.contains { $0.id == 1 } }
    }
    let first = try strikes(1, beside: false)
    #expect(try first == strikes(1, beside: true))
    #expect(try first != strikes(2, beside: false))
    #expect(first.contains(true) && first.contains(false))
  }

  @Test func aLatencyStaysWithinItsJitter() throws {
    var book = FaultBook()
    let rule = try FaultRule(FaultOrder(on: "service:c1/logger", kind: "latency", value: "300ms", jitter: "50ms", lasts: "1m"))
    book.put(1, rule, left: .seconds(60), at: at(0))
    let delays = (0..<200).flatMap { _ in book.strikes(at: at(1)) { _ in true }.map(\.delay) }
    #expect(delays.count == 200 && Set(delays).count > 100)
    #expect(delays.allSatisfy { $0 >= .milliseconds(250) && $0 <= .milliseconds(350) })
  }
}
