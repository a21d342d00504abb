package import StrictJSON

/// The keys that may speak for a role, and how many of them must.
package struct RoleKeys: Hashable, Sendable {
  package var keyIDs: [ExactText]
  package var threshold: Int64

  init(_ view: JSONView) throws(FormError) {
    guard let ids = view["keyids"], ids.isArray else { throw FormError("'keyids' of a role is not a list") }
    guard let threshold = view["threshold"]?.integer, threshold >= 1 else { throw FormError("'threshold' of a role is not a whole number from 1") }
    keyIDs = []
    for id in ids.elements {
      guard let id = id.exact else { throw FormError("a key id is not text") }
      keyIDs.append(id)
    }
    guard Set(keyIDs).count == keyIDs.count else { throw FormError("a role lists a key id twice") }
    self.threshold = threshold
  }
}

/// A public key as metadata lists it. It may be of a type or scheme that is unknown here; then no signature of it counts.
package struct ListedKey: Hashable, Sendable {
  package var type: String
  package var scheme: String
  /// Hexadecimal or PEM text; nil when the key has none, as those of unknown types may.
  package var publicText: String?

  init(_ view: JSONView) throws(FormError) {
    guard let type = view["keytype"]?.text, let scheme = view["scheme"]?.text, let value = view["keyval"], value.isObject else {
      throw FormError("a key lacks 'keytype', 'scheme' or 'keyval'")
    }
    self.type = type
    self.scheme = scheme
    publicText = value["public"]?.text
  }

  static func all(_ view: JSONView?) throws(FormError) -> [ExactText: ListedKey] {
    guard let view, view.isObject else { throw FormError("'keys' is not an object") }
    var keys: [ExactText: ListedKey] = [:]
    for (id, key) in view.members {
      guard let id = id.exact else { continue }
      keys[id] = try ListedKey(key)
    }
    return keys
  }
}
