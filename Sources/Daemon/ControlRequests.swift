import CloudAPI
import ConfigurationYAML
import ConnectorSettings
import ControlAPI
import EventCatalog
import EventHub
import Foundation
import LiveFaults
import ServiceKit
import ServiceOrder
import Supervision
import World

/// Answers what an administrator asks over the control socket.
struct ControlRequests: ControlHandler {
  let connector: Connector

  func answer(_ request: ControlRequest, from uid: UInt32) async -> ControlAnswer {
    do {
      return try await answered(request, uid)
    } catch let failure as ControlFailure {
      return .failure(reason: failure)
    } catch let error as FrameError {
      return .failure(reason: ControlFailure(error))
    } catch {
      let wire = ServiceCalls.wireError(error)
      return .failure(reason: ControlFailure(code: wire.code.rawValue, wire.detail))
    }
  }

  private func answered(_ request: ControlRequest, _ uid: UInt32) async throws -> ControlAnswer {
    switch request {
    case .hello: throw ControlFailure(.badRequest, "hello is the first frame of a connection")
    case .events: throw ControlFailure(.badRequest, "events are followed, not answered")
    case .status: return .status(report: await connector.statusReport())
    case .health: return .health(verdict: await connector.verdict())
    case .services: return .services(rows: await connector.facts().rows)
    case .version: return .version(report: VersionReport(version: connector.ports.version.connector, boot: connector.hub.boot))
    case .restart(let service):
      try known(service)
      _ = try await connector.calls.call(.watchDog, "restart-service", json(["name": .text(service.rawValue)]), from: .control(uid: uid))
      return .done(sentence: "\(service.rawValue) is restarted")
    case .registryGet(let path): return .registry(entries: [try await registry("registry-get", ["path": .text(path)], uid)])
    case .registrySet(let path, let value):
      return .registry(entries: [try await registry("registry-set", ["path": .text(path), "type": .text(value.type), "value": value.value], uid)])
    case .registryDelete(let path):
      _ = try await connector.calls.call(.watchDog, "registry-delete", json(["path": .text(path)]), from: .control(uid: uid))
      return .done(sentence: "\(path) is deleted")
    case .registryList(let prefix):
      let bytes = try await connector.calls.call(.watchDog, "registry-list", json(["prefix": .text(prefix)]), from: .control(uid: uid))
      return .registry(entries: try ControlCoding.decode(RegistryList.self, from: bytes).entries)
    case .configShow: return .config(value: try JSONValue(connector.configuration), sources: connector.sources.mapValues(\.description))
    case .configDiff(let candidate): return .configDiff(diff: try diff(candidate))
    case .fault(let service, let fault):
      guard connector.configuration.testbed.faults else { throw Self.notAllowed }
      try known(service)
      guard connector.faults.inject(fault, into: service) else { throw ControlFailure(.unavailable, "service \(service.rawValue) is not running") }
      return .done(sentence: "\(service.rawValue) is made to \(fault.rawValue)")
    case .holdFault(let id, let order, let left):
      let held = try heldFaults()
      let rule = try rule(order)
      if case .service(_, let service, _) = rule.place { try known(service) }
      try held.hold(id, rule, left: .milliseconds(left))
      return .done(sentence: "fault \(id) holds: \(order.short)")
    case .healFault(let id):
      let count = try heldFaults().heal(id)
      return .done(sentence: count == 1 ? "1 fault is over" : "\(count) faults are over")
    case .faults: return .faults(rows: try heldFaults().list())
    case .service(let service, let operation, let body):
      let bytes = try await connector.calls.call(service, operation, try body.json(), from: .control(uid: uid))
      return ControlAnswer(serviceAnswer: bytes)
    }
  }

  func follow(_ query: EventQuery) async -> AsyncStream<EventLine> {
    let subscription = query.follow ? connector.hub.subscribe(since: nil) : nil
    let past = query.select(connector.hub.recent())
    let last = past.last?.sequence ?? 0
    let (stream, continuation) = AsyncStream.makeStream(of: EventLine.self, bufferingPolicy: .bufferingNewest(4096))
    for record in past { continuation.yield(EventLine(record)) }
    guard let subscription else {
      continuation.finish()
      return stream
    }
    let task = Task {
      for await record in subscription.records where record.sequence > last && query.matches(record) { continuation.yield(EventLine(record)) }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return stream
  }

  private static let notAllowed = ControlFailure(.denied, "faults are not allowed here: testbed.faults is false in the configuration")

  private func rule(_ order: FaultOrder) throws(ControlFailure) -> FaultRule {
    do { return try FaultRule(order) } catch { throw ControlFailure(.badRequest, error.description) }
  }

  private func heldFaults() throws(ControlFailure) -> HeldFaults {
    guard let held = connector.heldFaults else { throw Self.notAllowed }
    return held
  }

  private struct RegistryList: Decodable { var entries: [RegistryEntry] }

  private func known(_ service: ServiceName) throws {
    guard ServiceOrder.entry(service).isSimulated else { throw NotSimulated("service \(service.rawValue)") }
  }

  private func json(_ members: [String: JSONValue]) throws -> [UInt8] { try JSONValue.object(members).json() }

  private func registry(_ operation: String, _ members: [String: JSONValue], _ uid: UInt32) async throws -> RegistryEntry {
    let bytes = try await connector.calls.call(.watchDog, operation, json(members), from: .control(uid: uid))
    return try ControlCoding.decode(RegistryEntry.self, from: bytes)
  }

  private func diff(_ candidate: String) throws -> ConfigDiff {
    do {
      let source = connector.ports.source ?? ConfigurationSource("/candidate")
      let other = try source.load(connector.ports.files, candidate: Array(candidate.utf8))
      return try ConfigDiff(from: connector.configuration, to: other.value)
    } catch let problems as ConfigurationProblems {
      return ConfigDiff(problems: problems.problems.map { "\($0)" })
    }
  }
}
