package import EventCatalog

/// What a connector answers. In JSON an object with one key, the case.
package enum ControlAnswer: Hashable, Codable, Sendable {
  case hello(peer: ControlHello)
  case status(report: StatusReport)
  case health(verdict: HealthVerdict)
  case services(rows: [ServiceReport])
  /// Done; the sentence says what.
  case done(sentence: String)
  /// One event of the answer to `.events`.
  case event(line: EventLine)
  /// No more events: how many were sent.
  case end(count: Int)
  case registry(entries: [RegistryEntry])
  /// The configuration in use, and in words where each setting came from, by its path.
  case config(value: JSONValue, sources: [String: String])
  case configDiff(diff: ConfigDiff)
  case version(report: VersionReport)
  case faults(rows: [HeldFault])
  /// The answer of a service's operation, when it is JSON that fits a frame; see `init(serviceAnswer:)`.
  case service(body: JSONValue)
  /// Bytes that are no JSON, or too many for one frame. The handler answers all at once, the server sends them in pieces and then `.end` with their
  /// number, and the client puts them together.
  case bytes(content: ByteContent)
  case failure(reason: ControlFailure)
}

extension ControlAnswer {
  /// What a service's `call` returned: JSON, or other bytes such as an archive.
  package init(serviceAnswer bytes: [UInt8]) {
    if bytes.count <= ControlFrame.limit / 2, let body = try? JSONValue(json: bytes) {
      self = .service(body: body)
    } else {
      self = .bytes(content: ByteContent(bytes))
    }
  }
}

/// Why there is no answer. `code` is stable; people read `detail`, which says what to do.
package struct ControlFailure: Error, Hashable, Codable, Sendable, CustomStringConvertible {
  package enum Code: String, CaseIterable, Codable, Sendable {
    /// The frame or the request cannot be understood.
    case badRequest, unknownOperation
    /// A frame or an answer beyond 1 MiB.
    case tooLarge
    /// The peer may not ask this.
    case denied
    case notFound
    /// The service is not running, or the connector has as many connections as it takes.
    case unavailable
    /// The peer sent nothing, or half a frame, for too long.
    case timeout
    case unsupportedProtocol
    case notSimulated
    case failed
  }

  package var code: Code
  package var detail: String

  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  /// A code by its text, as a service's `WireError.Code` gives it; one that is not known here is `failed`.
  package init(code: String, _ detail: String) { self.init(Code(rawValue: code) ?? .failed, detail) }

  package init(_ error: FrameError) {
    switch error {
    case .oversized: self.init(.tooLarge, "\(error)")
    case .empty, .truncated, .malformed: self.init(.badRequest, "\(error)")
    }
  }

  package var description: String { "\(code.rawValue): \(detail)" }
}
