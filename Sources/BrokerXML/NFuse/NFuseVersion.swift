import Broker

/// Version of the NFuse protocol that a client asks in. It is answered in the same, or in the newest that is spoken here.
package struct NFuseVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  package var major: Int
  package var minor: Int

  /// Clients from 2004 on were seen to send 1.1 (Program Neighborhood, monitors) to 5.8 (StoreFront); brokers of StoreFront's time answer newer ones in their own.
  package static let newest = NFuseVersion(5, 4)
  /// Of a request that names none: the oldest of those that StoreFront's requests are described in.
  package static let unsaid = NFuseVersion(4, 1)

  package init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// `5.4`, or `5`.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
      part.utf8.count <= 4 && part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
    }
    guard (1...2).contains(parts.count), let major = parts[0], major > 0, let minor = parts.count > 1 ? parts[1] : 0 else { return nil }
    self.init(major, minor)
  }

  package static func < (one: NFuseVersion, other: NFuseVersion) -> Bool { (one.major, one.minor) < (other.major, other.minor) }
  package var description: String { "\(major).\(minor)" }
  /// In which it is answered.
  package var answered: NFuseVersion { min(self, .newest) }
}
