import EventCatalog
import EventLogs
import Simulation
import World

/// Connections that were lost, and disks that were full, where nothing that is known already explains it.
struct RecordedLosses {
  private(set) var faults: [RecordedFault] = []
  private(set) var notes: [String] = []
  /// A loss so near to what explains it belongs to it: chosen, above the time in which a dead connection is noticed in a lab.
  private static let nearness = Duration.seconds(10)

  init(_ session: RecordedSession, known: [RecordedFault]) {
    for member in session.members {
      links(member, known)
      disks(member, known)
      peers(member, session, known)
    }
    services(session)
  }

  /// A loss lasts a second at least, because a fault that ends as it begins does nothing.
  private mutating func add(_ loss: RecordedFault, unlessIn known: [RecordedFault], _ concerns: (RecordedFault) -> Bool) {
    if known.contains(where: { concerns($0) && $0.overlaps(loss.begins, loss.ends, slack: Self.nearness) }) { return }
    var fault = loss
    fault.ends = max(loss.ends, loss.begins + .seconds(1))
    faults.append(fault)
  }

  private mutating func links(_ member: RecordedSession.Member, _ known: [RecordedFault]) {
    for run in member.runs {
      var lost: WallTime?
      for record in run.records {
        switch record.event.definition.code {
        case LinkEvents.disconnected.code: lost = lost ?? record.time
        case LinkEvents.connected.code:
          guard let from = lost else { continue }
          lost = nil
          let loss = RecordedFault(kind: .partition, target: .link(member.number), begins: from, ends: record.time)
          add(loss, unlessIn: known) { $0.target == .cloud || $0.target == .link(member.number) || $0.target == .machine(member.number) }
        default: break
        }
      }
    }
  }

  private mutating func disks(_ member: RecordedSession.Member, _ known: [RecordedFault]) {
    for run in member.runs {
      var full: WallTime?
      for record in run.records {
        switch record.event.definition.code {
        case DaemonEvents.diskFull.code: full = full ?? record.time
        case DaemonEvents.diskHasSpace.code:
          guard let from = full else { continue }
          full = nil
          let loss = RecordedFault(kind: .diskFull, target: .machine(member.number), begins: from, ends: record.time)
          add(loss, unlessIn: known) { $0.target == loss.target && $0.kind == .diskFull }
        default: break
        }
      }
    }
  }

  private mutating func peers(_ member: RecordedSession.Member, _ session: RecordedSession, _ known: [RecordedFault]) {
    for run in member.runs {
      var lost: [String: WallTime] = [:]
      for record in run.records {
        let peer = record.event.text("peer")
        switch record.event.definition.code {
        case HighAvailabilityEvents.peerLost.code:
          let silence = Duration.milliseconds(Int64(record.event.text("silence")) ?? 0)
          lost[peer] = record.time + (.zero - silence)
        case HighAvailabilityEvents.peerJoined.code:
          guard let from = lost.removeValue(forKey: peer), let other = session.member(peer) else { continue }
          let target = FaultTarget.peer(min(member.number, other.number), max(member.number, other.number))
          let loss = RecordedFault(kind: .partition, target: target, begins: from, ends: record.time)
          add(loss, unlessIn: known + faults) {
            $0.target == .machine(other.number) || $0.target == .machine(member.number) || Self.is($0.target, member, other)
          }
        default: break
        }
      }
    }
  }

  private static func `is`(_ target: FaultTarget, _ one: RecordedSession.Member, _ other: RecordedSession.Member) -> Bool {
    if case .peer(let a, let b) = target { Set([a, b]) == Set([one.number, other.number]) } else { false }
  }

  private mutating func services(_ session: RecordedSession) {
    for member in session.members {
      let failed = member.runs.flatMap(\.records).filter {
        [SupervisorEvents.childFailed.code, SupervisorEvents.childHung.code].contains($0.event.definition.code)
      }
      for (service, times) in Dictionary(grouping: failed, by: { $0.event.text("service") }).sorted(by: { $0.key < $1.key }) {
        notes.append(
          "c\(member.number + 1): the service \(service) failed \(times.count == 1 ? "once" : "\(times.count) times"); the simulation has no services"
        )
      }
    }
  }
}
