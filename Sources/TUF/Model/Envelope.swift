package import StrictJSON
package import World

/// A metadata file taken apart but not yet believed: the signed part as a tree, and who claims to have signed it.
package struct Envelope: Sendable {
  package struct Signature: Sendable {
    package var keyID: ExactText
    /// Hexadecimal, or whatever was there instead.
    package var text: ExactText
  }

  package var signed: JSONView
  package var signatures: [Signature]
  package var version: Int64
  package var expires: WallTime
  /// What the signatures are over.
  package var canonical: [UInt8]

  /// Takes apart `bytes` as metadata of the type `type`, one of the four top-level names; `role` is for messages and limits.
  package init(_ bytes: [UInt8], type: ExactText, role: ExactText, limits: TrustLimits) throws(TrustError) {
    do {
      let top = try JSONTree.parse(bytes, limits: limits.json(role)).top
      guard let signed = top["signed"], signed.isObject else { throw TrustError(.malformed, role, "not TUF metadata: 'signed' is not an object") }
      guard let actual = signed["_type"]?.exact else { throw TrustError(.malformed, role, "not TUF metadata: '_type' is not text") }
      guard actual == type else { throw TrustError(.wrongRole, role, "this is metadata of type \(Quoting.shown(actual)), expected \(type)") }
      self.signed = signed
      canonical = try signed.canonical()
      signatures = try Self.signatures(top["signatures"])
      try Self.checkSpecification(signed["spec_version"]?.text)
      version = try Self.version(signed["version"])
      expires = try Self.expiry(signed["expires"]?.text)
    } catch let error as TrustError {
      throw error
    } catch let error as FormError {
      throw error.about(role)
    } catch {
      throw TrustError(.malformed, role, "\(error)")
    }
  }

  /// One more than any version must still be a number.
  static func version(_ view: JSONView?) throws(FormError) -> Int64 {
    guard let value = view?.integer, value >= 1, value < .max else { throw FormError("'version' is not a whole number from 1") }
    return value
  }

  private static func signatures(_ view: JSONView?) throws(FormError) -> [Signature] {
    guard let view, view.isArray else { throw FormError("'signatures' is not a list") }
    var found: [Signature] = []
    var seen: Set<ExactText> = []
    for entry in view.elements {
      guard let id = entry["keyid"]?.exact, let text = entry["sig"]?.exact else { throw FormError("a signature lacks 'keyid' or 'sig'") }
      guard seen.insert(id).inserted else { throw FormError("a key id signs twice") }
      found.append(Signature(keyID: id, text: text))
    }
    return found
  }

  /// This is version 1 of the specification; 1.x adds only what a client of 1.0 may overlook.
  private static func checkSpecification(_ text: String?) throws(FormError) {
    guard let parts = text?.split(separator: ".", omittingEmptySubsequences: false), (2...3).contains(parts.count),
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } })
    else { throw FormError("'spec_version' is not of the form 1.0.0") }
    guard parts[0] == "1" else { throw FormError("'spec_version' is not 1: this client knows version 1 of the specification") }
  }

  private static func expiry(_ text: String?) throws(FormError) -> WallTime {
    guard let text, text.utf8.count == 20, text.hasSuffix("Z"), text.utf8.dropFirst(10).first == UInt8(ascii: "T"), let time = WallTime(iso8601: text)
    else { throw FormError("'expires' is not a time of the form 2030-01-31T00:00:00Z") }
    return time
  }
}
