import Fleet
import Rollouts
import Simulation
import World

/// Places, releases, operators, faults and links as text.
extension ScenarioText {
  static func schedule(_ schedule: UpdateSchedule) -> Fields {
    let usual = UpdateSchedule()
    var out: Fields = []
    switch schedule.rule {
    case .atOnce: break
    case .preferredTime(let time): out.append(("schedule", .text(text(time))))
    case .preferredDay(let day, let time): out.append(("schedule", .text("\(day.short) \(text(time))")))
    }
    if schedule.zone != usual.zone { out.append(("zone", .text(schedule.zone.name))) }
    if schedule.windowLength != usual.windowLength { out.append(("window", duration(schedule.windowLength))) }
    return out
  }

  private static func text(_ time: TimeOfDay) -> String {
    let second = time.second % 60
    return second == 0 ? "\(time)" : "\(time):\(second < 10 ? "0" : "")\(second)"
  }

  static func ring(_ assignment: RingAssignment) -> Fields {
    switch assignment {
    case .byBucket: []
    case .none: [("ring", .text("none"))]
    case .named(let name): [("ring", .text(name == "none" || name == "byBucket" || name.hasPrefix("ring ") ? "ring \(name)" : name))]
    }
  }

  static func release(_ plan: ReleasePlan) -> Fields {
    let offer = plan.offer
    var out: Fields = [("version", .text(offer.version.text)), ("at", duration(plan.at))]
    if plan.behaviour != .healthy { out.append(("behaviour", .text(plan.behaviour.rawValue))) }
    if plan.affected != 1_000_000 { out.append(("affected", number(plan.affected))) }
    if offer.canaries != 3 { out.append(("canaries", number(offer.canaries))) }
    if !offer.floors.isEmpty { out.append(("floors", texts(offer.floors.map(\.text)))) }
    if offer.emergency { out.append(("emergency", flag(true))) }
    if let last = offer.lastRing { out.append(("lastRing", number(last))) }
    if offer.rings != RingDefinition.standard { out.append(("rings", .list(offer.rings.map { .fields(ring($0)) }))) }
    return out
  }

  private static func ring(_ ring: RingDefinition) -> Fields {
    var out: Fields = [("name", .text(ring.name)), ("upTo", number(ring.upTo))]
    if ring.bake != .zero { out.append(("bake", duration(ring.bake))) }
    if ring.failureLimit != 1 { out.append(("failureLimit", number(ring.failureLimit))) }
    return out
  }

  static func action(_ action: OperatorAction) -> Fields {
    func act(_ name: String, _ more: Fields = []) -> Fields { [("at", duration(action.at)), ("do", .text(name))] + more }
    switch action.act {
    case .order(.pause): return act("pause")
    case .order(.resume): return act("resume")
    case .order(.abort): return act("abort")
    case .order(.now(let id)): return act("now", [("connector", .text(id))])
    case .order(.clear(let id)): return act("clear", [("connector", .text(id))])
    case .order(.delay(let location)): return act("delay", [("location", .text(location))])
    case .order(.widen(let ring, let upTo)): return act("widen", [("ring", .text(ring)), ("upTo", number(upTo))])
    case .order(.extend(let ring)): return act("extend", ring.map { [("ring", .text($0))] } ?? [])
    case .revoke(let version): return act("revoke", [("version", .text(version.text))])
    case .schedule(let location, let new, let assignment):
      return act("schedule", [("location", .text("l\(location + 1)"))] + schedule(new) + ring(assignment))
    case .lookAfter: return act("lookAfter")
    }
  }

  // MARK: Faults

  static func fault(_ fault: Fault) -> Fields {
    [("at", duration(fault.begins)), ("for", duration(fault.lasts))] + kind(fault.kind) + [("target", .text(target(fault.target)))]
  }

