import CloudAPI
import EventCatalog
import EventLogs
import LiveFaults
import Simulation
import World

/// Something that went wrong, on the clocks of the machines.
struct RecordedFault: Hashable {
  var kind: FaultKind
  var target: FaultTarget
  var begins: WallTime
  var ends: WallTime

  func overlaps(_ from: WallTime, _ until: WallTime, slack: Duration) -> Bool { begins <= until + slack && from <= ends + slack }
}

/// The faults that were laid on a lab: events 22000 to 22002 have the whole order.
struct LaidFaults {
  private(set) var faults: [RecordedFault] = []
  private(set) var notes: [String] = []

  init(_ session: RecordedSession) {
    for (index, run) in session.cloud.enumerated() {
      // The list of faults is in the cloud's process and ends with it.
      let isOver = session.cloud.indices.contains(index + 1) ? session.cloud[index + 1].first : nil
      for record in run.records {
        let number = record.event.text("number")
        switch record.event.definition.code {
        case FaultEvents.began.code:
          let end = run.records.first {
            $0.event.definition.code == FaultEvents.ended.code && $0.event.text("number") == number && $0.sequence > record.sequence
          }
          add(record, ended: end?.time ?? isOver, session)
        case FaultEvents.refused.code:
          notes.append("a fault was ordered and could not be applied: \(record.event.text("what")) on \(record.event.text("on"))")
        default: break
        }
      }
    }
  }

  private mutating func add(_ record: EventRecord, ended: WallTime?, _ session: RecordedSession) {
    func field(_ name: String) -> String? { record.event.text(name).isEmpty ? nil : record.event.text(name) }
    let what = "the fault '\(record.event.text("what"))' on \(record.event.text("on"))"
    let order = FaultOrder(
      on: field("on") ?? "", kind: field("kind") ?? "", value: field("value"), jitter: field("jitter"), probability: field("probability"),
      seed: field("seed").flatMap { UInt64($0) }, lasts: field("lasts"))
    let rule: FaultRule
    do { rule = try FaultRule(order) } catch {
      notes.append("\(what) is left out: \(error.description)")
      return
    }
    guard let member = session.member(rule.place.connector) else {
      notes.append("\(what) is left out: no events of that connector are here")
      return
    }
    let ends = min(ended ?? .distant, record.time + rule.lasts)
    guard let (kind, loss) = Self.kind(rule) else {
      notes.append("\(what) is left out: the simulation has no such fault")
      return
    }
    if let loss { notes.append("\(what): \(loss)") }
    // What strikes once is over at once; in the simulation it needs some time to be seen.
    let until = max(ends, record.time + .seconds(1))
    if case .peers = rule.place {
      for other in session.members where other.location == member.location && other.number != member.number {
        faults.append(RecordedFault(kind: kind, target: .peer(member.number, other.number), begins: record.time, ends: until))
      }
      return
    }
    let target: FaultTarget = if case .link = rule.place { .link(member.number) } else { .machine(member.number) }
    faults.append(RecordedFault(kind: kind, target: target, begins: record.time, ends: until))
  }

  /// The simulation's fault, and what of the order it does not imitate.
  private static func kind(_ rule: FaultRule) -> (FaultKind, String?)? {
    let always = rule.probability == 1_000_000
    let share = always ? nil : "it struck by chance, and lies on all the time here"
    switch (rule.place, rule.effect) {
    case (.link, .latency(let length, let jitter)):
      let least = max(.zero, length - jitter)
      return (.latency(jitter == .zero ? .fixed(length) : .uniform(least, length + jitter)), share)
    case (.link, .loss(let chance)): return (.loss(chance), "a message that is lost is not sent again by TCP in the simulation")
    case (.link, .partition(nil)), (.peers, .partition(nil)): return (.partition, share)
    case (.link, .partition(let direction?)): return (.partitionOneWay(direction), share)
    case (.link, .slowLink(let rate)): return (.slowLink(rate), share)
    case (.connector, .crash): return (.crash, nil)
    case (.connector, .hang): return (.hang, nil)
    case (.connector, .diskFull): return (.diskFull, share)
    default: return nil
    }
  }
}

extension WallTime {
  static let distant = WallTime(microseconds: .max)
}
