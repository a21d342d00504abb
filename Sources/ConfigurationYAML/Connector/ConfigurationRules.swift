package import ConnectorSettings

/// The rules that join two fields; those of one field are its shape.
package enum ConfigurationRules {
  /// The field at fault, the one that it does not agree with, and what is wrong, as the rest of a problem's line.
  package static func problems(_ configuration: ConnectorConfiguration) -> [(field: String, other: String, text: String)] {
    var found: [(String, String, String)] = []
    func ordered(_ small: (String, TimeSpan), _ large: (String, TimeSpan), strictly: Bool = false) {
      if small.1.duration < large.1.duration || (!strictly && small.1 == large.1) { return }
      let relation = strictly ? "longer than" : "at least as long as"
      found.append((large.0, small.0, "\(large.1) must be \(relation) \(small.0), which is \(small.1); raise it or lower the other"))
    }
    let cloud = configuration.cloud
    let supervision = configuration.supervision
    let availability = configuration.highAvailability
    ordered(("cloud.backoffInitial", cloud.backoffInitial), ("cloud.backoffMax", cloud.backoffMax))
    ordered(("supervision.backoffInitial", supervision.backoffInitial), ("supervision.backoffMax", supervision.backoffMax))
    ordered(("highAvailability.probeEvery", availability.probeEvery), ("highAvailability.peerTimeout", availability.peerTimeout), strictly: true)
    if let listen = availability.listen, !isLoopback(listen) {
      found.append(
        ("highAvailability.listen", "highAvailability.listen", "'\(listen)' is not on loopback; write 127.0.0.1:PORT, [::1]:PORT or localhost:PORT"))
    }
    let updates = configuration.updates
    let needed = TimeSpan(updates.trialHealthyFor.duration + updates.trialReadyWithin.duration + updates.trialProbeEvery.duration)
    if updates.trialLength.duration < needed.duration {
      let text =
        "\(updates.trialLength) must be at least trialHealthyFor, trialReadyWithin and trialProbeEvery together, which is \(needed); raise it or lower those"
      found.append(("updates.trialLength", "updates.trialHealthyFor", text))
    }
    let state = configuration.state
    if let releases = state.releases, isAtOrBelow(releases, state.directory) {
      let text =
        "\(releases) lies in the state directory, which a rollback puts back as a whole; name a folder beside \(state.directory), such as its parent"
      found.append(("state.releases", "state.directory", text))
    }
    return found
  }

  private static func isAtOrBelow(_ path: String, _ folder: String) -> Bool {
    let (inner, outer) = (path.split(separator: "/").filter { $0 != "." }, folder.split(separator: "/").filter { $0 != "." })
    return inner.starts(with: outer)
  }

  private static func isLoopback(_ address: String) -> Bool {
    let host = address[..<(address.lastIndex(of: ":") ?? address.endIndex)].lowercased()
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
