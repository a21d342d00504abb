package import World

/// What is known of the way to the cloud, and what time it is for.
extension OutageLogic {
  /// The peers that reach the cloud, by their own fresh word, in order.
  func vouchers(_ now: Moment) -> [String] {
    words.filter { isFresh($0.value.at, now) && $0.value.word.vouches }.keys.sorted()
  }

  private func isFresh(_ at: Moment, _ now: Moment) -> Bool { now - at < settings.timers.wordFor }

  /// The way to the cloud fails, here and by every peer's word: where a peer reaches it, StoreFront and machines are served there, and brokering here as
  /// well would split the location. That a peer's word counts so is unknown, chosen ("comprehensive health check with peers", product facts 3.2).
  func isFailing(_ now: Moment) -> Bool { own == .failing && vouchers(now).isEmpty }

  func isWell(_ now: Moment) -> Bool { own == .well || !vouchers(now).isEmpty }

  mutating func weigh(_ now: Moment) {
    wellSince = isWell(now) ? wellSince ?? now : nil
    failingSince = isFailing(now) ? failingSince ?? now : nil
  }

  /// StoreFront uses this connector, or need not.
  package func takesPart(_ now: Moment) -> Bool {
    guard settings.needsStoreFront else { return true }
    guard let lastStoreFront else { return false }
    return now - lastStoreFront < settings.timers.storeFrontFor
  }

  /// The way to the cloud is worth a probe. A peer in trouble is a reason, so that it can be told whether the cloud is reached from here.
  func isInDoubt(_ now: Moment) -> Bool {
    mode != .workingNormally || own == .failing
      || words.values.contains { isFresh($0.at, now) && ($0.word.mode != .workingNormally || $0.word.reachesCloud == false) }
  }

  /// Why the cloud fails here and no check begins; the damping is no news.
  func bar(_ now: Moment) -> OutageBar? {
    guard mode == .workingNormally, own == .failing else { return nil }
    if let peer = vouchers(now).first { return .peerVouches(peer) }
    return takesPart(now) ? nil : .noStoreFront
  }

  func holds(_ when: OutageGuard, _ now: Moment) -> Bool {
    switch when {
    case .always: true
    case .failing: isFailing(now)
    case .mayCheck: isFailing(now) && takesPart(now) && holdUntil.map { now >= $0 } ?? true
    case .takesPart: takesPart(now)
    case .settled: !isForced && hasCome(.settled, now)
    case .well: !isForced && isWell(now)
    }
  }

  /// Whether it is time for one of `OutageTrigger.times`.
  func hasCome(_ trigger: OutageTrigger, _ now: Moment) -> Bool {
    switch trigger {
    case .failing: isFailing(now)
    case .storeFrontExpired: !takesPart(now)
    default: moment(of: trigger).map { now >= $0 } ?? false
    }
  }

  /// Nil while it is not in sight.
  private func moment(of trigger: OutageTrigger) -> Moment? {
    let timers = settings.timers
    guard let since else { return nil }
    switch trigger {
    case .lossLasted: return mode == .pendingHA ? failingSince.map { max($0 + timers.detection, since + timers.check) } : nil
    case .settled:
      // The others do not ask.
      return mode == .workingNormally || mode == .pendingRecovery ? nil : wellSince.map { $0 + timers.settle(after: relapses) }
    case .checkOver: return mode == .pendingHA ? since + timers.checkLimit : nil
    case .initialOver: return mode == .initialHA ? since + timers.initialHA : nil
    case .recoveryOver: return mode == .pendingRecovery ? since + timers.pendingRecovery : nil
    default: return nil
    }
  }

  /// When `due` must be told at the latest; nil: not before something happens. Always after the last event.
  package var nextDue: Moment? {
    var times = OutageTrigger.times.compactMap(moment(of:))
    if let nextProbe, isInDoubt(last) { times.append(nextProbe) }
    if let holdUntil, mode == .workingNormally, own == .failing { times.append(holdUntil) }
    // Peers' words run out: then the way here decides, and whether anybody is in trouble.
    times += words.values.map { $0.at + settings.timers.wordFor }
    if settings.needsStoreFront, let lastStoreFront { times.append(lastStoreFront + settings.timers.storeFrontFor) }
    if mode.brokersLocally, let lastSummary { times.append(lastSummary + settings.timers.summaryEvery) }
    return times.filter { $0 > last }.min()
  }

  /// What its peers may be told now. That the cloud is reached needs a fresh proof: a connector that nobody asked anything of cannot vouch for others.
  package func word(at now: Moment) -> PeerWord {
    let reaches: Bool? =
      switch own {
      case .failing: false
      case .well: lastAnswer.map { now - $0 < settings.timers.wordFor } == true ? true : nil
      case .unknown: nil
      }
    return PeerWord(reachesCloud: reaches, mode: mode)
  }
}

extension OutageTrigger {
  /// Those that come with time, in the order in which they are looked at.
  static let times: [OutageTrigger] = [.storeFrontExpired, .failing, .lossLasted, .checkOver, .settled, .initialOver, .recoveryOver]
}
