package import Broker
import BrokerConfiguration
import CloudAPI
import Foundation
import SimulatedCloud
import World

/// A resource location that has a broker in the cloud.
struct BrokerPlace: Hashable, Comparable, Sendable {
  let customer: String
  let location: String
  static func < (a: BrokerPlace, b: BrokerPlace) -> Bool { (a.customer, a.location) < (b.customer, b.location) }
}

/// What `GET /lab/v1/broker` says of one location's broker.
package struct CloudBrokerState: Hashable, Codable, Sendable {
  package var customer: String
  package var location: String
  package var counts: BrokerCounts
  /// Why the latest configuration is not in use.
  package var problem: String?
}

/// The shell of one location's broker in the cloud: hosts `BrokerLogic`, reaches machines through the connectors that relayed their registrations, and keeps the
/// one timer. Everything is in memory: after a restart of the cloud's process machines register anew, as they do when a heartbeat is refused.
actor CloudBroker {
  /// The STA id of tickets that the cloud gives out: what administrators see of the product (product facts 7).
  static let authority = "CWSSTA"

  private var logic = BrokerLogic(.init(side: .cloud, authority: CloudBroker.authority))
  /// Nobody waits longer for an answer: a connector gives a question up after `cloud.requestTimeout`, 30 s unless set otherwise, and would take a machine that is
  /// slow for a cloud that is gone. Chosen. The launch itself goes on; asked again it is the same one.
  static let patience = Duration.seconds(20)

  private let clock: any WorldClock
  private let links: any ConnectorLinks
  private var lastNumber: UInt64 = 0
  private var waiting: [UInt64: CheckedContinuation<BrokerAnswer, Never>] = [:]
  private var impatience: [UInt64: Task<Void, Never>] = [:]
  /// The connector through which a machine spoke last, by the machine's name without case.
  private var relays: [String: String] = [:]
  private var orders: [UInt64: Task<Void, Never>] = [:]
  private var timer: (wakes: Moment, task: Task<Void, Never>)?
  /// The configuration that was read last, whether it could be used or not.
  private var taken: (revision: Int, digest: String)?
  private var taking: (digest: String, task: Task<Void, Never>)?
  private var problem: String?
  private var isStopped = false

  init(clock: any WorldClock, links: any ConnectorLinks) {
    self.clock = clock
    self.links = links
  }

  /// Answers when the logic does: a launch waits for its machine.
  func ask(_ request: BrokerRequest, from connector: String, _ configuration: ConfigurationRecord?) async -> BrokerAnswer {
    await take(configuration)
    guard !isStopped else { return Self.stopping }
    lastNumber += 1
    let number = lastNumber
    let answer = await withCheckedContinuation { continuation in
      waiting[number] = continuation
      if let machine = request.machine.flatMap({ logic.machineName($0) }) { relays[machine.lowercased()] = connector }
      tell(.asked(number, request))
      if waiting[number] != nil { impatience[number] = Task { await self.lose(patience: number) } }
    }
    if case .refused(var refusal) = answer, refusal.kind == .noConfiguration, let problem {
      refusal.detail = "the published broker configuration cannot be used: \(problem)"
      return .refused(refusal)
    }
    return answer
  }

  private func lose(patience number: UInt64) async {
    do { try await clock.sleep(for: Self.patience) } catch { return }
    guard !Task.isCancelled else { return }
    let detail = "the machine has not answered for \(Self.patience.components.seconds) s and is still asked; ask again for the same launch"
    answer(number, .refused(BrokerRefusal(.prepareFailed, detail, retryAfterSeconds: 5)))
  }

  /// Whoever has lost patience has an answer already.
  private func answer(_ number: UInt64, _ answer: BrokerAnswer) {
    impatience.removeValue(forKey: number)?.cancel()
    waiting.removeValue(forKey: number)?.resume(returning: answer)
  }

  func state(_ place: BrokerPlace, _ configuration: ConfigurationRecord?) async -> CloudBrokerState {
    await take(configuration)
    return CloudBrokerState(customer: place.customer, location: place.location, counts: logic.counts, problem: problem)
  }

  /// Ends the timer and all orders, and answers whoever waits.
  func stop() async {
    isStopped = true
    let running = [timer?.task, taking?.task].compactMap { $0 } + orders.values + impatience.values
    for task in running { task.cancel() }
    for continuation in waiting.values { continuation.resume(returning: Self.stopping) }
    waiting = [:]
    for task in running { await task.value }
    timer = nil
  }

  private static let stopping = BrokerAnswer.refused(BrokerRefusal(.notServing, "the cloud is stopping; ask again", retryAfterSeconds: 5))

  // MARK: Configuration

  /// Reads a configuration that is new; all who come meanwhile wait for it. A revision with the same contents (other connectors) is not read again.
  private func take(_ record: ConfigurationRecord?) async {
    guard let record, !isStopped, taken?.digest != record.digest, taken.map({ $0.revision <= record.revision }) ?? true else { return }
    if taking?.digest != record.digest {
      let task = Task { await self.read(record) }
      taking = (record.digest, task)
    }
    await taking?.task.value
  }

  private func read(_ record: ConfigurationRecord) async {
    let result = await Self.site(record)
    guard !isStopped, taken.map({ $0.revision <= record.revision }) ?? true else { return }
    taken = (record.revision, record.digest)
    switch result {
    case .success(let site):
      problem = nil
      tell(.configuration(site))
      relays = relays.filter { logic.machineName($0.key) != nil }
    case .failure(let rejected): problem = "\(rejected)"
    }
  }

  /// A large one takes seconds.
  @concurrent private static func site(_ record: ConfigurationRecord) async -> Result<BrokerSite, BrokerConfigurationRejected> {
    guard let bytes = EdgeServerMerge.merge(record.bytes, revision: record.revision, edgeServers: []) else {
      return .failure(BrokerConfigurationRejected(problems: [BrokerProblem("", "it is no JSON object")]))
    }
    do throws(BrokerConfigurationRejected) { return .success(BrokerSite(try BrokerConfiguration.read(json: bytes))) } catch {
      return .failure(error)
    }
  }

  // MARK: The logic

  private func tell(_ event: BrokerLogic.Event) {
    for directive in logic.handle(event, at: clock.now().moment) {
      switch directive {
      case .answer(let number, let answer): self.answer(number, answer)
      case .prepare(let order, let callback): prepare(order, callback)
      // Only connectors in an outage have peers for their tickets; what the broker says to people is in its counts.
      case .keepTicketAtPeers, .say: continue
      }
    }
    arm()
  }

  private func arm() {
    guard !isStopped, let due = logic.nextDue else { return }
    // A timer that wakes too early looks again; only one that would wake too late is replaced.
    if let timer, timer.wakes <= due { return }
    timer?.task.cancel()
    timer = (
      due,
      Task { [clock] in
        do { try await clock.sleep(until: due) } catch { return }
        self.wake()
      }
    )
  }

  private func wake() {
    guard !Task.isCancelled, !isStopped else { return }
    timer = nil
    if let due = logic.nextDue, due <= clock.now().moment { tell(.due) } else { arm() }
  }

  // MARK: Machines

  private func prepare(_ order: PrepareOrder, _ callback: String) {
    guard !isStopped else { return }
    lastNumber += 1
    let number = lastNumber
    let connector = relays[order.machine.lowercased()]
    orders[number] = Task {
      let reply = await self.reply(to: order, callback, through: connector)
      self.orders[number] = nil
      if !self.isStopped { self.tell(.prepared(order, reply)) }
    }
  }

  /// Nil when the machine could not be asked or has said nothing that can be read.
  private func reply(to order: PrepareOrder, _ callback: String, through connector: String?) async -> PrepareReply? {
    guard let connector else { return nil }
    let request = LinkRequest(
      method: "POST", path: ConnectorPaths.service(ServiceName.remoteBroker.rawValue, "prepare"), headers: ["content-type": "application/json"],
      body: JSONBody.bytes(PrepareCall(order: order, callback: callback)))
    guard let response = try? await links.ask(connector, request, timeout: BrokerTimers.documented.prepareLimit), response.status == 200 else {
      return nil
    }
    return try? JSONDecoder().decode(PrepareReply.self, from: Data(response.body))
  }
}

extension BrokerRequest {
  /// The machine that says this of itself.
  fileprivate var machine: String? {
    switch self {
    case .register(let registration): registration.machine
    case .heartbeat(let machine): machine
    case .session(let notice): notice.machine
    default: nil
    }
  }
}
