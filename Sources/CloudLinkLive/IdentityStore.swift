package import World

/// Keeps the identity in one file of mode 0600 that is replaced as a whole.
package struct IdentityStore: Sendable {
  package enum Found: Sendable {
    case identity(ConnectorIdentity)
    case none
    /// It could not be used and was moved out of the way (or could not even be moved; then `movedTo` is nil).
    case corrupt(detail: String, movedTo: String?)
  }

  package let path: String
  private let directory: String
  private let files: any Files

  package init(stateDirectory: String, files: any Files) {
    directory = stateDirectory + "/link"
    path = directory + "/identity.json"
    self.files = files
  }

  /// - Parameter now: names the file that a corrupt record is moved to.
  package func load(at now: WallTime) -> Found {
    do {
      guard let info = try files.info(path) else { return .none }
      guard info.mode & 0o077 == 0 else {
        return setAside("its mode is \(String(info.mode, radix: 8)), so others may know the key; 600 was expected", now)
      }
      return .identity(try IdentityFile.decode(try files.read(path)))
    } catch let error as FileError where error.kind == .notFound {
      return .none
    } catch { return setAside("\(error)", now) }
  }

  package func save(_ identity: ConnectorIdentity) throws {
    try files.makeDirectory(directory, mode: 0o700)
    try files.replace(path, with: try IdentityFile.encode(identity), mode: 0o600, step: "link.identity")
  }

  private func setAside(_ detail: String, _ now: WallTime) -> Found {
    let target = path + ".corrupt-\(now.seconds)"
    do {
      try files.rename(path, to: target, step: "link.identity-aside")
      return .corrupt(detail: detail, movedTo: target)
    } catch { return .corrupt(detail: "\(detail); moving it failed: \(error)", movedTo: nil) }
  }
}
