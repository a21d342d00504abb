import BrokerConfiguration
import Foundation
import Testing

@Suite struct ConfigurationChangesTests {
  private let hash = MemoryConfigurationDatabase.fnv

  /// As it goes over the wire, and applied there.
  private func sent(_ base: BrokerConfiguration, _ later: BrokerConfiguration) throws -> BrokerConfiguration {
    let changes = try base.changes(to: later, hash)
    let read = try ConfigurationChanges.read(json: try Canonical.bytes(changes))
    #expect(read == changes)
    return try read.apply(to: base, digest: try base.digest(hash), hash)
  }

  /// Whatever is done to a configuration, the changes make exactly that of the earlier one.
  @Test(arguments: 1...60) func whatIsAppliedIsWhatWasMeant(seed: UInt64) throws {
    var random = Splitmix(seed)
    var base = BrokerConfiguration.generate(machines: 30, seed: seed)
    for _ in 0..<8 {
      var later = base
      later.revision += 1
      for _ in 0...random.below(4) { random.edit(&later) }
      #expect(try sent(base, later) == later)
      base = later
    }
  }

  @Test func ofALargeConfigurationOnlyWhatDiffersIsSent() throws {
    let base = BrokerConfiguration.generate(machines: 2_000)
    var later = base
    later.revision = 2
    later.machines[700].inMaintenance.toggle()
    later.machines.remove(at: 3)
    later.edgeServers = [.init(fqdn: "c1.forest1.local", uuid: "1")]
    let changes = try base.changes(to: later, hash)
    #expect(changes.count == 3)
    #expect(try Canonical.bytes(changes).count < 2_000)
    #expect(try sent(base, later) == later)
  }

  @Test func changesOfAnotherBaseAreRefused() throws {
    let base = BrokerConfiguration.generate(machines: 5)
    var (later, other) = (base, base)
    later.revision = 2
    later.machines[0].inMaintenance.toggle()
    other.machines[1].inMaintenance.toggle()
    let changes = try base.changes(to: later, hash)
    let error = #expect(throws: ChangesRefused.self) { try changes.apply(to: other, digest: try other.digest(hash), hash) }
    #expect(error?.description.contains("another digest than revision 1") == true)
    other.revision = 9
    #expect(throws: ChangesRefused.self) { try changes.apply(to: other, digest: try base.digest(hash), hash) }
  }

  @Test func changesThatWereChangedOnTheWayAreRefused() throws {
    let base = BrokerConfiguration.generate(machines: 5)
    var later = base
    later.revision = 2
    later.machines[1].inMaintenance.toggle()
    let changes = try base.changes(to: later, hash)
    func refused(_ change: (inout ConfigurationChanges) -> Void) throws -> String {
      var damaged = changes
      change(&damaged)
      return try #require(#expect(throws: ChangesRefused.self) { try damaged.apply(to: base, digest: try base.digest(hash), hash) }).description
    }
    #expect(try refused { $0.format = 2 }.contains("this version reads format 1"))
    #expect(try refused { $0.machines.put[0].at = 99 }.contains("the machines in them do not fit"))
    #expect(try refused { $0.machines.put[0].at = -1 }.contains("the machines in them do not fit"))
    #expect(try refused { $0.machines.put[0].object.dnsName = "x" }.contains("the digests differ"))
    #expect(try refused { $0.machines.put = [] }.contains("the digests differ"))
    #expect(try refused { $0.machines.removed = [base.machines[2].name] }.contains("the digests differ"))
    #expect(try refused { $0.revision = 7 }.contains("the digests differ"))
    for text in ["", "{", "[]", "{}", #"{"format":1}"#] {
      #expect(throws: ChangesRefused.self) { try ConfigurationChanges.read(json: Array(text.utf8)) }
    }
  }
}

/// Edits drawn from a seed.
private struct Splitmix {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func below(_ count: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((word ^ (word >> 31)) % UInt64(max(1, count)))
  }

  mutating func edit(_ all: inout BrokerConfiguration) {
    switch below(9) {
    case 0: if !all.machines.isEmpty { all.machines.remove(at: below(all.machines.count)) }
    case 1: if !all.machines.isEmpty { all.machines[below(all.machines.count)].inMaintenance.toggle() }
    case 2:
      var copy = BrokerConfiguration.generate(machines: 3, seed: UInt64(below(1_000))).machines[0]
      copy.name += "-\(below(1_000_000))"
      all.machines.insert(copy, at: below(all.machines.count + 1))
    case 3: all.machines.reverse()
    case 4: if all.machines.count > 1 { all.machines.swapAt(0, below(all.machines.count)) }
    case 5: all.settings["Lhc.Probe\(below(3))"] = .integer(below(10))
    case 6: all.edgeServers = (0..<below(4)).map { .init(fqdn: "c\($0).forest1.local", uuid: "\(below(5))") }
    case 7: if !all.users.isEmpty { all.users[below(all.users.count)].name += "x" }
    default: all.entitlements = all.entitlements.dropLast(below(2)) + []
    }
  }
}
