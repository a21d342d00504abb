package import StrictJSON
internal import World

/// Why an update stopped. Everything accepted before it stays, and the next cycle may go on from there.
package struct TrustError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, CaseIterable, Sendable {
    /// There is no trusted root yet, or what is on disk is none.
    case noTrustedRoot
    /// Not JSON of the form that the specification gives (section 4).
    case malformed
    /// Metadata of another role than the one asked for.
    case wrongRole
    /// Too few valid signatures of the role's keys.
    case notSigned
    /// Not the version that the metadata above it lists, or not the next root.
    case wrongVersion
    /// An older version than the one already trusted.
    case rollback
    /// The new snapshot no longer lists a role that the trusted one did.
    case disappeared
    /// Past its expiry at the start of the update: the repository may be held still (freeze attack).
    case frozen
    case wrongLength
    case wrongHash
    /// Delegated, but not listed in the snapshot.
    case notListed
    /// No role that may speak for the target lists it.
    case unknownTarget
    /// More delegated roles would have to be looked at than allowed.
    case tooManyDelegations
    case fetch
    case disk
  }

  package var kind: Kind
  /// The role or target that it is about.
  package var subject: ExactText
  package var detail: String

  package init(_ kind: Kind, _ subject: ExactText, _ detail: String) {
    self.kind = kind
    self.subject = subject
    self.detail = detail
  }

  package var description: String { "\(Quoting.shown(subject)): \(detail)" }
}

extension TrustError {
  static func fetch(_ role: ExactText, _ error: FetchError) -> TrustError { TrustError(.fetch, role, error.description) }
  static func disk(_ role: ExactText, _ error: FileError) -> TrustError { TrustError(.disk, role, error.description) }

  static func frozen(_ role: ExactText, version: Int64, expires: WallTime, at start: WallTime) -> TrustError {
    TrustError(
      .frozen, role,
      "version \(version) expired at \(expires.iso8601(fraction: 0)) and this update began at \(start.iso8601(fraction: 0)). Either the repository no "
        + "longer issues new metadata, or somebody keeps it from you (freeze attack), or this machine's clock is wrong")
  }
}
