import Fleet
import Simulation
import World

/// Faults, recipes of faults, and links.
extension ScenarioReader {
  enum ReadFault {
    case one(Fault)
    case many(ScenarioFile.Recipe)
  }

  mutating func fault(_ node: DocumentNode, _ path: String, _ base: Scenario) -> ReadFault? {
    guard let fields = fields(node, Shapes.fault, path) else { return nil }
    let at = duration(fields, "at")
    let lasts = duration(fields, "for")
    let targets = targets(fields, base)
    let kind = kind(fields)
    let recipe = one(fields, "recipe") { Names.recipes.contains($0) ? $0 : nil }
    let (step, times, off, on) = (duration(fields, "step"), number(fields, "times"), duration(fields, "off"), duration(fields, "on"))
    let mine: [String] =
      switch recipe {
      case "swizzle", "rolling": ["step"]
      case "flap": ["times", "off", "on"]
      default: ["for"]
      }
    require(fields, mine, of: recipe ?? "a single fault", among: ["for", "step", "times", "off", "on"])
    guard let at, let kind else { return nil }
    switch recipe {
    case "swizzle"?: return step.map { .many(.init(.swizzle(step: $0), kind, of: targets, begins: at)) }
    case "rolling"?: return step.map { .many(.init(.rolling(each: $0), kind, of: targets, begins: at)) }
    case "flap"?:
      guard let times, let off, let on else { return nil }
      return .many(.init(.flap(times: times, off: off, on: on), kind, of: targets, begins: at))
    default:
      guard let lasts else { return nil }
      guard targets.count == 1, let target = targets.first else {
        if let node = fields.values["target"], !targets.isEmpty { report(node, fields.path("target"), expected: "one target without a recipe") }
        return nil
      }
      return .one(Fault(kind, target, begins: at, lasts: lasts))
    }
  }

  private mutating func targets(_ fields: Fields, _ base: Scenario) -> [FaultTarget] {
    let expected =
      "cloud, machines, links, peers, or machine, link and peer with connectors of c1 to c\(base.connectors), "
      + "such as 'machine c1' or 'peer c1 c2'"
    return texts(fields, "target").flatMap { text -> [FaultTarget] in
      let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      switch (words.first, words.count) {
      case ("cloud", 1): return [.cloud]
      case ("machines", 1): return (0..<base.connectors).map { .machine($0) }
      case ("links", 1): return (0..<base.connectors).map { .link($0) }
      case ("machine", 2): if let number = Self.number(words[1], "c", upTo: base.connectors) { return [.machine(number)] }
      case ("link", 2): if let number = Self.number(words[1], "c", upTo: base.connectors) { return [.link(number)] }
      case ("peers", 1): return base.groups.flatMap { group in group.flatMap { a in group.filter { $0 > a }.map { .peer(a, $0) } } }
      case ("peer", 3):
        if let a = Self.number(words[1], "c", upTo: base.connectors), let b = Self.number(words[2], "c", upTo: base.connectors), a != b {
          return [.peer(a, b)]
        }
      default: break
      }
      report(fields.values["target"] ?? fields.node, fields.path("target"), expected: expected, found: "'\(text.prefix(60))'")
      return []
    }
  }

  private mutating func kind(_ fields: Fields) -> FaultKind? {
    let name = one(fields, "fault") { Names.faults.contains($0) ? $0 : nil }
    let direction = choice(fields, "direction", LinkDirection.self)
    let (chance, rate, nth, drift) = (number(fields, "chance"), number(fields, "rate"), number(fields, "nth"), number(fields, "drift"))
    let hours = number(fields, "hours")
    // Only a clock may go back.
    let by = name == "clockStep" ? one(fields, "by") { DurationText.read($0) } : duration(fields, "by")
    let latency = shape(fields, "latency") { reader, node, path in reader.latency(node, path) }
    guard let name else { return nil }
    let needs: [String] =
      switch name {
      case "partitionOneWay": ["direction"]
      case "latency": ["latency"]
      case "loss", "duplication", "wrongAnswers": ["chance"]
      case "reordering": ["chance", "by"]
      case "slowLink": ["rate"]
      case "powerCutAtWrite", "tornWrite": ["nth"]
      case "wrongTimeZone": ["hours"]
      case "clockStep", "slowCloud", "throttling": ["by"]
      case "clockDrift": ["drift"]
      default: []
      }
    require(fields, needs, of: name, among: ["direction", "chance", "by", "latency", "rate", "nth", "drift", "hours"])
    return switch name {
    case "partition": .partition
    case "partitionOneWay": direction.map { .partitionOneWay($0) }
    case "latency": latency.map { .latency($0) }
    case "loss": chance.map { .loss($0) }
    case "duplication": chance.map { .duplication($0) }
    case "reordering": chance.flatMap { chance in by.map { .reordering(chance, by: $0) } }
    case "slowLink": rate.map { .slowLink($0) }
    case "wrongAnswers": chance.map { .wrongAnswers($0) }
    case "tornWrite": nth.map { .tornWrite($0) }
    case "wrongTimeZone": hours.map { .wrongTimeZone(hours: $0) }
    case "throttling": by.map { .throttling($0) }
    case "powerCut": .powerCut
    case "powerCutAtWrite": nth.map { .powerCutAtWrite($0) }
    case "crash": .crash
    case "hang": .hang
    case "slowMachine": .slowMachine
    case "diskFull": .diskFull
    case "diskSlow": .diskSlow
    case "corruptRecord": .corruptRecord
    case "corruptRelease": .corruptRelease
    case "clockStep": by.map { .clockStep($0) }
    case "clockDrift": drift.map { .clockDrift(Int64($0)) }
    case "pendingRestart": .pendingRestart
    case "staleRestart": .staleRestart
    case "storeFrontSilent": .storeFrontSilent
    case "outageForced": .outageForced
    case "outage": .outage
    case "crashBeforeSending": .crashBeforeSending
    case "slowCloud": by.map { .slowCloud($0) }
    case "metadataFrozen": .metadataFrozen
    default: nil
    }
  }

  mutating func link(_ node: DocumentNode, _ path: String, usual: LinkConditions = LinkConditions()) -> LinkConditions? {
    guard let fields = fields(node, Shapes.link, path) else { return nil }
    var out = LinkConditions(latency: usual.latency)
    out.latency = shape(fields, "latency") { reader, node, path in reader.latency(node, path) } ?? out.latency
    out.lost = number(fields, "lost") ?? 0
    out.doubled = number(fields, "doubled") ?? 0
    out.reordered = number(fields, "reordered") ?? 0
    out.heldBack = duration(fields, "heldBack") ?? .zero
    out.rate = number(fields, "rate")
    out.isUpOpen = flag(fields, "up") ?? true
    out.isDownOpen = flag(fields, "down") ?? true
    return out
  }

  private mutating func latency(_ node: DocumentNode, _ path: String) -> Latency? {
    guard let fields = fields(node, Shapes.latency, path) else { return nil }
    let shape = one(fields, "shape") { ["fixed", "uniform", "skewed"].contains($0) ? $0 : nil }
    let (low, high) = (duration(fields, "low"), duration(fields, "high"))
    guard let shape, let low else { return nil }
    require(fields, shape == "fixed" ? [] : ["high"], of: shape, among: ["high"])
    if shape == "fixed" { return .fixed(low) }
    guard let high else { return nil }
    guard high >= low else {
      report(fields.values["high"] ?? node, fields.path("high"), expected: "no less than 'low'")
      return nil
    }
    return shape == "uniform" ? .uniform(low, high) : .skewed(low, high)
  }
}
