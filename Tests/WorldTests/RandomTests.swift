import LiveWorld
import SimulatedWorld
import Testing
import World

struct RandomTests {
  @Test func hex() {
    #expect(Hex.encode([0x00, 0x0f, 0xa0, 0xff]) == "000fa0ff")
    #expect(Hex.encode([UInt8]()) == "")
  }

  @Test func seededDrawsAreTheSameEverywhere() {
    // From an independent implementation of xoshiro256** seeded by splitmix64.
    let random = SeededRandom(seed: 42)
    #expect([random.next(), random.next(), random.next()] == [0x1578_0b2e_0c2e_c716, 0x6104_d986_6d11_3a7e, 0xae17_5332_39e4_99a1])
    let zero = SeededRandom(seed: 0)
    #expect([zero.next(), zero.next()] == [0x99ec_5f36_cb75_f2b4, 0xbf6e_1f78_4956_452a])
  }

  @Test func aForkDependsOnSeedAndNameOnly() {
    let a = SeededRandom(seed: 7)
    let b = SeededRandom(seed: 7)
    _ = b.next()
    _ = b.fork("other").next()
    #expect(a.fork("link").next() == b.fork("link").next())
    #expect(a.fork("link").next() != a.fork("disk").next())
    #expect(a.fork("link").next() != SeededRandom(seed: 8).fork("link").next())
    #expect(a.next() == SeededRandom(seed: 7).next())
  }

  @Test(arguments: [UInt64(1), 2, 3, 10, 1_000, .max])
  func belowStaysBelow(bound: UInt64) {
    let random = SeededRandom(seed: bound)
    #expect((0..<1_000).allSatisfy { _ in random.below(bound) < bound })
  }

  @Test func belowReachesEveryValue() {
    let random = SeededRandom(seed: 1)
    #expect(Set((0..<500).map { _ in random.below(6) }) == Set(0..<6))
    #expect(random.below(0) == 0)
  }

  @Test func unitAndJitter() {
    let random = SeededRandom(seed: 3)
    #expect((0..<1_000).allSatisfy { _ in (0..<1).contains(random.unit()) })
    #expect((0..<1_000).allSatisfy { _ in (.zero ..< .seconds(2)).contains(random.jitter(.seconds(2))) })
    #expect(random.jitter(.zero) == .zero)
    #expect(random.jitter(.seconds(-5)) == .zero)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 31, 32]) func bytes(count: Int) {
    #expect(SystemRandom().bytes(count).count == count)
  }

  @Test func uuids() {
    let uuids = (0..<200).map { _ in SystemRandom().uuid() }
    #expect(Set(uuids).count == 200)
    for uuid in uuids {
      #expect(uuid.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
      #expect(Array(uuid)[14] == "4")
      #expect("89ab".contains(Array(uuid)[19]))
    }
  }
}
