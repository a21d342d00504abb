import CloudAPI
import World

/// A connector that obeys the coordinator's orders as the contract says, in virtual time: each heartbeat it is one step further.
struct ObedientConnector {
  var name: String
  var version: String
  /// Its trial does not get through.
  var fails = false
  var inMaintenance = false
  var standing: UpdateStanding?
  /// What it runs is not what was published, though it names the same version.
  var isForeign = false
  private var wanted: String?
  private var old: String?

  init(_ name: String, version: String, fails: Bool = false) {
    self.name = name
    self.version = version
    self.fails = fails
  }

  /// Of a release's manifest: its version's digits, and zeros.
  static func digest(of version: String) -> String {
    let digits = String(version.filter { $0 != "." })
    return digits + String(repeating: "0", count: 64 - digits.count)
  }
  var digest: String { isForeign ? String(repeating: "f", count: 64) : Self.digest(of: version) }

  var isServing: Bool { !inMaintenance && standing?.stage != .trial }

  /// What it answers to an order. A token that it acted on, or an older one, changes nothing.
  mutating func obey(_ command: UpdateCommand) -> UpdateStanding {
    if let standing, command.token < standing.token { return standing }
    let isNew = command.token != standing?.token
    switch command.action {
    case .enterMaintenance:
      inMaintenance = true
      if isNew { standing = UpdateStanding(token: command.token, stage: .drained) }
    case .install:
      if isNew || standing?.stage == .drained {
        (wanted, old) = (command.version, version)
        standing = UpdateStanding(token: command.token, stage: .installing, version: command.version)
      }
    case .rollBack: if standing?.stage == .trial || standing?.stage == .committed { goBack(command.token, "it was told to") }
    case .restartMachine: standing = UpdateStanding(token: command.token, stage: .restarted)
    case .leaveMaintenance: inMaintenance = false
    }
    return standing ?? UpdateStanding(token: command.token, stage: .failed, reason: "nothing was ordered")
  }

  private mutating func goBack(_ token: UInt64, _ reason: String) {
    version = old ?? version
    standing = UpdateStanding(token: token, stage: .rolledBack, version: wanted, reason: reason)
  }

  /// Its work goes on: from installation to trial, from trial to commit or back.
  mutating func step() {
    guard let now = standing, let wanted else { return }
    switch now.stage {
    case .installing:
      version = wanted
      standing = UpdateStanding(token: now.token, stage: .trial, version: wanted)
    case .trial where fails: goBack(now.token, "its trial went wrong")
    case .trial: standing = UpdateStanding(token: now.token, stage: .committed, version: wanted, digest: digest)
    default: break
    }
  }
}
