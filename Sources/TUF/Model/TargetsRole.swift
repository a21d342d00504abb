package import StrictJSON
package import World

/// A file that the repository offers, as a role speaks of it.
package struct TargetFile: Sendable {
  package var path: ExactText
  /// The role that lists it.
  package var role: ExactText
  package var length: Int64
  package var content: ContentCheck
  /// Whatever the repository says about it beyond that; for the application.
  package var custom: JSONView?
}

/// Targets and delegations of one role (section 4.5). The entries stay in the tree, checked, until one is asked for.
package struct TargetsRole: Sendable {
  package var name: ExactText
  package var version: Int64
  package var expires: WallTime
  package var delegations: Delegations?
  /// By how many keys of whoever delegated to it it is signed, once that was checked.
  package var signed = SignatureCount()
  private let targets: JSONView

  init(_ envelope: Envelope, name: ExactText) throws(FormError) {
    self.name = name
    version = envelope.version
    expires = envelope.expires
    guard let targets = envelope.signed["targets"], targets.isObject else { throw FormError("'targets' is not an object") }
    self.targets = targets
    for (_, entry) in targets.members {
      guard entry.isObject else { throw FormError("a target is not an object") }
      _ = try ContentCheck(entry, requiresBoth: true)
    }
    delegations = try envelope.signed["delegations"].map { view throws(FormError) in try Delegations(view) }
  }

  package var count: Int { targets.count }
  package var paths: [ExactText] { targets.members.compactMap { $0.name.exact } }

  package func target(_ path: ExactText) -> TargetFile? {
    guard let entry = targets[path], let content = try? ContentCheck(entry, requiresBoth: true), let length = content.length else { return nil }
    return TargetFile(path: path, role: name, length: length, content: content, custom: entry["custom"])
  }
}
