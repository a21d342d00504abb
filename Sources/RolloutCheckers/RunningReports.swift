package import World

/// F19: what the cloud takes a connector to run is what ran there, version and digest, at some time between the question and its answer; and a question
/// that another has overtaken is not believed. Times are true times, which neither side knows.
package struct RunningReports: Sendable {
  /// A release as it is named in reports.
  package struct Release: Hashable, Sendable, CustomStringConvertible {
    package var version: ReleaseVersion
    package var digest: String

    package init(_ version: ReleaseVersion, _ digest: String) {
      self.version = version
      self.digest = digest
    }
    package var description: String { "\(version) (\(digest.prefix(12)))" }
  }

  private struct Run {
    var release: Release
    var since: Moment
    /// Nil while it runs.
    var until: Moment?
  }
  private struct Known {
    /// Oldest first; those that no question can be about any more are gone.
    var runs: [Run] = []
    /// When the latest question was sent whose answer was believed.
    var asked = Moment(nanoseconds: .min)

    /// Whether this release is all that ran since the question was sent, and runs.
    mutating func confirms(_ release: Release, asked: Moment, at now: Moment) -> Bool {
      guard asked >= self.asked, runs.count == 1, runs[0].until == nil, runs[0].since <= now, runs[0].release == release else { return false }
      self.asked = asked
      return true
    }
  }
  private var connectors: [String: Known] = [:]

  package init() {}

  /// A process of this release has started, or nothing runs any more.
  package mutating func ran(_ connector: String, _ release: Release?, at now: Moment) {
    var known = connectors[connector] ?? Known()
    if known.runs.last?.until == nil, let last = known.runs.indices.last { known.runs[last].until = now }
    if let release { known.runs.append(Run(release: release, since: now, until: nil)) }
    connectors[connector] = known
  }

  /// The cloud believes a report. Returns what is wrong with that.
  ///
  /// - Parameter asked: when the question was sent; where the connector speaks first, when it spoke.
  package mutating func believed(_ connector: String, _ release: Release, asked: Moment, at now: Moment) -> [String] {
    // Nearly every report is of what runs since before the question; that is seen in place, without a copy of what is known.
    if let index = connectors.index(forKey: connector), connectors.values[index].confirms(release, asked: asked, at: now) { return [] }
    var known = connectors[connector] ?? Known()
    defer { connectors[connector] = known }
    if asked < known.asked { return ["a report is believed that another has overtaken"] }
    known.asked = asked
    known.runs.removeAll { $0.until.map { $0 < asked } ?? false }
    // Exactly as much room as is needed: a fleet has many of these lists.
    if known.runs.count == 1, known.runs.capacity > 1 { known.runs = [known.runs[0]] }
    let ran = known.runs.filter { $0.since <= now }
    if ran.contains(where: { $0.release == release }) { return [] }
    let truth = ran.isEmpty ? "nothing" : ran.map(\.release.description).joined(separator: ", then ")
    return ["it is believed to run \(release), and \(truth) ran there"]
  }
}
