import Foundation
import Rollouts
import Testing
import World

@Suite struct ValueTests {
  @Test func versionsCompareByNumber() {
    #expect(version("4.99.0.0") < version("4.370.0.1227"))
    #expect(version("1.2.0.0").text == "1.2.0.0")
    #expect(version("6.96.0.61152") < version("6.109.0.1227"))
    for text in ["", "1.", "1.2.3.4.5", "v1", "1.-2", "1234567890"] { #expect(ReleaseVersion(text) == nil) }
  }

  @Test func f12_aPathVisitsEveryFloorInOrder() {
    let offer = ReleaseOffer.plain("10.0", floors: ["9.0", "3.0", "5.0", "12.0"])
    #expect(offer.path(from: version("3.0")) == [version("5.0"), version("9.0"), version("10.0")])
    #expect(offer.path(from: version("10.0")).isEmpty && offer.path(from: version("11.0")).isEmpty)
  }

  @Test func f14_bucketsAreStableAndEven() {
    // The first two are fixed for good: a changed hash would move connectors in the middle of a rollout.
    #expect(Buckets.bucket("connector-1", version("4.370.0.1227")) == 700)
    #expect(Buckets.bucket("connector-2", version("4.370.0.1227")) == 4_435)
    var tenths = Array(repeating: 0, count: 10)
    for number in 0..<10_000 { tenths[Buckets.bucket("connector-\(number)", version("2.0")) / 1_000] += 1 }
    #expect(tenths.allSatisfy { (900...1_100).contains($0) })
    let same = (0..<1_000).count { Buckets.bucket("c\($0)", version("2.0")) / 100 == Buckets.bucket("c\($0)", version("2.1")) / 100 }
    #expect(same < 40)
  }

  @Test func f14_raisingAPercentageKeepsEveryMember() {
    var offer = ReleaseOffer(version("2.0"))
    let before = (0..<2_000).map { offer.ring(of: "c\($0)", .byBucket) ?? .max }
    offer.rings[1].upTo = 3_000
    let after = (0..<2_000).map { offer.ring(of: "c\($0)", .byBucket) ?? .max }
    #expect(zip(before, after).allSatisfy { $1 <= $0 })
    #expect(before != after)
  }

  @Test func f13_splayIsAFunctionOfIdAndVersion() {
    let splays = (0..<1_000).map { Buckets.splay("c\($0)", version("2.0"), limit: minutes(30)) }
    #expect(splays == (0..<1_000).map { Buckets.splay("c\($0)", version("2.0"), limit: minutes(30)) })
    #expect(splays.allSatisfy { $0 >= .zero && $0 < minutes(30) })
    #expect(splays.count { $0 < minutes(15) } > 400 && splays.count { $0 < minutes(15) } < 600)
    #expect(Buckets.splay("c", version("2.0"), limit: .zero) == .zero)
  }

  @Test func f2_aLeaseEndsByItselfAndItsTokenIsRefused() throws {
    var book = LeaseBook()
    let start = at("2026-06-01T00:00")
    let granted = book.grant("a", for: .update, until: start + minutes(10))
    let first = try #require(granted)
    let other = book.grant("b", for: .update, until: start + minutes(10))
    #expect(other == nil)
    #expect(book.holds("a", first.token, at: start + minutes(9)))
    #expect(!book.holds("a", first.token, at: start + minutes(10)))
    #expect(!book.holds("b", first.token, at: start))
    book.release()
    let again = book.grant("a", for: .restart, until: start + minutes(30))
    let second = try #require(again)
    #expect(second.token > first.token)
    #expect(!book.holds("a", first.token, at: start) && book.holds("a", second.token, at: start))
  }

  @Test func f9_everyPhaseThatIsNotSettledGoesSomewhereAtItsDeadline() {
    for phase in ConnectorPhase.allCases where !phase.settled && phase != .stuck { #expect(phase.after(.deadline) != nil, "\(phase)") }
    // The product's way has the one phase that never ends.
    let vendor = Compatibility.vendor(.location)
    for phase in ConnectorPhase.allCases where phase.inFlight && phase != .stuck { #expect(phase.after(.deadline, vendor) == .stuck) }
    #expect(ConnectorPhase.stuck.after(.deadline, vendor) == nil)
  }

  @Test func settledPhasesNeedAFactFromOutside() {
    for phase in ConnectorPhase.allCases where phase.settled {
      for step in [ConnectorStep.deadline, .opened, .granted, .drained, .trialBegan, .cancelled] {
        #expect(phase.after(step) == nil, "\(phase) \(step)")
      }
    }
  }

  @Test func offersAreChecked() {
    #expect(ReleaseOffer(version("2.0")).problem == nil)
    #expect(ReleaseOffer(version("2.0"), rings: []).problem != nil)
    #expect(ReleaseOffer(version("2.0"), rings: [RingDefinition("a", upTo: 500, bake: .zero)]).problem != nil)
    #expect(ReleaseOffer(version("2.0"), canaries: 6).problem != nil)
    let twice = [RingDefinition("a", upTo: 500, bake: .zero), RingDefinition("a", upTo: 10_000, bake: .zero)]
    #expect(ReleaseOffer(version("2.0"), rings: twice).problem != nil)
  }

  @Test func timersComeInOrder() {
    var heap = TimerHeap()
    for second in [5, 3, 9, 3, 1] { heap.arm(.phase("\(second)-\(heap.count)"), at: WallTime(seconds: Int64(second))) }
    var order: [String] = []
    while let (timer, _) = heap.pop(at: WallTime(seconds: 5)) { if case .phase(let id) = timer { order.append(id) } }
    #expect(order == ["1-4", "3-1", "3-3", "5-0"] && heap.next == WallTime(seconds: 9))
  }
}
