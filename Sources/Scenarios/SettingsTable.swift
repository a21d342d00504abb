import Fleet
import Rollouts

/// The rollout's settings by name; `compatibility` and `forcedStart` are choices and stand apart.
enum SettingsTable {
  typealias Entry<Value> = (key: String, path: WritableKeyPath<RolloutSettings, Value>)

  static var durations: [Entry<Duration>] {
    [
      ("expectedDrain", \.expectedDrain), ("expectedInstall", \.expectedInstall), ("drainLimit", \.drainLimit), ("installLimit", \.installLimit),
      ("trialLimit", \.trialLimit), ("rollbackLimit", \.rollbackLimit), ("restartLimit", \.restartLimit), ("splay", \.splay),
      ("startPeriod", \.startPeriod), ("absentAfter", \.absentAfter), ("overdueAfter", \.overdueAfter), ("ringLimit", \.ringLimit),
      ("restartCheck", \.restartCheck), ("hearingTime", \.hearingTime),
    ]
  }
  static var numbers: [Entry<Int>] {
    [
      ("startCap", \.startCap), ("maximumInFlight", \.maximumInFlight), ("minimumHealthy", \.minimumHealthy), ("minimumUpdated", \.minimumUpdated),
      ("slowDrainLimit", \.slowDrainLimit),
    ]
  }
  static var flags: [Entry<Bool>] { [("confirmsHealth", \.confirmsHealth)] }
}

/// Names of choices.
enum Names {
  static let compatibility = ["ours", "vendor", "vendor account"]
  static let heartbeats = [HeartbeatMode.leased.rawValue, HeartbeatMode.everyMessage.rawValue]
  static let forcedStarts = [ForcedStart.nextDailyWindow.rawValue, ForcedStart.unscheduled.rawValue]
  static let outages = OutageProfile.allCases.map(\.rawValue)
  static let recipes = ["swizzle", "flap", "rolling"]
  static let acts = ["pause", "resume", "abort", "lookAfter", "now", "clear", "delay", "widen", "extend", "revoke", "schedule"]
  static let faults = [
    "partition", "partitionOneWay", "latency", "loss", "duplication", "reordering", "slowLink", "wrongAnswers", "powerCut", "powerCutAtWrite",
    "tornWrite",
    "crash", "hang", "slowMachine", "diskFull", "diskSlow", "corruptRecord", "corruptRelease", "clockStep", "wrongTimeZone", "clockDrift",
    "pendingRestart",
    "staleRestart", "storeFrontSilent", "outageForced", "outage",
    "crashBeforeSending", "slowCloud", "throttling", "metadataFrozen",
  ]

  static func compatibility(_ text: String) -> Compatibility? {
    switch text {
    case "ours": .ours
    case "vendor": .vendor(.location)
    case "vendor account": .vendor(.account)
    default: nil
    }
  }

  static func text(_ compatibility: Compatibility) -> String {
    switch compatibility {
    case .ours: "ours"
    case .vendor(.location): "vendor"
    case .vendor(.account): "vendor account"
    }
  }
}
