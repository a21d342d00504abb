import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import World

/// The cloud's HTTPS server. It listens on loopback unless told otherwise.
package struct CloudAPIServer: Sendable {
  package struct Settings: Hashable, Sendable {
    package var host: String
    /// 0 for any free port.
    package var port: Int
    /// The server's certificate and those up to its authority.
    package var certificateChainPEM: String
    package var privateKeyPEM: String

    package init(host: String = "127.0.0.1", port: Int, certificateChainPEM: String, privateKeyPEM: String) {
      self.host = host
      self.port = port
      self.certificateChainPEM = certificateChainPEM
      self.privateKeyPEM = privateKeyPEM
    }
  }

  private let settings: Settings
  private let http: CloudHTTP
  private let releases: ReleaseFiles?

  /// - Parameter releases: what is below `/releases`; nil for nothing.
  package init(_ settings: Settings, http: CloudHTTP, releases: ReleaseFiles? = nil) {
    self.settings = settings
    self.http = http
    self.releases = releases
  }

  /// Serves until the task is cancelled. Calls `ready` with the port once it listens. Throws `CloudServerError` when it cannot listen.
  package func run(ready: @escaping @Sendable (Int) async -> Void) async throws {
    let application: any ApplicationProtocol
    do {
      application = try self.application(ready)
    } catch {
      throw CloudServerError(detail: "the cloud's server certificate or key cannot be read: \(error)")
    }
    do {
      try await application.run()
    } catch is CancellationError {
      return
    } catch let error as IOError {
      throw CloudServerError(
        detail: "the cloud cannot listen on \(settings.host):\(settings.port): \(String(cString: strerror(error.errnoCode))); choose another port")
    }
  }

  private func application(_ ready: @escaping @Sendable (Int) async -> Void) throws -> some ApplicationProtocol {
    let chain = try NIOSSLCertificate.fromPEMBytes(Array(settings.certificateChainPEM.utf8)).map { NIOSSLCertificateSource.certificate($0) }
    let key = try NIOSSLPrivateKey(bytes: Array(settings.privateKeyPEM.utf8), format: .pem)
    let tls = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
    return Application(
      responder: APIResponder(http: http, releases: releases),
      server: try .tls(.http1(), tlsConfiguration: tls),
      configuration: ApplicationConfiguration(address: .hostname(settings.host, port: settings.port)),
      onServerRunning: { channel in await ready(channel.localAddress?.port ?? 0) },
      // What goes wrong is told to the client; standard output belongs to the lab.
      logger: Logger(label: "cloud", factory: { _ in SwiftLogNoOpLogHandler() }))
  }
}

/// Why the server could not start, in words for people.
package struct CloudServerError: Error, Hashable, Sendable, CustomStringConvertible {
  package var detail: String
  package var description: String { detail }
}

/// Between Hummingbird and `CloudHTTP`: bodies bounded by route, and a transaction id on every answer.
private struct APIResponder: HTTPResponder {
  typealias Context = BasicRequestContext
  let http: CloudHTTP
  let releases: ReleaseFiles?

  func respond(to request: Request, context: Context) async throws -> Response {
    let target = request.uri.description
    if case .release(let parts)? = APIRoute(RequestTarget(target).segments), [.get, .head].contains(request.method),
      let found = releases?.open(parts)
    {
      return Self.file(found.length, found.path, releases, request)
    }
    var headers: [String: String] = [:]
    for field in request.headers where headers[field.name.canonicalName] == nil { headers[field.name.canonicalName] = field.value }
    var answer: APIResponse
    do {
      let limit = APIRoute(RequestTarget(target).segments)?.bodyLimit ?? 1 << 20
      let body = try await request.body.collect(upTo: limit)
      answer = await http.answer(
        APIRequest(method: request.method.rawValue, target: target, headers: headers, body: Array(body.readableBytesView)))
    } catch is NIOTooManyBytesError {
      answer = .tooLarge
    } catch let error as HTTPError where error.status == .contentTooLarge {
      answer = .tooLarge
    }
    let asked = headers["citrix-transactionid"] ?? ""
    let usable = (1...128).contains(asked.utf8.count) && asked.utf8.allSatisfy { (33...126).contains($0) }
    answer.headers["citrix-transactionid"] = usable ? asked : http.newTransactionID()
    var fields = HTTPFields()
    for (name, value) in answer.headers {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return Response(status: .init(code: answer.status), headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
  }

  /// Piece by piece, exactly `length` bytes of it; a file that became shorter meanwhile breaks the connection, so that nobody takes it for whole.
  private static func file(_ length: Int64, _ path: String, _ releases: ReleaseFiles?, _ request: Request) -> Response {
    let type = path.hasSuffix(".json") ? "application/json" : "application/octet-stream"
    let headers: HTTPFields = [.contentType: type]
    guard request.method == .get else { return Response(status: .ok, headers: headers, body: ResponseBody(contentLength: Int(length)) { _ in }) }
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody(contentLength: Int(length)) { writer in
        guard let reader = try releases?.reader(path) else { return }
        var left = Int(length)
        while left > 0 {
          let bytes = try reader.read(upTo: min(left, 1 << 18))
          guard !bytes.isEmpty else { throw CloudServerError(detail: "\(path) became shorter while it was sent") }
          left -= bytes.count
          try await writer.write(ByteBuffer(bytes: bytes))
        }
        try await writer.finish(nil)
      })
  }
}

extension APIResponse {
  fileprivate static var tooLarge: APIResponse {
    .json(413, ["type": "contentTooLarge", "detail": "the body is larger than what this path takes: 1 MiB, or 64 MiB for a configuration"])
  }
}

extension CloudHTTP {
  fileprivate func newTransactionID() -> String { service.ports.random.uuid() }
}
