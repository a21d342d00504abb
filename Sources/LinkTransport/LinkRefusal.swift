package import CloudAPI
import Foundation
package import NIOCore

/// How the cloud tells an authenticated connector that it will not serve it.
///
/// On the reversed link: its first frames are SETTINGS and GOAWAY, before it has read anything; the GOAWAY's debug data is a `RefusalBody` in JSON.
/// On the asking side: status 403 with `header` set to the kind and a `RefusalBody` as the body. The same GOAWAY ends a link later on.
package enum LinkRefusal {
  package static let header = "connectord-refused"
  /// The cloud's wall clock in ISO 8601, on every answer of the link's port.
  package static let timeHeader = "connectord-time"
  /// More debug data than this is not read.
  private static let maxLength = 4_096

  package static func body(_ failure: LinkFailure) -> [UInt8] {
    let body = RefusalBody(failure: failure.kind, detail: String(failure.detail.prefix(1_000)))
    return (try? JSONEncoder().encode(body)).map { Array($0) } ?? []
  }

  /// Nil when it is not a refusal.
  package static func failure(in bytes: [UInt8]) -> LinkFailure? {
    guard bytes.count <= maxLength, let body = try? JSONDecoder().decode(RefusalBody.self, from: Data(bytes)) else { return nil }
    return LinkFailure(body.failure, body.detail)
  }

  package static func failure(inGoAway data: ByteBuffer?) -> LinkFailure? {
    data.flatMap { failure(in: Array($0.readableBytesView.prefix(maxLength + 1))) }
  }
}
