package import Directory
package import World

/// What is asked of the directory itself.
package enum DirectoryQuestion: Hashable, Sendable {
  case find(DirectoryQuery)
  case groups(DirectoryQuery, effective: Bool)

  package var text: String {
    switch self {
    case .find(let query): query.text
    case .groups(let query, let effective): "\(effective ? "effective" : "direct") groups of \(query.text)"
    }
  }
}

package enum DirectoryAnswer: Hashable, Sendable {
  case principal(Principal)
  case groups(of: Principal, EffectiveGroups)

  /// Groups of a domain that did not answer are missing: such an answer is not remembered.
  var isComplete: Bool {
    if case .groups(_, let groups) = self { groups.missing.isEmpty } else { true }
  }
}

/// What is asked of the AD Provider.
package enum ADProviderRequest: Hashable, Sendable {
  case look(DirectoryQuestion)
  case domains
  case health
  /// Reads the description again; the answer is `health`.
  case reload
}

package enum ADProviderAnswer: Hashable, Sendable {
  /// `stale`: older than the cache's refresh time, because the directory could not be asked since.
  case looked(DirectoryAnswer, asOf: WallTime, stale: Bool)
  case domains(joined: String?, [DomainView])
  case health(DirectoryHealth)
}

/// Why the AD Provider gave no answer; beside `DirectoryError`.
package enum ADProviderError: Error, Hashable, Sendable, CustomStringConvertible {
  case joinedToNothing
  case unavailable(String)
  case timedOut(String, milliseconds: Int)
  case busy(limit: Int)

  package var description: String {
    switch self {
    case .joinedToNothing: "this connector is joined to nothing: directory.file is not set in its configuration"
    case .unavailable(let reason): "the directory cannot be used: \(reason)"
    case .timedOut(let what, let milliseconds): "the directory did not answer for \(what) within \(milliseconds) ms"
    case .busy(let limit): "\(limit) look-ups are under way already; ask again"
    }
  }
}

/// The state of the directory and its domain controllers.
package struct DirectoryHealth: Hashable, Codable, Sendable {
  package enum State: String, Codable, CaseIterable, Sendable {
    case joinedToNothing, loading, unavailable
    case healthy
    /// A controller does not answer, or a domain that is neither the joined one nor the forest's root has none that does.
    case degraded
    /// The joined domain or the forest's root has no controller that answers (seed, "Active Directory requirements").
    case down
  }
  package var state: State
  /// One sentence.
  package var reason: String
  /// When the controllers were last asked.
  package var checkedAt: WallTime?
  package var joined: String?
  package var controllers: [ControllerHealth]

  package init(state: State, reason: String, checkedAt: WallTime? = nil, joined: String? = nil, controllers: [ControllerHealth] = []) {
    self.state = state
    self.reason = reason
    self.checkedAt = checkedAt
    self.joined = joined
    self.controllers = controllers
  }
}
