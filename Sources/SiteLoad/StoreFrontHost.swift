import Foundation
import Glibc
package import SimulatedSite
package import World

/// A StoreFront with its users' clients: sends what they want at an even rate, fails over between its servers, and holds what was promised against what came of it.
package actor StoreFrontHost {
  package struct Settings: Sendable {
    /// User's steps a second.
    package var rate: Double
    /// The connectors' XML services, such as `http://127.0.0.1:8080`.
    package var servers: [String]
    package var users: [SiteUser]
    /// How long a server that failed is passed by. StoreFront's own default is an hour; chosen, so that a drill sees it come back.
    package var bypass = Duration.seconds(20)
    /// StoreFront asks each server whether it works this often: its heartbeat of 60 s (product facts 3.3).
    package var healthEvery = Duration.seconds(60)
    /// A server that has not answered by then has failed. Chosen.
    package var patience = Duration.seconds(10)
    package var seed: UInt64 = 1

    package init(rate: Double, servers: [String], users: [SiteUser]) {
      self.rate = rate
      self.servers = servers
      self.users = users
    }
  }

  /// More steps at once than this are not begun but counted as failed: whoever measures must not fall behind in secret.
  private static let atOnce = 2_000

  let settings: Settings
  let client: SiteClient
  let clock: any WorldClock
  private let machines: @Sendable () -> [String]
  var plan: UserPlan
  var tally = BrokeringTally() { didSet { if !hopes.isEmpty { hopes.look(snapshot) } } }
  private var hopes = SnapshotHopes()
  private var brokers: ServerList
  private var authorities: ServerList
  /// The server that gives out tickets of an authority.
  private var serverOf: [String: Int] = [:]
  private var resources: [Int: [String]] = [:]
  private var running = 0
  /// Nobody waits for the time of a client any more.
  private(set) var isDraining = false

  /// - Parameter machines: addresses of the processes that play machines now.
  package init(_ settings: Settings, client: SiteClient, clock: any WorldClock, machines: @escaping @Sendable () -> [String]) {
    self.settings = settings
    self.client = client
    self.clock = clock
    self.machines = machines
    plan = UserPlan(users: settings.users.count, seed: settings.seed)
    brokers = ServerList(count: settings.servers.count, bypass: settings.bypass)
    authorities = ServerList(count: settings.servers.count, bypass: settings.bypass)
  }

  /// Returns once the snapshot is so.
  package func reached(_ isSo: @escaping @Sendable (SiteSnapshot) -> Bool) async {
    if isSo(snapshot) { return }
    await withCheckedContinuation { hopes.add(isSo, $0) }
  }

  package var snapshot: SiteSnapshot { SiteSnapshot(.storefront, pid: getpid(), time: clock.now().wall, brokering: tally) }

  /// Nothing is open any more.
  package var isSettled: Bool { running == 0 }

  /// Sends until `end` or until the task is cancelled, then lets every client come that is on its way and returns when all that was promised has been checked,
  /// at the latest when every ticket has ended.
  package func run(until end: Moment) async {
    let health = Task { await self.watchServers() }
    let pause = Duration(nanoseconds: Int64(1e9 / max(0.001, settings.rate)))
    var next = clock.now().moment
    while next < end, !Task.isCancelled {
      guard (try? await clock.sleep(until: next)) != nil else { break }
      begin(plan.next())
      next = next + pause
    }
    health.cancel()
    isDraining = true
    // In a task of its own: this one may be cancelled, and what was promised is checked all the same.
    await Task { while running > 0 { try? await clock.sleep(for: .milliseconds(50)) } }.value
  }

  private func begin(_ step: UserPlan.Step) {
    guard running < Self.atOnce else {
      if case .launch = step {
        tally.launches.asked += 1
        tally.launches.failed["too-many-at-once", default: 0] += 1
      }
      return
    }
    running += 1
    Task {
      switch step {
      case .enumerate(let user): await self.enumerate(user)
      case .launch(let user, let choice): await self.launch(user, choice)
      case .reconnect(let user): await self.reconnect(user)
      }
      self.running -= 1
    }
  }

  private func watchServers() async {
    while !Task.isCancelled {
      for server in settings.servers.indices {
        tally.healthChecks += 1
        if case .farm = await ask(.farm, server: server) {
          brokers.worked(server)
        } else {
          tally.healthChecksFailed += 1
          brokers.failed(server, at: clock.now().moment)
        }
      }
      guard (try? await clock.sleep(for: settings.healthEvery)) != nil else { return }
    }
  }

  private func enumerate(_ user: Int) async {
    tally.enumerations += 1
    let answer = await broker(.resources(settings.users[user]))
    guard case .resources(let names) = answer else {
      tally.enumerationsFailed[answer.reason, default: 0] += 1
      return
    }
    resources[user] = names
    plan.shown(user, resources: names.count)
  }

  private func reconnect(_ user: Int) async {
    tally.reconnections += 1
    let answer = await broker(.sessions(settings.users[user]))
    if case .sessions = answer { return }
    tally.reconnectionsFailed[answer.reason, default: 0] += 1
  }

  private func launch(_ user: Int, _ choice: UInt64) async {
    guard let names = resources[user], !names.isEmpty else { return await enumerate(user) }
    tally.launches.asked += 1
    let name = settings.users[user].name
    let answer = await broker(
      .launch(settings.users[user], resource: names[Int(choice % UInt64(names.count))], client: "WR_\(name)"))
    guard case .address(let host, let session) = answer else {
      tally.launches.failed[answer.reason, default: 0] += 1
      return
    }
    tally.launches.acknowledged += 1
    let (after, isRefreshable) = plan.arrival()
    tally.tickets.asked += 1
    let given = await authority(.ticket(["ICAAddress": "\(host):1494", "User": name], isRefreshable: isRefreshable))
    var ticket: HeldByClient?
    if case .ticket(let text, let id) = given.answer {
      tally.tickets.acknowledged += 1
      serverOf[id] = given.server
      ticket = HeldByClient(ticket: text, authority: id, host: host, given: clock.now().moment, isRefreshable: isRefreshable)
    } else {
      tally.tickets.failed[given.answer.reason, default: 0] += 1
    }
    await come(host, session, after: after, ticket)
  }

  // MARK: asking

  /// One server after the other, until one answers for itself.
  private func broker(_ question: StoreFrontWire.Question) async -> ServerAnswer {
    var last = ServerAnswer.silent("no-server")
    let order = brokers.order(at: clock.now().moment)
    for (place, server) in order.enumerated() {
      last = await ask(question, server: server)
      guard last.isServersFault else {
        brokers.worked(server)
        return last
      }
      brokers.failed(server, at: clock.now().moment)
      if place < order.count - 1 { tally.failovers += 1 }
    }
    return last
  }

  private func authority(_ question: StoreFrontWire.Question) async -> (answer: ServerAnswer, server: Int) {
    var last = (ServerAnswer.silent("no-server"), 0)
    for server in authorities.order(at: clock.now().moment) {
      last = (await ask(question, server: server), server)
      guard last.0.isServersFault else {
        authorities.worked(server)
        return last
      }
      authorities.failed(server, at: clock.now().moment)
    }
    return last
  }

  /// The authority that gave the ticket out first, then the others: they keep it too.
  func order(of authority: String) -> [Int] {
    let all = Array(settings.servers.indices)
    guard let first = serverOf[authority] else { return all }
    return [first] + all.filter { $0 != first }
  }

  func ask(_ question: StoreFrontWire.Question, server: Int) async -> ServerAnswer {
    let began = clock.now().moment
    let answer = await client.post(
      settings.servers[server] + StoreFrontWire.path(question), StoreFrontWire.body(question), type: "text/xml", within: settings.patience)
    tally.latencies.add(clock.now().moment - began)
    guard let answer else { return .silent("no-answer") }
    guard answer.status == 200 else { return .silent("http-\(answer.status)") }
    return StoreFrontWire.answer(answer.body, to: question)
  }

  /// Whether a machine knows the session; nil: nobody who plays machines answered for it.
  func arrive(_ host: String, _ session: String?) async -> Bool? {
    guard let body = try? JSONEncoder().encode(ClientArrival(session: session, user: nil)) else { return nil }
    for address in machines() {
      guard let answer = await client.post("\(address)/machines/\(host)/connect", [UInt8](body), within: settings.patience), answer.status == 200,
        let said = try? JSONDecoder().decode(ClientArrival.Answer.self, from: Data(answer.body))
      else { continue }
      return said.isKnown
    }
    return nil
  }
}
