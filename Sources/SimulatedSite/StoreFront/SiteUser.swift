/// A user of the simulated StoreFront, who has logged on there.
package struct SiteUser: Hashable, Sendable {
  package var name: String
  /// As the directory names it.
  package var domain: String

  package init(name: String, domain: String) {
    self.name = name
    self.domain = domain
  }
}

/// What a server said to StoreFront.
package enum ServerAnswer: Hashable, Sendable {
  case farm(String)
  /// Names of resources, as a launch names them.
  case resources([String])
  /// - Parameters:
  ///   - host: the machine.
  ///   - session: nil when the answer names none.
  case address(host: String, session: String?)
  case sessions(Int)
  case ticket(String, authority: String)
  case ticketData([String: String])
  /// In the protocol's words, such as `no-available-workstation`.
  case refused(String)
  /// No answer in time, or none that can be read.
  case silent(String)

  /// Whether StoreFront asks another server then: this one cannot broker now, which says nothing about others.
  package var isServersFault: Bool {
    switch self {
    case .silent: true
    case .refused(let word): word == "service-unavailable" || word == "mfserver-overloaded"
    default: false
    }
  }

  /// As it is counted.
  package var reason: String {
    switch self {
    case .refused(let word), .silent(let word): word
    default: "unexpected-answer"
    }
  }
}
