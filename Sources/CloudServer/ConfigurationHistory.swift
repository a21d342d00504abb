import BrokerConfiguration
import Crypto

/// The configurations that connectors were served of late, to tell them what has changed since. Lost with the process: then they are sent the whole once.
///
/// It reads them, which takes seconds for a hundred thousand machines, so it is an actor of its own; what is asked of one pair of revisions is computed once.
actor ConfigurationHistory {
  /// Revisions of one location, and bytes of all its revisions, at most: chosen; the newest is always there.
  static let revisions = 8
  static let bytes = 128 << 20
  /// Changes worth less than half of the whole are sent; chosen.
  static let worth = 2

  private struct Location {
    /// Ascending.
    var bodies: [(revision: Int, body: [UInt8])] = []
    var latest: (revision: Int, configuration: BrokerConfiguration)?
    /// From a revision to the latest; nil: not worth it, or one of the two cannot be read.
    var computed: [Int: [UInt8]?] = [:]
  }
  private var locations: [String: Location] = [:]

  func note(_ location: String, revision: Int, _ body: [UInt8]) {
    var known = locations[location, default: Location()]
    guard known.bodies.last.map({ $0.revision < revision }) ?? true else { return }
    known.bodies.append((revision, body))
    while known.bodies.count > 1, known.bodies.count > Self.revisions || known.bodies.reduce(0, { $0 + $1.body.count }) > Self.bytes {
      known.bodies.removeFirst()
    }
    known.latest = nil
    known.computed = [:]
    locations[location] = known
  }

  /// The changes from one revision to the latest, which is `to`, as they are sent; nil: send the whole.
  func changes(_ location: String, from: Int, to: Int) -> [UInt8]? {
    guard let known = locations[location], known.bodies.last?.revision == to else { return nil }
    if let done = known.computed[from] { return done }
    let made = make(location, known, from: from)
    locations[location]?.computed[from] = .some(made)
    return made
  }

  private func make(_ location: String, _ known: Location, from: Int) -> [UInt8]? {
    guard let last = known.bodies.last, let earlier = known.bodies.first(where: { $0.revision == from }), from != last.revision,
      let base = read(earlier), let latest = known.latest?.configuration ?? read(last)
    else { return nil }
    locations[location]?.latest = (last.revision, latest)
    let hash: DigestFunction = { Array(SHA256.hash(data: $0)) }
    guard let changes = try? base.changes(to: latest, hash), let bytes = try? Canonical.bytes(changes), bytes.count * Self.worth < last.body.count
    else {
      return nil
    }
    return bytes
  }

  /// Nil for what a connector would refuse as well: it is sent as it is, and its refusal says what is wrong.
  private func read(_ one: (revision: Int, body: [UInt8])) -> BrokerConfiguration? {
    var configuration = try? BrokerConfiguration.read(json: one.body)
    configuration?.revision = one.revision
    return configuration
  }
}
