package import CloudAPI
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL

extension LinkFailure {
  /// The kind of failure that an error of the network, of TLS or of HTTP is, with the address in its detail.
  package static func of(_ error: any Error, at place: String) -> LinkFailure {
    switch error {
    case let failure as LinkFailure: return failure
    case is CancellationError: return LinkFailure(.closed, "given up")
    case let error as NIOConnectionError: return connection(error)
    case let error as ChannelError: return channel(error, place)
    case let error as IOError:
      return LinkFailure(error.errnoCode == ECONNREFUSED ? .connect : .closed, "\(place): \(error)")
    case is NIOSSLExtraError: return LinkFailure(.certificateUntrusted, "\(place): the certificate is not for this name: \(error)")
    case NIOSSLError.uncleanShutdown: return LinkFailure(.closed, "\(place) closed the connection without a goodbye")
    case is NIOSSLError, is BoringSSLError: return tls(error, place)
    case let error where error is any NIOHTTP2Error: return LinkFailure(.protocolViolation, "\(place): \(error)")
    case is HTTPParserError: return LinkFailure(.protocolViolation, "\(place): \(error)")
    default: return LinkFailure(.closed, "\(place): \(error)")
    }
  }

  private static func connection(_ error: NIOConnectionError) -> LinkFailure {
    let place = LinkAddress(host: error.host, port: error.port).description
    guard let first = error.connectionErrors.first else {
      return LinkFailure(.dns, "\(error.host) has no address: \(error.dnsAError ?? error.dnsAAAAError ?? error)")
    }
    if case ChannelError.connectTimeout(let amount) = first.error {
      return LinkFailure(.timeout, "\(place) did not answer within \(amount.nanoseconds / 1_000_000) ms")
    }
    return LinkFailure(.connect, "\(place): \(first.error)")
  }

  private static func channel(_ error: ChannelError, _ place: String) -> LinkFailure {
    if case .connectTimeout(let amount) = error {
      return LinkFailure(.timeout, "\(place) did not answer within \(amount.nanoseconds / 1_000_000) ms")
    }
    return LinkFailure(.closed, "\(place) closed the connection (\(error))")
  }

  /// BoringSSL tells its reasons only as text; an alert is the other end's verdict on our certificate, CERTIFICATE_VERIFY_FAILED ours on its.
  private static func tls(_ error: any Error, _ place: String) -> LinkFailure {
    let text = String(describing: error)
    func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }
    if says("ALERT_CERTIFICATE_EXPIRED") { return LinkFailure(.certificateExpired, "\(place) says that this connector's certificate has expired") }
    if says("ALERT_CERTIFICATE_REVOKED") { return LinkFailure(.certificateRevoked, "\(place) says that this connector's certificate is revoked") }
    if says("ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE_UNKNOWN", "ALERT_UNSUPPORTED_CERTIFICATE", "ALERT_CERTIFICATE_REQUIRED") {
      return LinkFailure(.certificateUntrusted, "\(place) does not accept this connector's certificate: \(reason(text))")
    }
    if says("CERTIFICATE_VERIFY_FAILED", "unableToValidateCertificate", "noCertificateToValidate") {
      return LinkFailure(.certificateUntrusted, "the certificate of \(place) is not good: it does not chain to the authority, or its time is over")
    }
    if says("NO_APPLICATION_PROTOCOL") { return LinkFailure(.protocolViolation, "\(place) does not speak our protocol") }
    return LinkFailure(.tls, "\(place): \(reason(text))")
  }

  /// The part of BoringSSL's text that a person can use, such as `TLSV1_ALERT_UNKNOWN_CA`.
  private static func reason(_ text: String) -> String {
    guard let range = text.firstRange(of: "OPENSSL_internal:") else { return text }
    return String(text[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
  }
}
