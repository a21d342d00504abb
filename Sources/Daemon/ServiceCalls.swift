import ServiceKit
import ServiceOrder
import World

/// The one way from outside to a service's operations: for the cloud over the link and for an administrator over the control socket.
struct ServiceCalls: Sendable {
  let registry: ServiceRegistry
  /// Nil unless this is a connector of a laboratory.
  var faults: HeldFaults?

  /// Throws `NotSimulated` for a service that is not modelled, `ServiceUnavailable` for one that does not run, and what the service itself throws.
  func call(_ service: ServiceName, _ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8] {
    guard ServiceOrder.entry(service).isSimulated else { throw NotSimulated("service \(service.rawValue) (operation \(operation))") }
    let met = try await faults?.before(service, operation)
    let answer = try await registry.wire(of: service).call(operation, body, from: caller)
    return met?.wrongAnswers.last.map { WrongAnswer.instead(of: answer, $0) } ?? answer
  }

  /// Every error in the form that goes over a wire.
  static func wireError(_ error: any Error) -> WireError {
    switch error {
    case let error as WireError: error
    case let error as NotSimulated: WireError(.notSimulated, "\(error)")
    case let error as ServiceUnavailable: WireError(.unavailable, "\(error)")
    default: WireError(.failed, "\(error)")
    }
  }
}
