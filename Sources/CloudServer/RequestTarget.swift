import Foundation

/// The path and query of a request, percent-decoded. Query names are compared without case; a repeated name keeps its first value.
struct RequestTarget: Hashable, Sendable {
  var segments: [String]
  private var pairs: [String: String]

  init(_ target: String) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    segments = parts[0].split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
    pairs = parts.count > 1 ? Self.form(String(parts[1]), lowercased: true) : [:]
  }

  var query: Query { Query(pairs: pairs) }

  struct Query: Hashable, Sendable {
    fileprivate var pairs: [String: String]
    subscript(_ name: String) -> String? { pairs[name.lowercased()] }
    /// True for `true` in any case; false for anything else or nothing.
    func flag(_ name: String) -> Bool { self[name]?.lowercased() == "true" }
  }

  /// Decodes `application/x-www-form-urlencoded`.
  static func form(_ text: String, lowercased: Bool = false) -> [String: String] {
    var out: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = decode(halves[0])
      let key = lowercased ? name.lowercased() : name
      if out[key] == nil { out[key] = halves.count > 1 ? decode(halves[1]) : "" }
    }
    return out
  }

  private static func decode(_ text: Substring) -> String {
    let spaced = text.replacing("+", with: " ")
    return spaced.removingPercentEncoding ?? String(spaced)
  }
}
