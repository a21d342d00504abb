/// A resource location as the public API shows it (facts/product.md 11.2).
package struct ResourceLocationModel: Hashable, Codable, Sendable {
  package static let defaultTimeZone = "GMT Standard Time"
  package static let namePattern = ##"[^\/\\#?%|\[\]{}<>$^&+]+"##

  package var id: String
  package var name: String
  package var internalOnly: Bool
  /// A Windows time zone name.
  package var timeZone: String
  package var readOnly: Bool

  package init(id: String, name: String, internalOnly: Bool = false, timeZone: String = defaultTimeZone, readOnly: Bool = false) {
    self.id = id
    self.name = name
    self.internalOnly = internalOnly
    self.timeZone = timeZone
    self.readOnly = readOnly
  }

  /// Whether a name matches `namePattern`, whole.
  package static func isValid(name: String) -> Bool {
    !name.isEmpty && !name.unicodeScalars.contains { ##"/\#?%|[]{}<>$^&+"##.unicodeScalars.contains($0) }
  }
}

/// The body of POST and PUT: a `ResourceLocationModel` of which only `name` is required; an `id` in it is ignored.
package struct ResourceLocationBody: Hashable, Codable, Sendable {
  package var name: String
  package var internalOnly: Bool?
  package var timeZone: String?
  package var readOnly: Bool?

  package init(name: String, internalOnly: Bool? = nil, timeZone: String? = nil, readOnly: Bool? = nil) {
    self.name = name
    self.internalOnly = internalOnly
    self.timeZone = timeZone
    self.readOnly = readOnly
  }
}

/// What a GET of a collection answers where the product wraps it: `{"items": […]}`.
package struct ItemList<Item: Codable & Hashable & Sendable>: Hashable, Codable, Sendable {
  package var items: [Item]
  package init(items: [Item]) { self.items = items }
}