  static func recipe(_ recipe: ScenarioFile.Recipe) -> Fields {
    let way: Fields =
      switch recipe.way {
      case .swizzle(let step): [("recipe", .text("swizzle")), ("step", duration(step))]
      case .rolling(let each): [("recipe", .text("rolling")), ("step", duration(each))]
      case .flap(let times, let off, let on):
        [("recipe", .text("flap")), ("times", number(times)), ("off", duration(off)), ("on", duration(on))]
      }
    return [("at", duration(recipe.begins))] + way + kind(recipe.kind) + [("target", texts(recipe.targets.map(target)))]
  }

  static func target(_ target: FaultTarget) -> String {
    switch target {
    case .cloud: "cloud"
    case .machine(let index): "machine c\(index + 1)"
    case .link(let index): "link c\(index + 1)"
    case .peer(let a, let b): "peer c\(a + 1) c\(b + 1)"
    }
  }

  private static func kind(_ kind: FaultKind) -> Fields {
    func named(_ name: String, _ more: Fields = []) -> Fields { [("fault", .text(name))] + more }
    switch kind {
    case .partition: return named("partition")
    case .partitionOneWay(let direction): return named("partitionOneWay", [("direction", .text(direction.rawValue))])
    case .latency(let latency): return named("latency", [("latency", .fields(fields(latency)))])
    case .loss(let chance): return named("loss", [("chance", number(chance))])
    case .duplication(let chance): return named("duplication", [("chance", number(chance))])
    case .reordering(let chance, let by): return named("reordering", [("chance", number(chance)), ("by", duration(by))])
    case .slowLink(let rate): return named("slowLink", [("rate", number(rate))])
    case .wrongAnswers(let chance): return named("wrongAnswers", [("chance", number(chance))])
    case .tornWrite(let nth): return named("tornWrite", [("nth", number(nth))])
    case .wrongTimeZone(let hours): return named("wrongTimeZone", [("hours", number(hours))])
    case .throttling(let length): return named("throttling", [("by", duration(length))])
    case .metadataFrozen: return named("metadataFrozen")
    case .powerCut: return named("powerCut")
    case .powerCutAtWrite(let nth): return named("powerCutAtWrite", [("nth", number(nth))])
    case .crash: return named("crash")
    case .hang: return named("hang")
    case .slowMachine: return named("slowMachine")
    case .diskFull: return named("diskFull")
    case .diskSlow: return named("diskSlow")
    case .corruptRecord: return named("corruptRecord")
    case .corruptRelease: return named("corruptRelease")
    case .clockStep(let by): return named("clockStep", [("by", duration(by))])
    case .clockDrift(let drift): return named("clockDrift", [("drift", .text("\(drift)"))])
    case .pendingRestart: return named("pendingRestart")
    case .staleRestart: return named("staleRestart")
    case .storeFrontSilent: return named("storeFrontSilent")
    case .outageForced: return named("outageForced")
    case .outage: return named("outage")
    case .crashBeforeSending: return named("crashBeforeSending")
    case .slowCloud(let by): return named("slowCloud", [("by", duration(by))])
    }
  }

  static func link(_ link: LinkConditions, usual: LinkConditions = LinkConditions()) -> Fields {
    var out: Fields = []
    if link.latency != usual.latency { out.append(("latency", .fields(fields(link.latency)))) }
    if link.lost != 0 { out.append(("lost", number(link.lost))) }
    if link.doubled != 0 { out.append(("doubled", number(link.doubled))) }
    if link.reordered != 0 { out.append(("reordered", number(link.reordered))) }
    if link.heldBack != .zero { out.append(("heldBack", duration(link.heldBack))) }
    if let rate = link.rate { out.append(("rate", number(rate))) }
    if !link.isUpOpen { out.append(("up", flag(false))) }
    if !link.isDownOpen { out.append(("down", flag(false))) }
    return out
  }

  private static func fields(_ latency: Latency) -> Fields {
    switch latency {
    case .fixed(let length): [("shape", .text("fixed")), ("low", duration(length))]
    case .uniform(let low, let high): [("shape", .text("uniform")), ("low", duration(low)), ("high", duration(high))]
    case .skewed(let low, let high): [("shape", .text("skewed")), ("low", duration(low)), ("high", duration(high))]
    }
  }
}
