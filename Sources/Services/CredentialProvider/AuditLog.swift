package import World

/// The audit log's files: `audit.log`, and `audit.1.log` (the latest full one) to `audit.4.log`. A line counts once it is durable.
struct AuditLog: Sendable {
  /// Bytes after which a new file is begun.
  static let largest: Int64 = 1_048_576
  static let kept = 4

  let directory: String
  let files: any Files

  private var path: String { directory + "/audit.log" }

  /// A crash may leave half a line; it gets a line end of its own, so that the next entry stands alone.
  func mend() throws(FileError) {
    guard let info = try files.info(path), info.size > 0, try files.read(path).last != 10 else { return }
    try files.append(path, [10], mode: 0o600, sync: true)
  }

  func append(_ entry: AuditEntry) throws(FileError) {
    if let info = try files.info(path), info.size >= Self.largest { try rotate() }
    try files.append(path, entry.line, mode: 0o600, sync: true)
  }

  private func rotate() throws(FileError) {
    for number in stride(from: Self.kept - 1, through: 1, by: -1) where try files.info("\(directory)/audit.\(number).log") != nil {
      try files.rename("\(directory)/audit.\(number).log", to: "\(directory)/audit.\(number + 1).log", step: .credentialsAuditRotate)
    }
    try files.rename(path, to: "\(directory)/audit.1.log", step: .credentialsAuditRotate)
  }
}

extension DurableStep {
  package static let credentialsAuditRotate: Self = "credentials.audit.rotate"
}
