/// Why a manifest is refused: the field and what was expected there. The release is wrong, not the machine.
package struct ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Such as `files[3].path`.
  package var field: String
  package var expected: String

  package init(field: String, expected: String) {
    self.field = field
    self.expected = expected
  }

  package var description: String { "\(ReleaseManifest.fileName): \(field): expected \(expected)" }
}
