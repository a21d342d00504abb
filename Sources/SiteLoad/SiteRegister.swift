import Foundation
package import World

/// The files by which a drill, or a StoreFront that looks for machines, finds the processes of a lab's site: `site/vda-PID.json` and `site/storefront-PID.json`
/// in the lab's folder. A process that ended leaves its last snapshot there; those of a process that was killed are stale, and nobody answers at their address.
package struct SiteRegister: Sendable {
  package struct Entry: Hashable, Codable, Sendable {
    package var kind: SiteSnapshot.Kind
    package var pid: Int32
    /// `http://127.0.0.1:4000`.
    package var address: String
    /// Set when the process has ended.
    package var last: SiteSnapshot?

    package init(kind: SiteSnapshot.Kind, pid: Int32, address: String, last: SiteSnapshot? = nil) {
      self.kind = kind
      self.pid = pid
      self.address = address
      self.last = last
    }
  }

  /// Ended processes whose last snapshots are kept.
  private static let kept = 16
  private let folder: String
  private let files: any Files

  /// - Parameter root: the lab's folder.
  package init(root: String, files: any Files) {
    folder = "\(root)/site"
    self.files = files
  }

  /// Throws `FileError`.
  package func put(_ entry: Entry) throws {
    try files.makeDirectory(folder, mode: 0o700)
    try files.replace(path(entry), with: [UInt8](try JSONEncoder().encode(entry)), mode: 0o600, step: "lab.site-process")
    forgetOld()
  }

  /// All that can be read, the latest process last.
  package func entries(_ kind: SiteSnapshot.Kind? = nil) -> [Entry] {
    let names = ((try? files.list(folder)) ?? []).filter { $0.hasSuffix(".json") }
    return names.compactMap { name in
      guard let bytes = try? files.read("\(folder)/\(name)") else { return nil }
      return try? JSONDecoder().decode(Entry.self, from: Data(bytes))
    }
    .filter { kind == nil || $0.kind == kind }.sorted { $0.pid < $1.pid }
  }

  private func path(_ entry: Entry) -> String { "\(folder)/\(entry.kind.rawValue)-\(entry.pid).json" }

  private func forgetOld() {
    let old = entries().filter { $0.last != nil }.sorted { ($0.last?.time ?? .init(seconds: 0)) < ($1.last?.time ?? .init(seconds: 0)) }
    for entry in old.dropLast(Self.kept) { try? files.remove(path(entry)) }
  }
}
