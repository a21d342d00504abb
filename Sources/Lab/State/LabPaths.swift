import LiveWorld

/// Where a lab keeps things. Everything of one lab is below one folder.
package struct LabPaths: Hashable, Sendable {
  package var root: String

  package init(root: String) { self.root = root }

  /// `CONNECTOR_LAB_STATE`, else `connector-lab` in the user's state folder (XDG Base Directory Specification 0.8).
  package static func standard(environment: [String: String]) -> LabPaths {
    if let set = environment["CONNECTOR_LAB_STATE"], !set.isEmpty { return LabPaths(root: DiskPath.absolute(set)) }
    let home = environment["HOME"] ?? "/"
    let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/.local/state"
    return LabPaths(root: "\(state)/connectord-lab")
  }

  /// Held by the lab that runs on this folder.
  package var lock: String { "\(root)/lab.lock" }
  /// `LabEndpoints` of the lab that runs, with its process id; removed at the end.
  package var running: String { "\(root)/lab.json" }
  /// What a detached lab prints.
  package var log: String { "\(root)/lab.log" }
  package var cloud: String { "\(root)/cloud" }
  /// The repository of releases, which its cloud serves.
  package var releases: String { "\(root)/releases" }
  /// What connectors begin their trust with; it stays when the keys change.
  package var firstRoot: String { "\(releases)/metadata/1.root.json" }
  /// The programs of this build as a release.
  package var built: String { "\(root)/built" }
  /// Held by the one command that changes the repository.
  package var releasesLock: String { "\(root)/releases.lock" }
  /// In the folder of the cloud and of each connector.
  package static let eventFile = "events.jsonl"
  package func connector(_ name: String) -> String { "\(root)/\(name)" }
}
