import Rollouts
import Simulation
import World

extension Scenario {
  /// What keeps it from being run, in one sentence; nil when it can be. For scenarios that come from outside.
  package var problem: String? {
    let longest = Duration.seconds(3_650 * 86_400)
    if places.isEmpty { return "a scenario has at least one place" }
    if let place = places.first(where: { $0.connectors < 0 }) { return "a place has \(place.connectors) connectors; expected 0 or more" }
    if places.contains(where: { $0.connectors > 100_000 }) || connectors > 100_000 || connectors < 1 {
      return "a scenario has 1 to 100000 connectors"
    }
    if !(0...10_000).contains(machinesPerLocation) { return "a location has 0 to 10000 machines; this has \(machinesPerLocation)" }
    if length <= .zero || length > longest { return "its length is \(length); expected up to ten years" }
    for (number, release) in releases.enumerated() {
      if let problem = release.offer.problem { return "releases[\(number)]: \(problem)" }
    }
    if Set(releases.map(\.offer.version) + [first]).count != releases.count + 1 { return "two releases have the same version" }
    let times = releases.map(\.at) + actions.map(\.at) + faults.flatMap { [$0.begins, $0.lasts] }
    if let time = times.first(where: { $0 < .zero || $0 > longest }) { return "a time is \(time); expected 0 s to ten years" }
    for (number, action) in actions.enumerated() {
      if case .schedule(let place, _, _) = action.act, !places.indices.contains(place) {
        return "actions[\(number)]: there is no place number \(place)"
      }
    }
    return nil
  }
}
