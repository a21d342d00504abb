package import World

/// What happens around the state machine.
package enum OutageEvent: Hashable, Sendable {
  /// The first event of all.
  case started
  /// It is `nextDue`, or later.
  case due
  /// Something that was brokered through the cloud.
  case brokered(Brokered, ok: Bool)
  /// What came of a probe of the way to the cloud's broker, asked for or not. It must ask what brokering needs: a broker that answers pings and brokers
  /// nothing is not well.
  case probed(ok: Bool)
  /// What a peer said of itself; nil: it is silent or gone.
  case peer(String, PeerWord?)
  /// StoreFront has asked this connector something: its heartbeat counts (product facts 3.3).
  case storeFrontAsked
  /// It is learnt late how long ago StoreFront asked last, such as by a host that did nothing meanwhile.
  case storeFrontAskedAgo(Duration)
  /// Somebody asks for outage mode (`HKLM\Software\Citrix\DesktopServer\LHC\OutageModeForced`, product facts 3.6), or asks no more.
  case forced(Bool)
  /// Whether this connector is the elected one of its location.
  case elected(Bool)
  /// Whether a configuration is being imported.
  case importing(Bool)

  /// What goes through the cloud's broker; the failure of each but the last is a documented trigger (product facts 3.2).
  package enum Brokered: String, Hashable, CaseIterable, Codable, Sendable {
    /// StoreFront asks what a user may start.
    case enumeration
    /// StoreFront asks for a machine to start something on.
    case launch
    /// What a machine and the cloud's broker tell each other.
    case relay
    /// The ticket authority.
    case ticket
    /// A machine's registration: a relay of its own kind, told apart because it is what a recovery repeats.
    case registration
  }
}

/// What a connector tells its peers of its own way to the cloud.
package struct PeerWord: Hashable, Codable, Sendable {
  /// The cloud answered it just now; nil: it has no fresh proof either way.
  package var reachesCloud: Bool?
  package var mode: OutageMode

  package init(reachesCloud: Bool?, mode: OutageMode) {
    self.reachesCloud = reachesCloud
    self.mode = mode
  }

  /// StoreFront and machines are well served there, through the cloud or soon so.
  package var vouches: Bool { reachesCloud == true && (mode == .workingNormally || mode == .pendingRecovery) }
}

/// What is to be done.
package enum OutageDirective: Hashable, Sendable {
  /// Told at once, and before whatever follows from it.
  case changed(OutageChange)
  /// Probe the way to the cloud's broker, and tell by `probed`.
  case probeCloud
  /// Broker sessions here from now on, accept registrations and tickets.
  case serve
  /// Broker no more: what was registered here is discarded (product facts 3.4).
  case stopServing
  /// A configuration is being imported in an outage: give it up, the one before stays (507, product facts 3.5, from memory).
  case abandonImport
  /// Whether outage mode may be entered at all: StoreFront uses this connector (`LHC\Enabled`, product facts 1.4).
  case takesPart(Bool)
  case say(OutageNews)
}

/// One change of mode.
package struct OutageChange: Hashable, Sendable {
  package var from: OutageMode
  package var to: OutageMode
  package var rule: OutageRule
  package var at: Moment

  package init(from: OutageMode, to: OutageMode, rule: OutageRule, at: Moment) {
    self.from = from
    self.to = to
    self.rule = rule
    self.at = at
  }
}

/// What people are told beside the changes.
package enum OutageNews: Hashable, Sendable {
  /// Outage mode was entered (3502, product facts 3.5).
  case began(OutageRule)
  /// It goes on (3507).
  case lasts(OutageMode, Duration)
  /// The cloud brokers again (3503, 3508).
  case ended(Duration)
  /// The cloud fails here, and outage mode is not entered all the same. Each reason is told once for each failure, which is over when the way is well for `settle`.
  case barred(OutageBar)
}

/// Why outage mode is not entered although the cloud fails here.
package enum OutageBar: Hashable, Sendable {
  /// The product's own words: "Cannot enter outage mode due to NoNFuseActivity" (product facts 3.3).
  case noStoreFront
  /// This peer reaches the cloud, so StoreFront and machines are served there.
  case peerVouches(String)

  /// Without the name of a peer.
  enum Kind: Hashable { case noStoreFront, peerVouches }

  var kind: Kind {
    switch self {
    case .noStoreFront: .noStoreFront
    case .peerVouches: .peerVouches
    }
  }
}
