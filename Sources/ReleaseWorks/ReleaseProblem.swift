internal import World

/// Why something about releases was not done: what, where, what was expected, what to do. Nothing is half done.
package struct ReleaseProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// A file or folder that was named is missing or not what it should be.
    case input
    /// The rules of releases do not let it.
    case refused
    /// The repository's own records cannot be used.
    case damaged
    /// The disk did not take or give something.
    case disk
  }

  package var kind: Kind
  package var description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}

/// Turns the disk's errors into ours.
func onDisk<Value>(_ body: () throws(FileError) -> Value) throws(ReleaseProblem) -> Value {
  do throws(FileError) { return try body() } catch { throw ReleaseProblem(.disk, "the disk: \(error)") }
}
