import Fleet
import Rollouts
import World

/// Releases and operators.
extension ScenarioReader {
  mutating func release(_ node: DocumentNode, _ path: String) -> ReleasePlan? {
    guard let fields = fields(node, Shapes.release, path) else { return nil }
    let (version, at) = (version(fields, "version"), duration(fields, "at"))
    let rings = list(fields, "rings") { reader, node, path in reader.ring(node, path) } ?? RingDefinition.standard
    let floors = list(fields, "floors") { reader, node, path -> ReleaseVersion? in
      if case .text(let text) = node.content, let version = ReleaseVersion(text) { return version }
      reader.report(node, path, expected: FieldType.version.expected)
      return nil
    }
    let canaries = number(fields, "canaries") ?? 3
    let (emergency, lastRing) = (flag(fields, "emergency") ?? false, number(fields, "lastRing"))
    let behaviour = choice(fields, "behaviour", ReleaseBehaviour.self) ?? .healthy
    let affected = number(fields, "affected") ?? 1_000_000
    guard let version, let at else { return nil }
    let offer = ReleaseOffer(version, floors: floors ?? [], rings: rings, canaries: canaries, emergency: emergency, lastRing: lastRing)
    if let problem = offer.problem, problems.isEmpty { report(node, path, expected: "a release that can be rolled out", found: problem) }
    return ReleasePlan(offer, at: at, behaviour, affected: affected)
  }

  private mutating func ring(_ node: DocumentNode, _ path: String) -> RingDefinition? {
    guard let fields = fields(node, Shapes.ring, path) else { return nil }
    let (name, upTo) = (text(fields, "name"), number(fields, "upTo"))
    let (bake, limit) = (duration(fields, "bake") ?? .zero, number(fields, "failureLimit") ?? 1)
    guard let name, let upTo else { return nil }
    return RingDefinition(name, upTo: upTo, bake: bake, failureLimit: limit)
  }

  mutating func action(_ node: DocumentNode, _ path: String, _ base: Scenario) -> OperatorAction? {
    guard let fields = fields(node, Shapes.action, path) else { return nil }
    let at = duration(fields, "at")
    let what = one(fields, "do") { Names.acts.contains($0) ? $0 : nil }
    let connector = one(fields, "connector") { Self.number($0, "c", upTo: base.connectors).map { "c\($0 + 1)" } }
    let location = one(fields, "location") { Self.number($0, "l", upTo: base.places.count) }
    let (ring, upTo, version) = (text(fields, "ring"), number(fields, "upTo"), version(fields, "version"))
    let schedule = schedule(fields)
    guard let at, let what else { return nil }
    let needs: [String] =
      switch what {
      case "now", "clear": ["connector"]
      case "delay": ["location"]
      case "widen": ["ring", "upTo"]
      case "extend": fields.values["ring"] == nil ? [] : ["ring"]
      case "revoke": ["version"]
      case "schedule": ["location"] + ["ring", "schedule", "zone", "window"].filter { fields.values[$0] != nil }
      default: []
      }
    require(fields, needs, of: what, among: ["connector", "location", "ring", "upTo", "version", "schedule", "zone", "window"])
    let act: OperatorAction.Act? =
      switch what {
      case "pause": .order(.pause)
      case "resume": .order(.resume)
      case "abort": .order(.abort)
      case "now": connector.map { .order(.now($0)) }
      case "clear": connector.map { .order(.clear($0)) }
      case "delay": location.map { .order(.delay("l\($0 + 1)")) }
      case "widen": ring.flatMap { ring in upTo.map { .order(.widen(ring, upTo: $0)) } }
      case "extend": .order(.extend(upTo: ring))
      case "revoke": version.map { .revoke($0) }
      case "schedule": location.map { .schedule(location: $0, schedule, assignment(fields)) }
      default: .lookAfter
      }
    return act.map { OperatorAction($0, at: at) }
  }

  /// Of `c3` and three or more connectors: 2.
  static func number(_ text: String, _ letter: String, upTo count: Int) -> Int? {
    guard text.hasPrefix(letter), let number = Int(text.dropFirst()), text == "\(letter)\(number)", number >= 1, number <= count else { return nil }
    return number - 1
  }
}
