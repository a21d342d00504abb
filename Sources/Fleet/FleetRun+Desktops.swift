import Broker
import ConnectorCheckers
import HighAvailabilityService
import Outage
import ServiceKit
import Simulation
import World

/// Machines that register: with the cloud's broker through a connector, or in an outage with the connector that brokers; all with the real `BrokerLogic`.
///
/// A heartbeat is an event: in a fleet with machines something is due every five minutes for each. It touches no connector that rests, unless it fails.
extension FleetRun {
  mutating func settleDesktops() {
    guard scenario.timers != nil, scenario.machinesPerLocation > 0 else { return }
    brokers = FleetBrokers(locations: scenario.places.count, each: scenario.machinesPerLocation)
    for place in scenario.places.indices where scenario.places[place].connectors > 0 {
      for number in 1...scenario.machinesPerLocation {
        let name = FleetBrokers.name(place, number)
        var draws = seed.draws(name, "desktop")
        let starts = draws.duration(.seconds(30), .seconds(300))
        desktops.append(Desktop(name: name, location: place, draws: draws))
        tellChecks(name, .machine(location: "l\(place + 1)"))
        scheduleDesktop(desktops.count - 1, .attempt, after: starts)
      }
    }
  }

  private mutating func scheduleDesktop(_ index: Int, _ event: DesktopEvent, after: Duration) {
    desktops[index].number += 1
    engine.schedule(.desktop(Int32(index), event, desktops[index].number), after: after, lane: .idle)
  }

  mutating func desktop(_ index: Int, _ event: DesktopEvent, _ number: UInt32) {
    guard desktops[index].number == number else { return }
    switch event {
    case .beat: beatDesktop(index)
    case .attempt: attempt(index)
    }
  }

  private mutating func beatDesktop(_ index: Int) {
    guard let via = desktops[index].via else { return attempt(index) }
    if case .noted? = ask(via, .heartbeat(machine: desktops[index].name), of: index) {
      return scheduleDesktop(index, .beat, after: .seconds(300))
    }
    // A heartbeat that fails: register anew, with whichever connector.
    desktops[index].via = nil
    desktops[index].left = []
    let pause = desktops[index].draws.duration(.seconds(1), .seconds(5))
    scheduleDesktop(index, .attempt, after: pause)
  }

  private mutating func attempt(_ index: Int) {
    if desktops[index].left.isEmpty { desktops[index].left = networks[desktops[index].location].members.shuffled(using: &desktops[index].draws) }
    guard let connector = desktops[index].left.popLast() else { return }
    let wanted = MachineRegistration(machine: desktops[index].name, callback: "http://\(desktops[index].name):80/", sessionSupport: .multiSession)
    switch ask(connector, .register(wanted), of: index) {
    case .registered(let seconds)?:
      desktops[index].via = connector
      desktops[index].left = []
      scheduleDesktop(index, .beat, after: .seconds(Int64(seconds)))
    case let answer:
      let isLast = desktops[index].left.isEmpty
      let pause = isLast ? desktops[index].draws.duration(Desktop.pause.0, Desktop.pause.1) : desktops[index].draws.duration(.seconds(1), .seconds(3))
      scheduleDesktop(index, .attempt, after: answer == nil ? pause + Desktop.patience : pause)
    }
  }

  // MARK: What a connector answers

  /// Nil: nothing at all.
  private mutating func ask(_ connector: Int, _ request: BrokerRequest, of index: Int) -> BrokerAnswer? {
    guard takesPart(connector) else { return nil }
    let part = electors[connector].outage
    if part.mode.brokersLocally {
      if mutant == .heartbeatsBelieved, case .heartbeat = request { return .noted }
      let answers = part.isServing || mutant == .unelectedRegisters
      if mutant == .unelectedRegisters, brokers?.connectors[connector]?.isServing != true { serveDesktops(connector, true) }
      // The service's own word: the logic is asked only where it is elected.
      let refusal = BrokerAnswer.refused(BrokerRefusal(.notElected, "\(electors[connector].holds ?? "nobody") is elected"))
      let answer = answers ? brokers?.ask(connector, request, at: engine.now) : refusal
      note(connector, request, answer, of: index, isLocal: true)
      return answer
    }
    guard looksWell(connector) else {
      // What could not be relayed is a reason to check the cloud.
      touchLocation(connector)
      var kind = BrokeringKind.relay
      if case .register = request { kind = .registration }
      feed(connector, .outage(.brokered(kind, ok: false)))
      return .refused(BrokerRefusal(.cloudUnreachable, "the cloud does not answer"))
    }
    let answer = brokers?.askCloud(request, at: engine.now)
    note(connector, request, answer, of: index, isLocal: false)
    return answer
  }

  private mutating func note(_ connector: Int, _ request: BrokerRequest, _ answer: BrokerAnswer?, of index: Int, isLocal: Bool) {
    let name = desktops[index].name
    switch (request, answer) {
    case (.register, .registered?):
      counts[isLocal ? "registered in an outage" : "registered", default: 0] += 1
      trace.add(engine.now, name, "registers", machines[connector].name, detail: isLocal ? "with its broker" : "through it, with the cloud")
      tellChecks(connector, isLocal ? .registration(machine: name, isAccepted: true) : .relayed(machine: name))
    case (.register, _):
      counts["registrations refused", default: 0] += 1
      if isLocal { tellChecks(connector, .registration(machine: name, isAccepted: false)) }
    // A machine that the cloud has not dropped is the cloud's again.
    case (.heartbeat, .noted?) where !isLocal: tellChecks(connector, .relayed(machine: name))
    default: break
    }
  }

  mutating func serveDesktops(_ index: Int, _ serves: Bool) {
    guard brokers != nil else { return }
    let zone = "l\(machines[index].location + 1)"
    brokers?.serve(index, serves, zone: zone, hasConfiguration: electors[index].isSynced, at: engine.now)
  }
}
