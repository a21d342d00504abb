import Broker
import Foundation
import Glibc
package import SimulatedSite
package import World

/// All simulated machines of a process: gives `MachineFleet` a clock, connections and a port. No machine has a task of its own; one timer serves them all.
package actor MachineHost {
  package struct Connector: Hashable, Sendable {
    package var name: String
    /// `http://127.0.0.1:8080`.
    package var address: String

    package init(name: String, address: String) {
      self.name = name
      self.address = address
    }
  }

  /// A broker that does not answer within this is taken for gone. Chosen: above the connector's own limits.
  private static let patience = Duration.seconds(10)
  /// Questions that are out at the same time. Chosen: a storm is queued here and not at the connector.
  private static let atOnce = 128

  private var fleet: MachineFleet
  private let connectors: [Connector]
  private let client: SiteClient
  private let clock: any WorldClock
  /// By which moments are told as wall times: the same for all, so that a storm keeps its time from one snapshot to the next.
  private let origin: Now
  private var waiting: [MachineFleet.Ask] = []
  private var taken = 0
  private var out = 0
  private var timer: Task<Void, Never>?
  private var armed: Moment?
  /// Resumed when nothing is out any more.
  private var idle: [CheckedContinuation<Void, Never>] = []
  private var hopes = SnapshotHopes()

  /// - Parameters:
  ///   - base: where this process listens, such as `http://127.0.0.1:4000`.
  ///   - start: grows with each start; brokers believe the latest.
  package init(
    _ machines: [SiteMachine], connectors: [Connector], base: String, start: Int, seed: UInt64, client: SiteClient, clock: any WorldClock,
    adjust: (inout MachineSettings) -> Void = { _ in }
  ) {
    var settings = MachineSettings(brokers: connectors.count, callbackBase: "\(base)/machines")
    adjust(&settings)
    fleet = MachineFleet(machines, settings: settings, start: start, seed: seed)
    self.connectors = connectors
    self.client = client
    self.clock = clock
    origin = clock.now()
  }

  package func begin() {
    fleet.begin(at: clock.now().moment)
    arm()
  }

  /// Every registered machine says farewell; returns when that is done, or after `limit`.
  package func stop(within limit: Duration) async {
    timer?.cancel()
    (waiting, taken) = ([], 0)
    perform(fleet.stop(at: clock.now().moment))
    let end = Task { [clock] in
      try? await clock.sleep(for: limit)
      self.finish()
    }
    if out > 0 { await withCheckedContinuation { idle.append($0) } }
    end.cancel()
  }

  private func finish() {
    for one in idle { one.resume() }
    idle = []
  }

  /// Returns once the snapshot is so.
  package func reached(_ isSo: @escaping @Sendable (SiteSnapshot) -> Bool) async {
    if isSo(snapshot) { return }
    await withCheckedContinuation { hopes.add(isSo, $0) }
  }

  package var snapshot: SiteSnapshot {
    var made = SiteSnapshot(.vda, pid: getpid(), time: clock.now().wall)
    made.machines = .init(
      fleet.standing, fleet.tally, storms: fleet.storms.storms.map { SiteSnapshot.Storm($0, now: origin) }, names: connectors.map(\.name))
    return made
  }

  /// What is asked at the machines' port.
  package func answer(_ method: String, _ path: [String], _ body: [UInt8]) -> [UInt8]? {
    switch (method, path.first, path.count) {
    case ("GET", "snapshot", 1): return snapshot.json
    case ("POST", "machines", 2):
      guard var order = try? JSONDecoder().decode(PrepareOrder.self, from: Data(body)) else { return nil }
      // The path names the machine: the order may call it by another of its names.
      order.machine = path[1]
      defer { arm() }
      return fleet.prepare(order, at: clock.now().moment).flatMap { Self.encode($0) }
    case ("POST", "machines", 3) where path[2] == "connect":
      guard let arrival = try? JSONDecoder().decode(ClientArrival.self, from: Data(body)) else { return nil }
      let (known, asks) = fleet.connect(path[1], session: arrival.session, user: arrival.user, at: clock.now().moment)
      perform(asks)
      arm()
      return Self.encode(ClientArrival.Answer(isKnown: known))
    default: return nil
    }
  }

  private static func encode(_ value: some Encodable) -> [UInt8]? { (try? JSONEncoder().encode(value)).map { [UInt8]($0) } }

  private func fire() {
    armed = nil
    perform(fleet.due(at: clock.now().moment))
    arm()
  }

  /// Called after whatever happened. One timer; one that fires too early finds nothing to do.
  private func arm() {
    if !hopes.isEmpty { hopes.look(snapshot) }
    guard let due = fleet.nextDue else { return }
    if let armed, armed <= due { return }
    timer?.cancel()
    armed = due
    timer = Task { [clock] in
      guard (try? await clock.sleep(until: due)) != nil else { return }
      self.fire()
    }
  }

  private func perform(_ asks: [MachineFleet.Ask]) {
    waiting += asks
    while out < Self.atOnce, taken < waiting.count {
      let ask = waiting[taken]
      taken += 1
      out += 1
      Task { await self.send(ask) }
    }
    if taken > 1024 || taken == waiting.count {
      waiting.removeFirst(taken)
      taken = 0
    }
    if out == 0 { finish() }
  }

  private func send(_ ask: MachineFleet.Ask) async {
    let answer = await Self.ask(ask.request, at: connectors[ask.broker].address, client)
    out -= 1
    perform(fleet.answered(ask.machine, answer, at: clock.now().moment))
    arm()
  }

  private static func ask(_ request: BrokerRequest, at address: String, _ client: SiteClient) async -> BrokerAnswer? {
    guard let body = encode(request), let answer = await client.post("\(address)/vda/v1", body, within: patience) else { return nil }
    // Whatever the status: a refusal is an answer too.
    return try? JSONDecoder().decode(BrokerAnswer.self, from: Data(answer.body))
  }
}

/// A user's client comes to a machine, with its session's id or, where it was told none, with the user's name.
package struct ClientArrival: Codable, Sendable {
  package var session: String?
  package var user: String?

  package init(session: String?, user: String?) {
    self.session = session
    self.user = user
  }

  package struct Answer: Codable, Sendable {
    package var isKnown: Bool
  }
}
