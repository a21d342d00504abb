import AsyncHTTPClient
import CloudAPI
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import World

/// The look at a cloud in a process of its own: over the same HTTPS as everybody's, with the lab's token.
struct CloudView: CloudViewing {
  private let client: HTTPClient
  private let base: String
  private let token: String

  init(_ endpoints: CloudEndpoints) throws {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .file(endpoints.caFile)
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.httpVersion = .http1Only
    configuration.timeout = .init(connect: .seconds(2), read: .seconds(5))
    // A refused connection is an answer: the cloud is not there. Trying on would make it look slow.
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    base = endpoints.api
    token = endpoints.labToken
  }

  func state() async -> CloudLook {
    var request = HTTPClientRequest(url: "\(base)/lab/v1/state")
    request.headers.add(name: LabPaths.tokenHeader, value: token)
    do {
      let response = try await client.execute(request, timeout: .seconds(3))
      guard response.status == .ok else { return .slow }
      var body = try await response.body.collect(upTo: 4 * 1024 * 1024)
      return .said(try JSONDecoder().decode(LabState.self, from: Data(body.readBytes(length: body.readableBytes) ?? [])))
    } catch {
      return Self.isRefused(error) ? .outOfReach("nothing listens at \(base)") : .slow
    }
  }

  private static func isRefused(_ error: any Error) -> Bool {
    if error is NIOConnectionError { return true }
    return (error as? IOError)?.errnoCode == ECONNREFUSED
  }

  func ask(_ connector: String, _ service: ServiceName, _ operation: String, _ body: Data) async -> (status: Int, body: Data)? {
    var request = HTTPClientRequest(url: "\(base)/lab/v1/connectors/\(connector)/services/\(service.rawValue)/\(operation)")
    request.method = .POST
    request.headers.add(name: LabPaths.tokenHeader, value: token)
    request.body = .bytes(ByteBuffer(bytes: body))
    guard let response = try? await client.execute(request, timeout: .seconds(10)), var answer = try? await response.body.collect(upTo: 1 << 20)
    else {
      return nil
    }
    return (Int(response.status.code), Data(answer.readBytes(length: answer.readableBytes) ?? []))
  }

  /// Any of the lab's pages; nil when no answer came.
  func call(_ method: String, _ path: String, _ body: Data?) async -> (status: Int, body: Data)? {
    var request = HTTPClientRequest(url: base + path)
    request.method = HTTPMethod(rawValue: method)
    request.headers.add(name: LabPaths.tokenHeader, value: token)
    if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
    guard let response = try? await client.execute(request, timeout: .seconds(10)), var answer = try? await response.body.collect(upTo: 16 << 20)
    else { return nil }
    return (Int(response.status.code), Data(answer.readBytes(length: answer.readableBytes) ?? []))
  }

  func settle(_ fault: Int, _ verdict: FaultVerdict) async {
    // What does not arrive is no harm: the fault waits, and ends with its lease.
    _ = await call("PUT", "\(LabPaths.faults)/\(fault)", try? JSONEncoder().encode(verdict))
  }

  func close() async { try? await client.shutdown() }
}

extension LabPaths {
  /// The header that opens the cloud's `/lab/v1` pages.
  static let tokenHeader = "lab-token"
  static let faults = "/lab/v1/faults"
}
