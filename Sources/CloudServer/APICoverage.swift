/// Every path that the cloud's server knows, for the coverage page.
package enum APICoverage {
  package struct Path: Hashable, Sendable {
    /// With `{name}` where a value goes; fixed words are compared without case.
    package var path: String
    package var methods: [String]
    package var isSimulated: Bool
    package var note: String
  }

  package static let all: [Path] = table.map { path, note in
    let route = APIRoute(path.split(separator: "/").map(String.init))
    if case .notSimulated? = route { return Path(path: path, methods: [], isSimulated: false, note: note) }
    return Path(path: path, methods: route?.methods ?? [], isSimulated: true, note: note)
  }

  /// The two paths' bodies are in none of the product's published descriptions.
  static let unknownBodies = "its answers are not published; the advanced health checks are at GET /lab/v1/connectors/{id}/checks"

  private static let table: [(String, String)] = [
    ("/cctrustoauth2/{customer}/tokens/clients", "a token for a client id and secret"),
    ("/{customer}/ping", "answers 200"),
    ("/resourcelocations", "also `/{customer}/resourcelocations`"),
    ("/resourcelocations/{id}", "also `/{customer}/resourcelocations/{id}`"),
    ("/connectors", "also `/{customer}/EdgeServers`"),
    ("/connectors/{id}", "also `/{customer}/EdgeServers/{id}`"),
    ("/maintenance", "maintenance windows; also `/{customer}/maintenance`"),
    ("/maintenance/{location}", "also `/{customer}/maintenance/{location}`"),
    ("/{customer}/notifications/items", "notifications"),
    ("/systemlog/records", "the system log"),
    ("/healthdata/metricdata", unknownBodies),
    ("/healthdata/metrics", unknownBodies),
    ("/{customer}/serviceStates", unknownBodies),
    ("/{customer}/connectors/register", "ours: how a connector gets its identity"),
    ("/releases/metadata/{file}", "ours: the signed metadata of the lab's releases (TUF)"),
    ("/releases/targets/{path}", "ours: the releases themselves"),
    ("/lab/v1/state", "ours: everything that the lab's table shows"),
    ("/lab/v1/connectors/{id}", "ours: deletes a connector's record"),
    ("/lab/v1/connectors/{id}/checks", "ours: the advanced health checks of one connector"),
    ("/lab/v1/connectors/{id}/services/{service}/{operation}", "ours: asks an operation of a connector's service"),
    ("/lab/v1/updates", "ours: how far each connector is with the release that is out, and the latest decisions"),
    ("/lab/v1/updates/now", "ours: lets connectors update at once; body `{\"connectors\": […]}`, none named means all"),
    ("/lab/v1/updates/pause", "ours: nothing starts any more"),
    ("/lab/v1/updates/resume", "ours: goes on after a pause or a halt"),
    ("/lab/v1/updates/abort", "ours: ends the rollout of the release"),
    ("/lab/v1/updates/clear", "ours: lets a connector take part again; body `{\"connector\": …}`"),
    ("/lab/v1/updates/delay", "ours: the one delay by two weeks; body `{\"location\": …}`"),
    ("/lab/v1/updates/widen", "ours: lets a ring reach further; body `{\"ring\": …, \"upTo\": hundredths of a percent}`"),
    ("/lab/v1/updates/look", "ours: looks at what is published now"),
    ("/lab/v1/broker", "ours: how many machines, sessions and tickets each location's broker in the cloud knows of"),
    ("/lab/v1/faults", "ours: the faults of the lab; POST orders one, body `{\"on\": …, \"kind\": …, \"value\": …, \"for\": …}`; DELETE clears all"),
    ("/lab/v1/faults/{id}", "ours: DELETE clears one; PUT is the lab's own, which says what became of it"),
    ("/lab/v1/resourcelocations/{location}/configuration", "ours: publishes a broker configuration"),
  ]
}
