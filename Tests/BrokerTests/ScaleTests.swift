import BrokerConfiguration
import Testing
import World

@testable import Broker

/// No time is measured: with work that grows with the square of these numbers the tests would not end.
@Suite struct ScaleTests {
  @Test("20,000 machines register, serve and are lost") func large() {
    var configuration = BrokerConfiguration()
    configuration.zones = [.init(name: "Z", uuid: "z")]
    configuration.machineCatalogs = [.init(name: "c", zone: "Z", sessionSupport: .singleSession, allocation: .random, provisioning: .machineCreation)]
    configuration.deliveryGroups = [.init(name: "G", delivers: .desktops, sessionSupport: .singleSession)]
    let count = 20_000
    configuration.users = (0..<10_000).map { .init(sid: "S-1-5-21-9-\($0)", name: "u\($0)", domain: "d") }
    configuration.entitlements = [.init(name: "e", deliveryGroup: "G", includes: configuration.users.map(\.sid))]
    configuration.machines = (0..<count).map {
      .init(name: "M\($0)", dnsName: "m\($0).d.local", sid: "S-1-5-21-8-\($0)", catalog: "c", deliveryGroup: "G")
    }
    var logic = BrokerLogic(.init(side: .outage, zone: "Z", authority: "STA1"))
    let now = Moment(nanoseconds: 0)
    let site = BrokerSite(configuration)
    _ = logic.handle(.configuration(site), at: now)
    _ = logic.handle(.serving(true), at: now)
    for place in 0..<count {
      let wanted = MachineRegistration(machine: "m\(place)", callback: "http://h:1/\(place)", sessionSupport: .singleSession)
      _ = logic.handle(.asked(UInt64(place), .register(wanted)), at: now)
    }
    #expect(logic.counts.registered == count)
    var machines: Set<String> = []
    for place in 0..<5000 {
      let user = UserIdentity(sid: configuration.users[place].sid)
      for case .prepare(let order, _) in logic.handle(.asked(0, .launch(.init(id: "l\(place)", user: user, resource: "G"))), at: now) {
        machines.insert(order.machine)
        _ = logic.handle(.prepared(order, .init(accepted: true)), at: now)
      }
    }
    #expect(machines.count == 5000 && logic.counts.launched == 5000)
    _ = logic.handle(.configuration(site), at: now)
    #expect(logic.counts.registered == count)
    #expect(logic.nextDue == now + .seconds(200))
    _ = logic.handle(.due, at: now + .seconds(600))
    #expect(logic.counts.registered == 0 && logic.counts.sessions == 0 && logic.nextDue == nil)
  }
}
