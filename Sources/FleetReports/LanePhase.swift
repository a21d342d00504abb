/// What a lane of the report shows: a connector's part in updates, or, before that, that it is off or out of contact. The raw values are the page's.
enum LanePhase: Int, CaseIterable {
  case serving, waiting, draining, installing, trial, committed, rolledBack, quarantined, outOfContact, off
  // Of the rollout, and of the cloud, which is otherwise off.
  case rollingOut, baking, halted, paused, done

  /// Of the legend and the details.
  var title: String {
    switch self {
    case .serving: "serves; nothing is due"
    case .waiting: "waits for its turn"
    case .draining: "drains"
    case .installing: "installs"
    case .trial: "on trial"
    case .committed: "committed"
    case .rolledBack: "goes back, rolled back or failed"
    case .quarantined: "quarantined, blocked or stuck"
    case .outOfContact: "out of contact"
    case .off: "off"
    case .rollingOut: "rolls out"
    case .baking: "bakes"
    case .halted: "halted"
    case .paused: "paused"
    case .done: "done"
    }
  }

  /// The name of its colour in the style sheet.
  var colour: String {
    switch self {
    case .rolledBack: "rolled-back"
    case .outOfContact: "out-of-contact"
    case .rollingOut: "rolling-out"
    default: "\(self)"
    }
  }

  /// Of a connector, by what the coordinator decides about it or by what it does itself; nil: it stays as it is.
  static func of(_ what: String, byCloud: Bool) -> LanePhase? {
    switch what {
    case "offered", "planned", "opened", "missed", "forced", "overdue", "waitsForHealth", "waitsForCapacity", "ordered", "canaryChosen", "cancelled":
      byCloud ? .waiting : nil
    case "cleared": byCloud ? .waiting : nil
    case "withdrawn", "removed": byCloud ? .serving : nil
    case "started": byCloud ? .draining : nil
    case "drains": .draining
    case "installing": .installing
    case "trial", "trialOpened": .trial
    case "committed": .committed
    case "failed", "rollingBack", "rolledBack", "rollbackBegan": .rolledBack
    case "quarantined", "stuck", "blocked": .quarantined
    default: nil
    }
  }

  /// Of the rollout.
  static func ofRollout(_ what: String) -> LanePhase? {
    switch what {
    case "published", "resumed", "ringOpened", "widened", "extended": .rollingOut
    case "ringBaking": .baking
    case "halted": .halted
    case "paused": .paused
    case "done", "held", "aborted", "revoked": .done
    default: nil
    }
  }
}
