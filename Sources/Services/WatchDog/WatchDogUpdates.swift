import AgentSystem
import ServiceKit
import World

/// Updates of the connector, as an administrator sees and orders them. The WatchDog asks on the administrator's behalf, as the updater of the moment:
/// it looks first who that is, so an order that another updater overtook is refused and changes nothing.
extension WatchDogWire {
  func updateStatus(_ caller: WireCaller) async throws -> [UInt8] { try encode(UpdateReport(try await releases(caller))) }

  func updateClear(_ body: [UInt8], _ caller: WireCaller) async throws -> [UInt8] {
    let request: UpdateClear = try decode(body, #"{"version":"4.370.0.1227"}"#)
    guard let version = ReleaseVersion(request.version) else {
      throw WireError(.badRequest, "expected a version of four numbers, such as 4.370.0.1227; got '\(ReasonText(request.version).text)'")
    }
    try await perform(.clearFailedRelease(version, by: try await releases(caller).generation), caller)
    return try await updateStatus(caller)
  }

  func updateRollback(_ body: [UInt8], _ caller: WireCaller) async throws -> [UInt8] {
    let request: UpdateRollback = body.isEmpty ? UpdateRollback() : try decode(body, #"{"reason":"sessions are slow"}"#)
    let reason = ReasonText(request.reason ?? "asked for by an administrator")
    try await perform(.rollBackRelease(reason: reason, by: try await releases(caller).generation), caller)
    return try await updateStatus(caller)
  }

  private func releases(_ caller: WireCaller) async throws -> ReleaseStatus {
    guard case .releases(let status) = try await perform(.releaseStatus, caller) else {
      throw WireError(.failed, "the Agent System gave another answer than the releases")
    }
    return status
  }
}
