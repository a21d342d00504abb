package import LinkIdentity
import NIOCore
package import NIOSSL

/// TLS contexts of both ends. TLS 1.3 only. Throws `CertificateProblem` when a PEM text cannot be used.
package enum LinkTLS {
  /// A client that checks the server's name and chain.
  /// - Parameters:
  ///   - authorityPEM: one or more certificates that the server's must chain to.
  ///   - own: what this end proves itself with; nil to stay anonymous.
  ///   - checkName: false where peers are known by their certificate's customer and id instead of a host name.
  package static func client(
    authorityPEM: String, own: LinkCredentials?, protocols: [String], checkName: Bool = true
  ) throws -> NIOSSLContext {
    try build {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.trustRoots = .certificates(try certificates(authorityPEM))
      configuration.certificateVerification = checkName ? .fullVerification : .noHostnameVerification
      if let own {
        configuration.certificateChain = try certificates(own.certificatePEM).map { .certificate($0) }
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(own.privateKeyPEM.utf8), format: .pem))
      }
      return finish(configuration, protocols)
    }
  }

  /// A server that lets in only clients with a certificate of the authority.
  package static func server(
    certificatePEM: String, privateKeyPEM: String, clientAuthorityPEM: String, protocols: [String]
  ) throws -> NIOSSLContext {
    try build {
      let configuration = TLSConfiguration.makeServerConfigurationWithMTLS(
        certificateChain: try certificates(certificatePEM).map { .certificate($0) },
        privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(privateKeyPEM.utf8), format: .pem)),
        trustRoots: .certificates(try certificates(clientAuthorityPEM)))
      return finish(configuration, protocols)
    }
  }

  private static func finish(_ configuration: TLSConfiguration, _ protocols: [String]) -> TLSConfiguration {
    var configuration = configuration
    configuration.minimumTLSVersion = .tlsv13
    configuration.applicationProtocols = protocols
    configuration.shutdownTimeout = .seconds(1)
    return configuration
  }

  private static func certificates(_ pem: String) throws -> [NIOSSLCertificate] { try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)) }

  private static func build(_ make: () throws -> TLSConfiguration) throws -> NIOSSLContext {
    do { return try NIOSSLContext(configuration: try make()) } catch {
      throw CertificateProblem("a certificate or key is not usable PEM: \(error)")
    }
  }
}
