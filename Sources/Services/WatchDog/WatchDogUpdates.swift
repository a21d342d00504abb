import AgentSystem
import CloudAPI
import EventCatalog
import ServiceKit
import World

/// Updates of the connector, as an administrator sees and orders them. The WatchDog asks on the administrator's behalf, as the updater of the moment:
/// it looks first who that is, so an order that another updater overtook is refused and changes nothing.
extension WatchDogWire {
  func updateStatus(_ caller: WireCaller) async throws -> [UInt8] {
    let updates = try await face.updates()
    return try encode(UpdateReport(try await releases(caller), updates))
  }

  /// The cloud's rollout coordinator orders; nobody else, because it alone knows whose turn it is.
  func updateOrder(_ body: [UInt8], _ caller: WireCaller) async throws -> [UInt8] {
    guard caller == .cloud else {
      throw WireError(.denied, "update-order is for the cloud's rollout coordinator, which knows whose turn it is; ask it for an update at once")
    }
    let command: UpdateCommand = try decode(body, #"{"action":"enterMaintenance","token":1,"lasts":900}"#)
    guard case .standing(let standing) = try await face.askUpdater({ .ordered($0, command) }) else {
      throw WireError(.failed, "the WatchDog gave another answer than where the update stands")
    }
    return try encode(standing)
  }

  /// Kept by the Agent System, which no rollback takes back.
  func updatePin(_ body: [UInt8], _ caller: WireCaller) async throws -> [UInt8] {
    let request: UpdateRollback = body.isEmpty ? UpdateRollback() : try decode(body, #"{"reason":"month-end"}"#)
    let pin = UpdatePin(since: clock.now().wall, reason: ReasonText(request.reason ?? "").text)
    try await perform(.registryWrite(KnownRegistryKeys.updatePin, .string(pin.text)), caller)
    emit(.evergreenPinned(reason: pin.reason.isEmpty ? "no reason was given" : pin.reason))
    await face.look()
    return try encode(UpdatePinned(pinned: true, since: pin.since, reason: pin.reason))
  }

  func updateUnpin(_ caller: WireCaller) async throws -> [UInt8] {
    if try await flag(.registryDelete(KnownRegistryKeys.updatePin), caller) { emit(.evergreenUnpinned()) }
    await face.look()
    return try encode(UpdatePinned(pinned: false))
  }

  func updateClear(_ body: [UInt8], _ caller: WireCaller) async throws -> [UInt8] {
    let request: UpdateClear = try decode(body, #"{"version":"4.370.0.1227"}"#)
    guard let version = ReleaseVersion(request.version) else {
      throw WireError(.badRequest, "expected a version of four numbers, such as 4.370.0.1227; got '\(ReasonText(request.version).text)'")
    }
    try await perform(.clearFailedRelease(version, by: try await releases(caller).generation), caller)
    await face.look()
    return try await updateStatus(caller)
  }

  func updateRollback(_ body: [UInt8], _ caller: WireCaller) async throws -> [UInt8] {
    let request: UpdateRollback = body.isEmpty ? UpdateRollback() : try decode(body, #"{"reason":"sessions are slow"}"#)
    let reason = ReasonText(request.reason ?? "asked for by an administrator")
    try await perform(.rollBackRelease(reason: reason, by: try await releases(caller).generation), caller)
    let ordered = try await releases(caller)
    let answer = try encode(UpdateReport(ordered, try await face.updates()))
    // The way is gone while nobody runs, and while no trial is open nobody who starts the connector looks for one. A trial that was given up before any start
    // opened it needs no restart.
    if ordered.phase == .rollingBack { try await restartToGoBack(reason, caller) }
    return answer
  }

  private func restartToGoBack(_ reason: ReasonText, _ caller: WireCaller) async throws {
    do { try await perform(.restartSupervisor(reason: ReasonText("to go back: \(reason.text)")), caller) } catch let error as WireError {
      throw WireError(
        error.code, "the way back is ordered and begins with the next start of the connector, which could not be asked for: \(error.detail)")
    }
  }

  private func releases(_ caller: WireCaller) async throws -> ReleaseStatus {
    guard case .releases(let status) = try await perform(.releaseStatus, caller) else {
      throw WireError(.failed, "the Agent System gave another answer than the releases")
    }
    return status
  }
}
