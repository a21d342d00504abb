package import SimulatedCloud

/// The port to the repository of releases. Real: the lab's folder of releases; simulated: a list that a test changes.
package protocol ReleaseListing: Sendable {
  /// What is published now; nil when it is still as it was when `mark` was given out. May read a file. Throws what says in words why it cannot be known.
  func look(unless mark: String?) throws -> ReleaseLook?
}

package struct ReleaseLook: Hashable, Sendable {
  package var releases: PublishedReleases
  /// Another one whenever something changed, such as the time and size of a file.
  package var mark: String

  package init(releases: PublishedReleases, mark: String) {
    self.releases = releases
    self.mark = mark
  }
}
