/// The typed answer of everything that this software does not model. It stands on the coverage page.
package struct NotSimulated: Error, Hashable, Sendable, Codable, CustomStringConvertible {
  /// The service or operation asked for.
  package var what: String
  package init(_ what: String) { self.what = what }
  package var description: String { "NotSimulated: \(what) is not simulated; docs/coverage.md says what is" }
}
