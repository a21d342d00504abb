import EventCatalog
import EventLogs
import Rollouts
import Simulation
import World

/// Connectors that ended and came back: killed, crashed, without power, or restarted in order.
struct RecordedEnds {
  private(set) var faults: [RecordedFault] = []
  private(set) var notes: [String] = []
  /// Away for longer than this the machine was, and not only its process: chosen, above every pause of a launcher.
  private static let processLimit = Duration.seconds(90)

  /// - Parameter laid: what was ordered explains what it did.
  init(_ session: RecordedSession, laid: [RecordedFault], flights: RecordedUpdates) {
    for member in session.members {
      for (before, next) in zip(member.runs, member.runs.dropFirst()) {
        // Which run of a connector ended how the next one knows; one that said that it stopped did.
        let isClean = before.exitCode != nil && !next.followsUnclean
        let began = Self.death(before, next, member, session, isClean: isClean)
        let isLaid = laid.contains {
          $0.target == .machine(member.number) && $0.kind == .crash && $0.overlaps(before.last, next.first, slack: .seconds(2))
        }
        if isLaid { continue }
        let name = "c\(member.number + 1)"
        if flights.isUpdating(member, from: began, until: next.first) {
          notes.append(
            "\(name) ended at \(began.iso8601(fraction: 0)) while it was updated: that belongs to the update and is not replayed by itself")
          continue
        }
        let away = next.first - began
        let kind: FaultKind = away > Self.processLimit ? .powerCut : .crash
        faults.append(RecordedFault(kind: kind, target: .machine(member.number), begins: began, ends: max(next.first, began + .seconds(1))))
        if isClean {
          let code = before.exitCode ?? 0
          notes.append(
            "\(name) was restarted in order at \(began.iso8601(fraction: 0)) (exit code \(code)); the simulation knows only a process that is killed")
        } else if kind == .powerCut {
          notes.append(
            "\(name) was away from \(began.iso8601(fraction: 0)) to \(next.first.iso8601(fraction: 0)): replayed as a machine without power")
        }
      }
    }
  }

  /// When a run ended: at the latest a moment before the next one, at the earliest at its last word.
  private static func death(
    _ before: RecordedSession.Run, _ next: RecordedSession.Run, _ member: RecordedSession.Member, _ session: RecordedSession, isClean: Bool
  ) -> WallTime {
    if isClean { return before.last }
    let latest = WallTime(microseconds: next.first.microseconds - 1_000_000)
    let notice = session.cloud.flatMap(\.records).first { record in
      let codes = [CloudEvents.leaseExpired.code, CloudEvents.healthImpaired.code]
      return codes.contains(record.event.definition.code) && record.event.text("fqdn") == member.fqdn && record.time > before.last
        && record.time < next.first
    }
    return max(before.last, min(latest, notice?.time ?? latest))
  }
}

/// The cloud's own outages: it ended and another process of it came.
struct RecordedOutages {
  private(set) var faults: [RecordedFault] = []

  init(_ session: RecordedSession) {
    let connectors = session.members.flatMap(\.runs).flatMap(\.records)
    for (before, next) in zip(session.cloud, session.cloud.dropFirst()) where before.records.last?.boot != next.records.first?.boot {
      func first(_ definition: EventDefinition, after: WallTime, until: WallTime) -> WallTime? {
        connectors.filter { $0.event.definition.code == definition.code && $0.time >= after && $0.time <= until }.map(\.time).min()
      }
      let begins = first(LinkEvents.disconnected, after: before.last, until: next.first) ?? before.last
      // A cloud that has nothing to tell is back when a connector finds it.
      let ends = first(LinkEvents.connected, after: begins, until: next.first) ?? next.first
      faults.append(RecordedFault(kind: .outage, target: .cloud, begins: begins, ends: max(ends, begins + .seconds(1))))
    }
  }
}
