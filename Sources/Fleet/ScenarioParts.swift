import Rollouts
import Simulation
import World

/// A scenario goes to a file and back.
extension Mutant: Codable {}
extension HeartbeatMode: Codable {}

/// A scenario with less in it. Machines, links and locations are numbered, so who stays is numbered anew in all that names it.
extension Scenario {
  /// With only these connectors (by their numbers from 0); a place that is left with none goes as well.
  package func keeping(connectors kept: [Int]) -> Scenario {
    var out = self
    let new = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    var places: [Place] = []
    var newPlaces: [Int: Int] = [:]
    var first = 0
    for (number, place) in self.places.enumerated() {
      let left = (first..<first + place.connectors).count { new[$0] != nil }
      first += place.connectors
      guard left > 0 else { continue }
      newPlaces[number] = places.count
      places.append(Place(place.schedule, place.assignment, connectors: left))
    }
    out.places = places
    out.faults = faults.compactMap { $0.renumbered(new) }
    out.actions = actions.compactMap { $0.renumbered(new, newPlaces) }
    return out
  }

  /// With only these places (by their numbers from 0), each with all its connectors.
  package func keeping(places kept: [Int]) -> Scenario {
    let kept = Set(kept)
    var first = 0
    var connectors: [Int] = []
    for (number, place) in places.enumerated() {
      if kept.contains(number) { connectors += first..<first + place.connectors }
      first += place.connectors
    }
    return keeping(connectors: connectors)
  }

  /// Over after so long; what would begin later does not begin.
  package func ending(after length: Duration) -> Scenario {
    var out = self
    out.length = length
    out.releases.removeAll { $0.at >= length }
    out.actions.removeAll { $0.at >= length }
    out.faults.removeAll { $0.begins >= length }
    return out
  }

  /// Begun so much later: the same things at the same times of day, with less before them. Nil when something would begin before the start.
  package func beginning(later by: Duration) -> Scenario? {
    let begins = releases.map(\.at) + actions.map(\.at) + faults.map(\.begins)
    guard by > .zero, by < length, begins.allSatisfy({ $0 >= by }) else { return nil }
    var out = self
    out.starts = starts + by
    out.length = length - by
    for index in out.releases.indices { out.releases[index].at -= by }
    for index in out.actions.indices { out.actions[index].at -= by }
    for index in out.faults.indices { out.faults[index].begins -= by }
    return out
  }
}

extension Fault {
  fileprivate func renumbered(_ new: [Int: Int]) -> Fault? {
    var out = self
    switch target {
    case .cloud: return self
    case .machine(let index):
      guard let index = new[index] else { return nil }
      out.target = .machine(index)
    case .link(let index):
      guard let index = new[index] else { return nil }
      out.target = .link(index)
    case .peer(let a, let b):
      guard let a = new[a], let b = new[b] else { return nil }
      out.target = .peer(a, b)
    }
    return out
  }
}

extension OperatorAction {
  /// Nil when it was about somebody who is not there any more.
  fileprivate func renumbered(_ connectors: [Int: Int], _ places: [Int: Int]) -> OperatorAction? {
    func connector(_ id: String) -> String? { Self.number(id, "c").flatMap { connectors[$0] }.map { "c\($0 + 1)" } }
    switch act {
    case .order(.now(let id)): return connector(id).map { OperatorAction(.order(.now($0)), at: at) }
    case .order(.clear(let id)): return connector(id).map { OperatorAction(.order(.clear($0)), at: at) }
    case .order(.delay(let id)):
      return Self.number(id, "l").flatMap { places[$0] }.map { OperatorAction(.order(.delay("l\($0 + 1)")), at: at) }
    case .schedule(let location, let schedule, let assignment):
      return places[location].map { OperatorAction(.schedule(location: $0, schedule, assignment), at: at) }
    case .order, .revoke, .lookAfter: return self
    }
  }

  /// `c3` is the connector with the number 2.
  private static func number(_ id: String, _ letter: Character) -> Int? { id.first == letter ? Int(id.dropFirst()).map { $0 - 1 } : nil }
}
