/// Where a fault sits. Machines and links are numbered from 0; link `n` is that between machine `n` and the cloud, a peer link that between two machines of
/// one resource location, on which `up` is the way from the first to the second.
package enum FaultTarget: Hashable, Codable, Sendable {
  case cloud
  case machine(Int)
  case link(Int)
  case peer(Int, Int)
}

package enum FaultKind: Hashable, Codable, Sendable {
  // Of a link.
  case partition
  case partitionOneWay(LinkDirection)
  case latency(Latency)
  /// Of a million messages.
  case loss(Int)
  case duplication(Int)
  case reordering(Int, by: Duration)
  /// Bytes a second.
  case slowLink(Int)
  /// Of a million messages on the link to the cloud, so many answer something else: an order that is over, or one that makes no sense; the other way, a
  /// standing that makes none.
  case wrongAnswers(Int)
  // Of a machine.
  /// Off for the length of the lease.
  case powerCut
  /// The same, but the power goes in the middle of the `n`th record that is written after the beginning, at the latest at the end of the lease.
  case powerCutAtWrite(Int)
  /// The same, on a disk that tears that write: what is there afterwards is neither the old record nor the new one.
  case tornWrite(Int)
  /// The process ends; whoever starts it starts it again.
  case crash
  /// The process does nothing until the lease is over.
  case hang
  case slowMachine
  case diskFull
  case diskSlow
  /// A record that is read next is not what was written.
  case corruptRecord
  /// A file of a release that does not run goes bad.
  case corruptRelease
  case clockStep(Duration)
  /// Its clock is read as local time of another zone: off by whole hours until somebody corrects it.
  case wrongTimeZone(hours: Int)
  /// Parts in a million.
  case clockDrift(Int64)
  /// The machine waits for a restart.
  case pendingRestart
  /// The same, and a restart does not change it.
  case staleRestart
  /// StoreFront asks its connector nothing: it does not list it, or does not run.
  case storeFrontSilent
  /// An administrator forces an outage on its connector, and ends it with the lease.
  case outageForced
  // Of the cloud.
  case outage
  /// It ends in the middle of one event: saved, and nothing of it sent. It is back after the lease.
  case crashBeforeSending
  /// Answers take so much longer.
  case slowCloud(Duration)
  /// It answers 429 to every heartbeat: come again after so long.
  case throttling(Duration)
  /// Connectors are shown the metadata of releases as it was at the beginning, and nothing that came out since.
  case metadataFrozen
}

/// One thing that goes wrong, with its end: every fault heals.
package struct Fault: Hashable, Codable, Sendable {
  package var kind: FaultKind
  package var target: FaultTarget
  /// Since the start of the run.
  package var begins: Duration
  /// The lease.
  package var lasts: Duration

  package init(_ kind: FaultKind, _ target: FaultTarget, begins: Duration, lasts: Duration) {
    self.kind = kind
    self.target = target
    self.begins = begins
    self.lasts = lasts
  }

  package var ends: Duration { begins + lasts }
}

extension LinkConditions {
  /// As it is with one more fault. Faults of other targets change nothing.
  package func with(_ kind: FaultKind) -> LinkConditions {
    var out = self
    switch kind {
    case .partition: (out.isUpOpen, out.isDownOpen) = (false, false)
    case .partitionOneWay(.up): out.isUpOpen = false
    case .partitionOneWay(.down): out.isDownOpen = false
    case .latency(let latency): out.latency = latency
    case .loss(let chance): out.lost = max(lost, chance)
    case .duplication(let chance): out.doubled = max(doubled, chance)
    case .reordering(let chance, let by):
      out.reordered = max(reordered, chance)
      out.heldBack = max(heldBack, by)
    case .slowLink(let rate): out.rate = min(rate, self.rate ?? .max)
    default: break
    }
    return out
  }
}
