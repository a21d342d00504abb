package import StrictJSON
package import World

/// The trusted metadata on disk: `<role>.json` for each role, byte for byte as it came, role names quoted. Each file is replaced in one durable step.
package struct MetadataStore: Sendable {
  package let files: any Files
  package let directory: String

  package init(files: any Files, directory: String) {
    self.files = files
    self.directory = directory
  }

  package func path(_ role: ExactText) -> String { directory + "/" + Quoting.fileName(role, suffix: ".json") }

  /// Nil when there is none. A file larger than the limit is not read.
  package func read(_ role: ExactText, limits: TrustLimits) throws(TrustError) -> [UInt8]? {
    do throws(FileError) {
      guard let info = try files.info(path(role)), !info.isDirectory, info.size <= Int64(limits.bytes(of: role)) else { return nil }
      return try files.read(path(role))
    } catch {
      throw TrustError.disk(role, error)
    }
  }

  package func write(_ role: ExactText, _ bytes: [UInt8]) throws(TrustError) {
    do throws(FileError) { try files.replace(path(role), with: bytes, mode: 0o644, step: Self.step(role)) } catch {
      throw TrustError.disk(role, error)
    }
  }

  /// A missing one is not an error.
  func remove(_ role: ExactText) throws(TrustError) {
    do throws(FileError) { try files.remove(path(role)) } catch { throw TrustError.disk(role, error) }
  }

  /// The name of the durable step that makes a role trusted.
  package static func step(_ role: ExactText) -> DurableStep {
    switch role {
    case .root: "tuf.root"
    case .timestamp: "tuf.timestamp"
    case .snapshot: "tuf.snapshot"
    case .targets: "tuf.targets"
    default: "tuf.delegated"
    }
  }

  /// Begins trust with `root`, which must be signed by its own keys. What else is in the directory stays; the next update holds it against this root.
  package func begin(root: [UInt8], limits: TrustLimits = TrustLimits()) throws(TrustError) {
    _ = try TrustedSet(trustedRoot: root, start: WallTime(microseconds: .min), limits: limits)
    do throws(FileError) { try files.makeDirectory(directory, mode: 0o755) } catch { throw TrustError.disk(.root, error) }
    try write(.root, root)
  }
}
