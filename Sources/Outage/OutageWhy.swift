package import World

/// The mode explained.
package struct OutageWhy: Hashable, Sendable {
  package var mode: OutageMode
  package var since: Moment
  package var rule: OutageRule
  /// What comes by itself, with how long it takes at least.
  package var waitsFor: [String]
  /// What would change the mode beside that.
  package var wouldChange: [String]
}

extension OutageLogic {
  /// Nothing is changed by asking.
  package func why(at moment: Moment) -> OutageWhy {
    let now = max(moment, last)
    var waits: [String] = []
    var changes: [String] = []
    let timers = settings.timers
    let begun = since ?? now
    func left(_ until: Moment) -> String { Self.text(max(.zero, until - now)) }

    switch mode {
    case .workingNormally:
      if own == .failing {
        if let peer = vouchers(now).first {
          waits.append("nothing: the cloud fails here, but \(peer) reaches it and is there for StoreFront and machines")
        } else if !takesPart(now) {
          waits.append("StoreFront: the cloud fails here, and \(storeFrontText(now))")
        } else if let holdUntil, now < holdUntil {
          waits.append("\(left(holdUntil)): it came back just now, and checks again only then if the cloud fails still")
        }
      }
      let needs = takesPart(now) ? "" : ", once StoreFront has asked here (\(storeFrontText(now)))"
      changes.append("a failed enumeration, launch, relay, ticket or health probe begins a health check\(needs)")
    case .pendingHA:
      if let failingSince {
        waits.append(
          "\(left(max(failingSince + timers.detection, begun + timers.check))): if the cloud fails until then, Initial HA begins")
      }
      if let wellSince {
        waits.append("\(left(wellSince + timers.settle(after: relapses))): if the cloud is well until then, the check has succeeded")
      }
      waits.append("\(left(begun + timers.checkLimit)): at the latest then the check has failed")
      changes.append("the cloud's answer, here or to a peer, begins to count towards Working Normally")
    case .initialHA:
      waits.append("\(left(begun + timers.initialHA)): then Pending Recovery if everything is well, else Extended HA")
    case .extendedHA:
      if let wellSince, !isForced {
        waits.append("\(left(wellSince + timers.settle(after: relapses))): if the cloud is well until then, Pending Recovery begins")
      } else if !isForced {
        changes.append("the cloud's answer for \(Self.text(timers.settle(after: relapses))) without a break; there is no longest time")
      }
    case .pendingRecovery:
      waits.append("\(left(begun + timers.pendingRecovery)): if the cloud is well until then, it brokers again")
      changes.append("any failure leads back to Extended HA")
    }
    if isForced {
      changes.append("it is forced: nothing leads out of it until OutageModeForced is cleared")
    } else {
      changes.append("OutageModeForced enters outage mode at once")
    }
    return OutageWhy(mode: mode, since: begun, rule: rule, waitsFor: waits, wouldChange: changes)
  }

  private func storeFrontText(_ now: Moment) -> String {
    guard let lastStoreFront else { return "StoreFront has asked nothing here yet" }
    return "StoreFront asked last \(Self.text(now - lastStoreFront)) ago"
  }

  /// Such as `45 s`, `9 min 30 s` or `3 d 2 h`: the two largest units.
  static func text(_ duration: Duration) -> String {
    let seconds = (duration.nanoseconds + 999_999_999) / 1_000_000_000
    if seconds < 60 { return "\(seconds) s" }
    let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")]
    return parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
  }
}
