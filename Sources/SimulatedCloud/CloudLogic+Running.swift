import CloudAPI
import EventCatalog
import World

/// Which release a connector runs is what the digest of its manifest says, not its version alone (F19). Whoever reports a published version with another
/// digest runs something else: it is not counted to be on that version, takes no updates until a person has looked, and both are said.
extension CloudLogic {
  /// Why what is reported is not the published release; nil when it is, or when nothing is known to hold it against: that version is not published, or the
  /// connector does not run from a release or is too old to say its digest.
  func foreign(_ version: String, _ digest: String?) -> String? {
    guard let digest, let version = ReleaseVersion(version),
      let published = (updates?.releases ?? unheardReleases)?.published.first(where: { $0.version == version })?.digest, published != digest
    else { return nil }
    let isDigest = digest.utf8.count == 64 && digest.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    let said = isDigest ? "the manifest \(digest.prefix(12))" : "a manifest whose digest is none"
    return "it runs \(version) with \(said), and the published release has \(published.prefix(12)); find out where its program comes from"
  }

  mutating func noticeForeign(_ connector: inout Connector) {
    let found = foreign(connector.record.version, connector.record.digest)
    if let found, connector.contact.foreign != found { emit(.rolloutForeignRelease(subject: connector.record.fqdn, reason: found)) }
    connector.contact.foreign = found
  }
}
