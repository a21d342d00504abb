package import World

/// The port to what may run: signed metadata and the bundles that it names (T10). Real: `ReleaseFetch`.
package protocol ReleaseFetching: Sendable {
  /// Brings signed metadata up to date, and answers what it says of this version for this machine.
  func find(_ version: ReleaseVersion) async throws(ReleaseFetchProblem) -> UpdateOrder.Bundle
  /// Gets the bundle to where an installation looks for it, hashed on its way. One that is there already is not fetched again.
  func download(_ version: ReleaseVersion, _ bundle: UpdateOrder.Bundle) async throws(ReleaseFetchProblem)
  /// Brings signed metadata up to date and tells how fresh it is: asked at intervals, so that a repository that is held still is noticed (T4).
  func look() async -> MetadataLook
}

/// What a look at the signed metadata found.
package struct MetadataLook: Hashable, Sendable {
  /// For how long no newer timestamp has been accepted; zero when this look accepted one.
  package var stale: Duration
  /// Why metadata could not be brought up to date; nil when it was.
  package var problem: ReleaseFetchProblem?

  package init(stale: Duration, problem: ReleaseFetchProblem? = nil) {
    self.stale = stale
    self.problem = problem
  }
}

/// Why there is no bundle.
package struct ReleaseFetchProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// It may be over by itself, such as a server that is out of reach; signatures that are wrong stay wrong.
  package var isPassing: Bool
  package var description: String

  package init(_ description: String, isPassing: Bool) {
    self.description = description
    self.isPassing = isPassing
  }
}

/// Where no releases come from.
package struct NoReleases: ReleaseFetching {
  package init() {}
  package func find(_ version: ReleaseVersion) async throws(ReleaseFetchProblem) -> UpdateOrder.Bundle { throw Self.problem }
  package func download(_ version: ReleaseVersion, _ bundle: UpdateOrder.Bundle) async throws(ReleaseFetchProblem) { throw Self.problem }
  package func look() async -> MetadataLook { MetadataLook(stale: .zero, problem: Self.problem) }

  private static let problem = ReleaseFetchProblem(
    "this connector has no repository of releases; set state.releases and updates.root", isPassing: false)
}

/// The port to whoever can say how the release on trial does.
package protocol TrialProbing: Sendable {
  /// One look, with a message to the cloud and back. Bounded by the time that a request to the cloud may take.
  func probe() async -> Probe
}

/// Nobody to ask: such a trial is never committed.
package struct NoProbes: TrialProbing {
  package init() {}
  package func probe() async -> Probe { Probe(isHealthy: false, reachedTheCloud: false, detail: "nobody can say how it does") }
}
