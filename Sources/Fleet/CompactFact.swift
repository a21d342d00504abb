import Releases
import World

/// An `UpdateFact` in 48 bytes instead of some 250: a fleet has many. Releases, commands and states are numbers here.
struct CompactFact: Sendable {
  private static let kinds = UpdateFact.Kind.allCases
  private static let numbers = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, UInt8($0)) })
  private static let roles = UpdateFact.Role.allCases
  private static let none = UInt8.max
  /// Of the reasons only that one matters to a checker.
  private static let forgotten: UInt8 = 2

  private var kind: UInt8
  private var slot = none
  private var from = none
  private var role = none
  private var ok = none
  private var endToEnd = none
  private var isForeign = false
  private var count: Int16 = -1
  private var generation: UInt32 = 0
  private var command: UInt32 = 0
  private var at: Int64
  private var deadline: Int64 = .min
  private var state: UInt64 = .max

  init(_ fact: UpdateFact, _ catalog: Catalog, command: UInt64?, state: UInt64?) {
    kind = Self.numbers[fact.kind] ?? 0
    at = fact.at.microseconds
    slot = fact.slot.flatMap { catalog.number(of: $0) }.map { UInt8($0) } ?? Self.none
    from = fact.from.flatMap { catalog.number(of: $0) }.map { UInt8($0) } ?? Self.none
    role = fact.role.flatMap { Self.roles.firstIndex(of: $0) }.map { UInt8($0) } ?? Self.none
    isForeign = fact.platform.map { $0 != .current } ?? false
    ok = fact.ok.map { $0 ? 1 : 0 } ?? (fact.reason == UpdateFact.forgotten ? Self.forgotten : Self.none)
    endToEnd = fact.endToEnd.map { $0 ? 1 : 0 } ?? Self.none
    count = fact.count.map { Int16(clamping: $0) } ?? -1
    generation = fact.generation.map { UInt32(truncatingIfNeeded: $0) } ?? 0
    deadline = fact.deadline?.microseconds ?? .min
    self.command = command.map { UInt32(truncatingIfNeeded: $0) } ?? 0
    self.state = state ?? .max
  }

  var isProbe: Bool { Self.kinds[Int(kind)] == .probed }

  func fact(_ catalog: Catalog) -> UpdateFact {
    let kind = Self.kinds[Int(kind)]
    var fact = UpdateFact(kind, at: WallTime(microseconds: at), slot: slot == Self.none ? nil : catalog.slots[Int(slot)])
    fact.from = from == Self.none ? nil : catalog.slots[Int(from)]
    fact.role = role == Self.none ? nil : Self.roles[Int(role)]
    fact.ok = ok > 1 ? nil : ok == 1
    if ok == Self.forgotten { fact.reason = UpdateFact.forgotten }
    fact.endToEnd = endToEnd == Self.none ? nil : endToEnd == 1
    fact.count = count < 0 ? nil : Int(count)
    fact.generation = generation == 0 ? nil : UInt64(generation)
    fact.deadline = deadline == .min ? nil : WallTime(microseconds: deadline)
    fact.command = command == 0 ? nil : "lease \(command)"
    fact.state = state == .max ? nil : Catalog.digest(state)
    // What was cleared is named in the reason.
    if kind == .cleared { fact.reason = fact.slot?.version.text }
    if kind == .installed || kind == .machine { fact.platform = isForeign ? ReleasePlatform(os: "another", arch: "machine") : .current }
    return fact
  }
}
