import World

/// What lies in the state directory and belongs to the machine, not to a release: no snapshot holds it, and a rollback leaves it as it is.
extension ReleaseSlots {
  /// Names from the state directory: a file, a folder with all below it, or with a `*` at the end whatever begins so.
  static let machineState = [
    // The memory of request ids and commands, scheduled restarts and the audit of privileged operations: going back, a request would be done twice.
    "agent-system",
    // An audit from which a trial's entries vanish is none. The secrets beside it go back with the release that can read them.
    "credential-provider/audit.*",
    // The key, certificate and id by which the cloud knows this machine: of a certificate that was renewed in the trial the one before may have run out, and
    // the connector would come back without a way to say so. Its format is every release's: one that cannot read it sets it aside and registers again.
    "link/identity.json*",
    // What a failed trial said is what one wants to read after it.
    "logs",
    // The lease under which the cloud updates this connector: with it an older token would come back.
    "watchdog",
  ]

  /// The files of a state that go back with their release; sockets, FIFOs and devices are none.
  func stateTree(_ folder: String) throws(FileError) -> [String] {
    var files: [String] = []
    for path in try tree(folder) where !Self.isMachineState(path) {
      if try self.files.info("\(folder)/\(path)")?.isSpecial != true { files.append(path) }
    }
    return files
  }

  static func isMachineState(_ path: String) -> Bool {
    machineState.contains { name in
      name.hasSuffix("*") ? path.hasPrefix(name.dropLast()) : path == name || path.hasPrefix(name + "/")
    }
  }

  /// Moves what belongs to the machine from the state that was set aside to the one that was restored. What was moved already is not there any more.
  func bringBack(from aside: String) throws(FileError) {
    guard try files.info(aside) != nil else { return }
    for path in try machineEntries(aside, "") {
      let target = "\(stateFolder)/\(path)"
      try files.makeDirectory(String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)]), mode: 0o700)
      // Only a snapshot of an older program holds one.
      try files.removeTree(target, step: EvergreenStep.collect.step)
      try files.rename("\(aside)/\(path)", to: target, step: EvergreenStep.stateKeep.step)
    }
  }

  /// Whole folders where all below them is the machine's.
  private func machineEntries(_ folder: String, _ prefix: String) throws(FileError) -> [String] {
    var found: [String] = []
    for name in try files.list(prefix.isEmpty ? folder : "\(folder)/\(prefix)") {
      let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
      if Self.isMachineState(path) {
        found.append(path)
      } else if Self.machineState.contains(where: { $0.hasPrefix(path + "/") }), try files.info("\(folder)/\(path)")?.isDirectory == true {
        found += try machineEntries(folder, path)
      }
    }
    return found
  }
}
