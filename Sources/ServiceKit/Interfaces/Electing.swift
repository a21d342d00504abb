import World

/// The High Availability service as others see it.
package protocol Electing: Sendable {
  func election() async throws -> ElectionView
}

/// Who is elected, and by which rule.
package struct ElectionView: Hashable, Codable, Sendable {
  package var elected: String?
  package var isSelf: Bool
  /// One sentence, such as "first by name of the 2 peers that answer".
  package var reason: String
  package var candidates: [String]

  package init(elected: String?, isSelf: Bool, reason: String, candidates: [String]) {
    self.elected = elected
    self.isSelf = isSelf
    self.reason = reason
    self.candidates = candidates
  }
}

extension ServiceKey where Interface == any Electing {
  package static var election: Self { Self(.highAvailability) }
}
