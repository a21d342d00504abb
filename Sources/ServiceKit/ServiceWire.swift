/// What the cloud (over the link) and the administrator (over the control socket) can ask of a service: an operation by name, JSON in, JSON out.
/// Each service's operations and their bodies stand in its `<Name>Wire.swift`.
package protocol ServiceWire: Sendable {
  /// Throws `WireError` for a bad request, or the service's own error.
  func call(_ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8]
}

package enum WireCaller: Hashable, Sendable {
  /// The connector's own cloud, authenticated by mutual TLS.
  case cloud
  /// A user of the control socket, by its numeric id.
  case control(uid: UInt32)
}

/// A request that a service cannot understand or permit. `code` is stable; people read `detail`.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Codable, Sendable { case unknownOperation, badRequest, notFound, denied, unavailable, failed, notSimulated }
  package var code: Code
  package var detail: String

  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }
  package var description: String { "\(code.rawValue): \(detail)" }
}
