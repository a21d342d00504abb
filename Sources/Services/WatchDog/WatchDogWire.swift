import AgentSystem
import CloudAPI
import ConnectorSettings
import EventCatalog
import FoundationEssentials
import ServiceKit
import World

/// What can be asked of the WatchDog. JSON in and out:
///
/// | operation | body | answer | cloud |
/// |---|---|---|---|
/// | `status` | none | `WatchDogStatus` | yes |
/// | `maintenance` | `{"on":true,"reason":"…"}` | `WatchDogStatus` | yes |
/// | `schedule-restart` | `{"delay":"5m","target":"machine","reason":"…"}`, the last two optional | `{"target","dueAt","reason"}` | yes |
/// | `cancel-restart` | none | `{"cancelled":true}` | yes |
/// | `restart-service` | `{"name":"ad-provider"}` | `{"name"}` | no |
/// | `registry-get` | `{"path":"HKLM\\…"}` | `{"path","value":{"type","value"}}`, `notFound` if there is none | no |
/// | `registry-set` | `{"path","type":"integer","value":1}` | as `registry-get` | no |
/// | `registry-list` | `{"prefix":"HKLM\\…"}`, empty for all | `{"entries":[…]}` | no |
/// | `registry-delete` | `{"path"}` | `{"deleted":true}` | no |
/// | `update-order` | `UpdateCommand` | `UpdateStanding` | only |
/// | `update-status` | none | `UpdateReport`, `notFound` without a release folder | no |
/// | `update-clear` | `{"version":"4.370.0.1227"}` | `UpdateReport` | no |
/// | `update-rollback` | `{"reason":"…"}`, optional | `UpdateReport` | no |
/// | `update-pin` | `{"reason":"…"}`, optional | `{"pinned":true,"since","reason"}` | no |
/// | `update-unpin` | none | `{"pinned":false}` | no |
///
/// The cloud may do what the product's cloud does: see, put in and out of maintenance, and restart the machine. Single services and settings
/// belong to the administrator on the machine; updates are ordered by the cloud alone, under its lease. `registry-set` without `type`, or with a text as value, reads the text as the type named, else as that
/// of the known key, else as a string.
struct WatchDogWire: ServiceWire {
  static let operations = [
    "status", "maintenance", "schedule-restart", "cancel-restart", "restart-service", "registry-get", "registry-set", "registry-list",
    "registry-delete", "update-order", "update-status", "update-clear", "update-rollback", "update-pin", "update-unpin",
  ]
  static let forCloud: Set<String> = ["status", "maintenance", "schedule-restart", "cancel-restart", "update-order"]

  let face: WatchDogFace
  let clock: any WorldClock
  let emit: @Sendable (Event) -> Void

