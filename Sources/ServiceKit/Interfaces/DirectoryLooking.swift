import World

/// The AD Provider as the services after it see it.
package protocol DirectoryLooking: Sendable {
  /// The user with all groups that count for it, also through others. Throws `DirectoryLookUpFailed` or `ServiceUnavailable`.
  func user(_ name: DirectoryUserName) async throws -> DirectoryUser
}

/// How a user is named.
package enum DirectoryUserName: Hashable, Sendable {
  /// An account name, `DOMAIN\name`, `name@domain` or a distinguished name.
  case name(String)
  case sid(String)
}

package struct DirectoryUser: Hashable, Sendable {
  package var sid: String
  /// `FOREST1\alice`.
  package var name: String
  /// SIDs.
  package var groups: [String]
  /// Domains whose groups are missing, because no controller of theirs answers.
  package var missing: [String]
  package var isEnabled: Bool

  package init(sid: String, name: String, groups: [String], missing: [String] = [], isEnabled: Bool = true) {
    self.sid = sid
    self.name = name
    self.groups = groups
    self.missing = missing
    self.isEnabled = isEnabled
  }
}

/// Why there is no such answer. People read `detail`.
package struct DirectoryLookUpFailed: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Sendable {
    /// The name or SID cannot be one.
    case badName
    /// Not there, in several domains, or beyond a forest trust.
    case notFound
    /// The directory cannot be asked now.
    case unavailable
    /// This connector has no directory.
    case joinedToNothing
  }
  package var kind: Kind
  package var detail: String

  package init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }
  package var description: String { detail }
}

extension ServiceKey where Interface == any DirectoryLooking {
  package static var directory: Self { Self(.adProvider) }
}
