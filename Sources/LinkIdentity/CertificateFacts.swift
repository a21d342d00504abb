import Foundation
import SwiftASN1
package import World
import X509

/// What a certificate says, read once. It does not check who signed it: TLS does.
package struct CertificateFacts: Hashable, Sendable {
  /// Nil when it is not a connector's certificate, or has more than one connector's name.
  package var name: ConnectorName?
  /// Lower-case hexadecimal, two digits a byte.
  package var serial: String
  package var notBefore: WallTime
  package var notAfter: WallTime

  /// Throws `CertificateProblem` for anything that is not one PEM certificate.
  package init(pem: String) throws {
    do { self.init(try Certificate(pemEncoded: pem)) } catch let error as CertificateProblem { throw error } catch {
      throw CertificateProblem("not a PEM certificate: \(error)")
    }
  }

  package init(der: [UInt8]) throws {
    do { self.init(try Certificate(derEncoded: der)) } catch { throw CertificateProblem("not a certificate in DER: \(error)") }
  }

  private init(_ certificate: Certificate) {
    var names: [ConnectorName] = []
    if let alternatives = try? certificate.extensions.subjectAlternativeNames {
      for case .uniformResourceIdentifier(let uri) in alternatives {
        if let name = ConnectorName(uri: uri) { names.append(name) }
      }
    }
    name = names.count == 1 ? names[0] : nil
    serial = Hex.encode(certificate.serialNumber.bytes)
    notBefore = WallTime(seconds: Int64(certificate.notValidBefore.timeIntervalSince1970))
    notAfter = WallTime(seconds: Int64(certificate.notValidAfter.timeIntervalSince1970))
  }

  /// From here on it is renewed: when a third of its life is left.
  package var renewAt: WallTime { WallTime(seconds: notAfter.seconds - (notAfter.seconds - notBefore.seconds) / 3) }

  /// Whether a PEM private key is the one of a PEM certificate; false for anything unreadable.
  package static func matches(certificatePEM: String, privateKeyPEM: String) -> Bool {
    guard let certificate = try? Certificate(pemEncoded: certificatePEM), let key = try? Certificate.PrivateKey(pemEncoded: privateKeyPEM) else {
      return false
    }
    return certificate.publicKey == key.publicKey
  }
}
