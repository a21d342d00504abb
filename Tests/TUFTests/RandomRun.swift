import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import TrustCheckers
import World

/// A client that lives through good and attacked updates, drawn from a seed. The honest repository goes on in between; nothing that an attack leaves on the client's
/// disk may keep it from the next honest update.
struct RandomRun {
  static let paths: [ExactText] = ["one.txt", "a/x", "b/y"]
  var scene: Scene
  var random: SeededRandom
  /// Every timestamp that was ever published.
  private var timestamps: [[UInt8]] = []
  private var nextKey: UInt8 = 40
  private(set) var refused = 0

  init(seed: UInt64) throws {
    random = SeededRandom(seed: seed)
    scene = try Scene(hashes: seed.isMultiple(of: 2), consistent: !seed.isMultiple(of: 5))
    try scene.delegate([
      Edge(from: "targets", to: "A", paths: ["a/*"]), Edge(from: "targets", to: "B", paths: ["b/*"]), Edge(from: "A", to: "C", paths: ["a/*"]),
    ])
    scene.repository.addTarget("a/x", Array("x1".utf8), role: "C")
    scene.repository.addTarget("b/y", Array("y1".utf8), role: "B")
    try scene.publishTargets()
    try scene.store.begin(root: scene.repository.metadata["1.root.json"] ?? [])
    remember()
  }

  private mutating func draw(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
  private mutating func remember() { if let bytes = scene.repository.metadata["timestamp.json"] { timestamps.append(bytes) } }

  /// An attack, what the client makes of it, and an honest update, which must go through.
  ///
  /// - Returns: why the honest one did not.
  mutating func step() async throws -> TrustError? {
    scene.start = scene.start + .seconds(Int64(draw(3_600)))
    scene.trace.say(.everythingWorks(false), at: scene.start)
    let honest = scene.repository
    try attack(draw(14))
    let path = Self.paths[draw(Self.paths.count)]
    if await scene.download(path) != nil { refused += 1 }
    heal()
    // What was published in an attack may be on the client's disk: the honest repository goes on above it.
    let above = scene.repository.versions
    let targets = scene.repository.targets.mapValues(\.version)
    scene.repository = honest
    for (role, version) in above { scene.repository.versions[role] = max(version, scene.repository.versions[role] ?? 1) + 2 }
    scene.repository.versions[.root] = honest.versions[.root]
    for (role, version) in targets { scene.repository.targets[role]?.version = max(version, honest.targets[role]?.version ?? 1) + 2 }
    try publishHonestly()
    scene.trace.say(.everythingWorks(true), at: scene.start)
    return await scene.download(path)
  }

  private mutating func publishHonestly() throws {
    if draw(4) == 0 { scene.repository.addTarget("b/y", Array("y\(draw(1_000))".utf8), role: "B") }
    if draw(5) == 0 { try rotate() }
    try scene.publish("A", "B", "C", .targets, .snapshot, .timestamp)
    remember()
  }

  /// New keys; with those of timestamp and snapshot versions may begin anew.
  private mutating func rotate() throws {
    let roles: [[ExactText]] = [[.timestamp], [.snapshot], [.timestamp, .snapshot], [.targets], [.root]]
    let rotated = roles[draw(roles.count)]
    for role in rotated {
      let before = scene.repository.roles[role]?.keys ?? []
      let key = Scene.key(nextKey)
      nextKey = nextKey == 63 ? 40 : nextKey + 1
      scene.repository.roles[role] = RoleDraft(keys: [key], signers: role == .root ? before + [key] : nil)
    }
    try scene.publish(.root)
    scene.repository.roles[.root]?.signers = nil
    if rotated == [.timestamp, .snapshot] {
      (scene.repository.versions[.timestamp], scene.repository.versions[.snapshot]) = (0, 0)
      for role in scene.repository.targets.keys { scene.repository.targets[role]?.version = 0 }
    }
  }

  private func heal() {
    for name in ["timestamp.json", "snapshot.json", "A.json"]
      + ["root", "snapshot", "targets", "A", "C"].flatMap({ role in
        (1...400).map { "\($0).\(role).json" }
      })
    {
      scene.fetcher.fail(MemoryFetcher.metadataURL + name, nil)
    }
    scene.files.healFailures()
  }

  private func url(_ role: ExactText) -> String {
    let version = scene.repository.versions[role] ?? scene.repository.targets[role]?.version ?? 1
    let next = role == .root ? version + 1 : version
    let prefix = role == .timestamp || role != .root && !scene.repository.consistentSnapshot ? "" : "\(next)."
    return MemoryFetcher.metadataURL + "\(prefix)\(role).json"
  }

  private mutating func attack(_ kind: Int) throws {
    let next = (scene.repository.versions[.timestamp] ?? 1) + 1
    switch kind {
    case 0: scene.fetcher.put(url(.timestamp), timestamps[draw(timestamps.count)])
    case 1: try scene.forge(.timestamp, version: next, keys: [Scene.key(30)])
    case 2: try scene.forge(.timestamp, version: next) { $0["expires"] = Scene.past }
    case 3:
      scene.repository.timestampMeta = ["version": 1]
      try scene.publish(.timestamp)
    case 4:
      let roles: [ExactText] = [.targets, "A", "B", "C"]
      scene.repository.snapshotMeta[ExactText("\(roles[draw(roles.count)]).json")] = ["version": 1]
      try scene.publish(.snapshot, .timestamp)
    case 5:
      scene.repository.snapshotMeta["C.json"] = nil
      try scene.publish(.snapshot, .timestamp)
    case 6:
      try scene.publish(.targets, .snapshot, .timestamp)
      scene.fetcher.put(url(.targets), Array((scene.fetcher.bytes(url(.targets)) ?? []).reversed()))
    case 7:
      try scene.publish(.targets, .snapshot, .timestamp)
      scene.fetcher.fail(url(.snapshot), .endless)
    case 8: scene.fetcher.fail(url(.timestamp), .cut(after: draw(200)))
    case 9: scene.fetcher.fail(url(.root), .unreachable)
    case 10:
      scene.repository.roles[.root] = RoleDraft(keys: [Scene.key(20)])
      try scene.publish(.root)
    case 11:
      try scene.publish(.targets, .snapshot, .timestamp)
      scene.files.fail(.replace, with: .noSpace, times: 1 + draw(3))
    case 12:
      try scene.publish("A", "B", "C", .targets, .snapshot, .timestamp)
      try scene.forge("C", version: scene.repository.targets["C"]?.version ?? 1, keys: [Scene.key(30)])
    // An honest update without anything new.
    default: break
    }
  }
}
