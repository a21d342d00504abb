package import ConnectorSettings
package import Evergreen
package import Releases
package import World

/// The releases on one machine, side by side, and which of them runs. One folder:
///
/// ```
/// releases/<version>-<digest12>/   complete releases, never changed
/// active, last-good, trial         links to them, each changed by one rename
/// record.json, record.copy.json    what is under way, twice
/// runs.json                        starts of the trial
/// state/                           what the connector itself keeps (or elsewhere on the same file system)
/// snapshots/<release>-g<n>/        the state of a release from before the trial of the next
/// configuration                    the settings that an update resets to the release's defaults
/// downloads/<sha256>.bundle, staging/
/// ```
///
/// Calls block. One process at a time writes here: the Agent System while the connector runs, whoever starts the connector while it does not.
package struct ReleaseSlots: Sendable {
  package struct Settings: Sendable {
    package var update = UpdateSettings()
    package var platform = ReleasePlatform.current
    package var isFIPS = false
    package var limits = ReleaseManifest.Limits()
    /// Bytes that an update must leave free. Chosen: room for logs and records.
    package var reserve: Int64 = 64 << 20
    /// Where the connector keeps its state; nil for `state` beside the releases. On the same file system: a rollback renames.
    package var stateFolder: String?

    package init() {}

    /// As a connector's configuration says: its whole state directory is what a rollback puts back.
    package init(_ configuration: ConnectorConfiguration) {
      update = UpdateSettings(configuration)
      stateFolder = configuration.state.directory
    }
  }

  package let files: any Files
  package let root: String
  package let settings: Settings
  let onFact: @Sendable (UpdateFact) -> Void

  package init(files: any Files, root: String, settings: Settings = Settings(), onFact: @escaping @Sendable (UpdateFact) -> Void = { _ in }) {
    self.files = files
    self.root = root
    self.settings = settings
    self.onFact = onFact
  }

  package func folder(of slot: SlotName) -> String { "\(root)/releases/\(slot)" }
  package func bundlePath(_ bundle: UpdateOrder.Bundle) -> String { "\(root)/downloads/\(bundle.sha256).bundle" }
  package var stateFolder: String { settings.stateFolder ?? root + "/state" }
  package var configurationPath: String { root + "/configuration" }
  var staging: String { root + "/staging" }
  var snapshots: String { root + "/snapshots" }
  func path(_ role: UpdateFact.Role) -> String { "\(root)/\(role.rawValue)" }

  func makeFolders() throws(SlotError) {
    try onDisk { () throws(FileError) in
      for name in ["", "/releases", "/snapshots", "/downloads", "/staging"] { try files.makeDirectory(root + name, mode: 0o755) }
    }
  }

  /// Where a link leads; nil when it is missing or leads to something that is not a release's name.
  package func slot(_ role: UpdateFact.Role) throws(SlotError) -> SlotName? {
    guard let target = try onDisk({ () throws(FileError) in try files.readLink(path(role)) }), target.hasPrefix("releases/") else { return nil }
    return SlotName(String(target.dropFirst("releases/".count)))
  }

  /// By one rename; nothing when it leads there already. The word of it is said again all the same: a crash may have come between the link and its word.
  func link(_ role: UpdateFact.Role, to slot: SlotName, at now: WallTime) throws(SlotError) {
    guard try self.slot(role) != slot else { return say(.linked, now, slot) { $0.role = role } }
    let step: EvergreenStep =
      switch role {
      case .active: .linkActive
      case .lastGood: .linkLastGood
      case .trial: .linkTrial
      }
    try onDisk { () throws(FileError) in try files.replaceLink(path(role), to: "releases/\(slot)", step: step.step) }
    say(.linked, now, slot) { $0.role = role }
  }

  func unlinkTrial() throws(SlotError) {
    try onDisk { () throws(FileError) in try files.removeTree(path(.trial), step: EvergreenStep.unlinkTrial.step) }
  }

  /// The releases that are there, whole or not.
  package func installed() throws(SlotError) -> [SlotName] {
    try onDisk { () throws(FileError) in try files.list(root + "/releases") }.compactMap { SlotName($0) }
  }

  func say(_ kind: UpdateFact.Kind, _ now: WallTime, _ slot: SlotName? = nil, _ fill: (inout UpdateFact) -> Void = { _ in }) {
    onFact(UpdateFact(kind, at: now, slot: slot, fill))
  }
}