  func call(_ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8] {
    guard Self.operations.contains(operation) else {
      throw WireError(.unknownOperation, "expected one of \(Self.operations.joined(separator: ", ")); got '\(ReasonText(operation).text)'")
    }
    if caller == .cloud, !Self.forCloud.contains(operation) {
      throw WireError(
        .denied, "\(operation) is for administrators on the machine; the cloud may ask for \(Self.forCloud.sorted().joined(separator: ", "))")
    }
    switch operation {
    case "maintenance":
      let request: Maintenance = try decode(body, #"{"on":true,"reason":"patching"}"#)
      try await perform(.setMaintenance(request.on, reason: ReasonText(request.reason ?? "")), caller)
      return try await status()
    case "schedule-restart": return try await scheduleRestart(body, caller)
    case "cancel-restart": return try encode(Cancelled(cancelled: try await flag(.cancelRestart, caller)))
    case "restart-service":
      let request: Name = try decode(body, #"{"name":"ad-provider"}"#)
      guard let name = ServiceName(rawValue: request.name) else {
        throw WireError(.notFound, "expected a service such as ad-provider; got '\(ReasonText(request.name).text)'; connectorctl services lists them")
      }
      try await perform(.restartService(name), caller)
      return try encode(request)
    case "registry-get":
      let path = try path(body)
      return try await encode(entry(at: path, caller))
    case "registry-set":
      let request: Setting = try decode(body, #"{"path":"HKLM\\Software\\Citrix\\Example","type":"integer","value":1}"#)
      let path = try parse(request.path)
      let value = try request.typed(at: path)
      try await perform(.registryWrite(path, value), caller)
      if path == KnownRegistryKeys.updatePin { await face.look() }
      return try encode(RegistryEntry(path, value))
    case "registry-list": return try await list(body, caller)
    case "registry-delete":
      let path = try path(body)
      let deleted = Deleted(deleted: try await flag(.registryDelete(path), caller))
      if path == KnownRegistryKeys.updatePin { await face.look() }
      return try encode(deleted)
    case "update-order": return try await updateOrder(body, caller)
    case "update-pin": return try await updatePin(body, caller)
    case "update-unpin": return try await updateUnpin(caller)
    case "update-status": return try await updateStatus(caller)
    case "update-clear": return try await updateClear(body, caller)
    case "update-rollback": return try await updateRollback(body, caller)
    default: return try await status()
    }
  }

  private func status() async throws -> [UInt8] {
    guard case .report(let report) = try await face.ask({ .report($0) }) else {
      throw WireError(.failed, "the WatchDog gave another answer than a report")
    }
    return try encode(WatchDogStatus(report))
  }

  private func scheduleRestart(_ body: [UInt8], _ caller: WireCaller) async throws -> [UInt8] {
    let request: Schedule = try decode(body, #"{"delay":"5m"}"#)
    let seconds = request.delay.duration.components.seconds
    guard let delay = UInt32(exactly: seconds), delay <= PrivilegedOperation.longestDelay else {
      throw WireError(.badRequest, "expected a delay of 0s to 7d; got \(request.delay)")
    }
    let asked = ReasonText(request.reason ?? (caller == .cloud ? "asked for by the cloud" : "asked for by an administrator"))
    let value = try await perform(.scheduleRestart(request.target ?? .machine, delay: delay, reason: asked), caller)
    guard case .restart(let restart) = value else { throw WireError(.failed, "the Agent System gave another answer than a restart") }
    return try encode(WatchDogStatus.Restart(restart))
  }

  private func entry(at path: RegistryPath, _ caller: WireCaller) async throws -> RegistryEntry {
    guard case .registry(let found) = try await perform(.registryRead(path), caller), let found else {
      throw WireError(.notFound, "\(path) is not set; connectorctl registry list shows what is")
    }
    return RegistryEntry(path, found)
  }

  private func list(_ body: [UInt8], _ caller: WireCaller) async throws -> [UInt8] {
    let request: Prefix = body.isEmpty ? Prefix() : try decode(body, #"{"prefix":""}"#)
    let text = request.prefix ?? ""
    let under = text.isEmpty || text.uppercased() == "HKLM" ? nil : try parse(text)
    var all: [RegistryEntry] = []
    while true {
      guard case .entries(let entries, let more) = try await perform(.registryList(under: under, after: all.last?.path), caller) else { break }
      all += entries
      if !more || entries.isEmpty { break }
    }
    return try encode(Entries(entries: all))
  }

  func flag(_ operation: PrivilegedOperation, _ caller: WireCaller) async throws -> Bool {
    if case .flag(let flag) = try await perform(operation, caller) { flag } else { false }
  }

  @discardableResult
  func perform(_ operation: PrivilegedOperation, _ caller: WireCaller) async throws -> PrivilegedValue? {
    do {
      guard case .privileged(let answer) = try await face.ask({ .administer($0, operation, caller: caller) }) else { return nil }
      return try answer.get()
    } catch let refusal as Refusal {
      throw WireError(refusal.reason.wireCode, refusal.detail)
    } catch let failure as PrivilegedFailure {
      throw WireError(.failed, failure.description)
    } catch let error as AgentCallError {
      throw WireError(.unavailable, error.description)
    }
  }

  private func path(_ body: [UInt8]) throws -> RegistryPath {
    let request: Path = try decode(body, #"{"path":"HKLM\\Software\\Citrix\\Example"}"#)
    return try parse(request.path)
  }

  private func parse(_ text: String) throws -> RegistryPath {
    do { return try RegistryPath(text) } catch { throw WireError(.badRequest, error.description) }
  }

  func decode<Body: Decodable>(_ body: [UInt8], _ example: String) throws -> Body {
    do { return try JSONDecoder().decode(Body.self, from: Data(body)) } catch {
      throw WireError(.badRequest, "expected a body such as \(example): \(error)")
    }
  }

  func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value))
  }
}

extension Refusal.Reason {
  fileprivate var wireCode: WireError.Code {
    switch self {
    case .notTheWatchDog, .notPermitted, .keyNotPermitted, .readOnlyKey: .denied
    case .malformed, .outOfRange, .wrongType, .alreadyScheduled, .requestReused, .registryFull: .badRequest
    case .notAvailable, .unknownOperation: .notSimulated
    case .deadlinePassed, .auditUnavailable, .storageFull, .storageFailed, .busy, .stillRunning, .interrupted, .noRoom, .staleUpdater,
      .updateUnderWay:
      .unavailable
    case .noReleaseLayout, .notDownloaded, .unknownRelease, .noTrial, .nothingToGoBackTo: .notFound
    case .badRelease, .floorMissing, .wrongPlatform, .olderRelease, .alreadyActive, .failedBefore, .reinstallNeeded, .releaseInUse: .badRequest
    }
  }
}
