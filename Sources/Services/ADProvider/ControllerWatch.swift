import Directory
import EventCatalog
import World

/// Follows the domain controllers from check to check: what changed becomes an event, what is becomes a state.
struct ControllerWatch: Sendable {
  private struct Name: Hashable {
    var domain: String
    var controller: String
  }
  private var reachable: [Name: Bool] = [:]
  private var reported: Set<Name> = []

  private(set) var controllers: [ControllerHealth] = []
  private(set) var checkedAt: WallTime?

  init() {}

  /// The first look reports only what is wrong.
  mutating func saw(_ seen: [ControllerHealth], at now: Now) -> [Event] {
    var events: [Event] = []
    let before = domains(controllers)
    for controller in seen {
      let name = Name(domain: controller.domain, controller: controller.name)
      if reachable[name] ?? true, !controller.reachable {
        events.append(.directoryControllerDown(controller: controller.name, domain: controller.domain))
      }
      if reachable[name] == false, controller.reachable {
        events.append(.directoryControllerUp(controller: controller.name, domain: controller.domain))
      }
      if !controller.supported, reported.insert(name).inserted {
        events.append(
          .directoryControllerUnsupported(controller: controller.name, domain: controller.domain, system: controller.system.rawValue))
      }
    }
    let after = domains(seen)
    for domain in after.keys.sorted() {
      let (was, is_) = (before[domain] ?? true, after[domain] ?? true)
      if was, !is_ { events.append(.directoryDomainUnreachable(domain: domain)) }
      if !was, is_ { events.append(.directoryDomainReachable(domain: domain)) }
    }
    reachable = Dictionary(seen.map { (Name(domain: $0.domain, controller: $0.name), $0.reachable) }, uniquingKeysWith: { a, _ in a })
    controllers = seen
    checkedAt = now.wall
    return events
  }

  func health(joined: DomainView) -> DirectoryHealth {
    let reachable = domains(controllers)
    let down = reachable.filter { !$0.value }.keys.sorted()
    let silent = controllers.filter { !$0.reachable }
    let (state, reason): (DirectoryHealth.State, String)
    if let needed = down.first(where: { $0 == joined.name || $0 == joined.forest }) {
      (state, reason) = (.down, "no domain controller of \(needed), \(needed == joined.name ? "the joined domain" : "the forest's root"), answers")
    } else if let domain = down.first {
      (state, reason) = (.degraded, "no domain controller of \(domain) answers")
    } else if !silent.isEmpty {
      (state, reason) = (.degraded, "\(silent.count) of \(controllers.count) domain controllers do not answer")
    } else {
      (state, reason) = (.healthy, "all \(controllers.count) domain controllers answer")
    }
    return DirectoryHealth(state: state, reason: reason, checkedAt: checkedAt, joined: joined.name, controllers: controllers)
  }

  /// Whether each domain that has controllers has one that answers.
  private func domains(_ controllers: [ControllerHealth]) -> [String: Bool] {
    Dictionary(controllers.map { ($0.domain, $0.reachable) }, uniquingKeysWith: { $0 || $1 })
  }
}
