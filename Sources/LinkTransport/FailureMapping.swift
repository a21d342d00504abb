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
      return LinkFailure(error.errnoCode == ECONNREFUSED ? .connect : .closed, NetworkWords.sentence(error, at: place))
    case is NIOSSLExtraError:
      return LinkFailure(.certificateUntrusted, "the certificate of \(place) is for another name; check the address")
    case NIOSSLError.uncleanShutdown: return LinkFailure(.closed, "\(place) closed the connection without a goodbye")
    case is NIOSSLError, is BoringSSLError: return tls(error, place)
    case let error where error is any NIOHTTP2Error: return violation(place, "HTTP/2", "\(type(of: error))")
    case let error as HTTPParserError: return violation(place, "HTTP/1.1", NetworkWords.words(error))
    default: return LinkFailure(.closed, NetworkWords.sentence(error, at: place))
    }
  }

  private static func violation(_ place: String, _ expected: String, _ name: String) -> LinkFailure {
    LinkFailure(.protocolViolation, "\(place) sent something that is not \(expected) (\(name)); check that nothing else answers there")
  }

  private static func connection(_ error: NIOConnectionError) -> LinkFailure {
    let place = LinkAddress(host: error.host, port: error.port).description
    guard let first = error.connectionErrors.first else {
      let unknown = (error.dnsAError ?? error.dnsAAAAError) as? SocketAddressError.UnknownHost
      let why = unknown.map { ": \($0.errorDescription)" } ?? ""
      return LinkFailure(.dns, "no address was found for \(error.host)\(why); check the name and this machine's resolver")
    }
    if case ChannelError.connectTimeout(let amount) = first.error {
      return LinkFailure(.timeout, "\(place) did not answer within \(amount.nanoseconds / 1_000_000) ms")
    }
    return LinkFailure(.connect, NetworkWords.sentence(first.error, at: place))
  }

  private static func channel(_ error: ChannelError, _ place: String) -> LinkFailure {
    if case .connectTimeout(let amount) = error {
      return LinkFailure(.timeout, "\(place) did not answer within \(amount.nanoseconds / 1_000_000) ms")
    }
    return LinkFailure(.closed, "\(place) closed the connection")
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
    if says("WRONG_VERSION_NUMBER") { return LinkFailure(.tls, "what answers at \(place) does not speak TLS; check the port") }
    return LinkFailure(.tls, "\(place) and this connector do not agree (\(reason(text))); check that nothing between them opens TLS")
  }

  /// The part of BoringSSL's text that a person can use, such as `TLSV1_ALERT_UNKNOWN_CA`.
  private static func reason(_ text: String) -> String {
    guard let range = text.firstRange(of: "OPENSSL_internal:") else { return text }
    return String(text[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
  }
}
