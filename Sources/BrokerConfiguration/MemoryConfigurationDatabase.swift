import Synchronization

/// The database of a simulated connector: the same promises as the one on disk, in memory, with faults on demand.
package final class MemoryConfigurationDatabase: ConfigurationDatabase {
  private struct State {
    var kept: [ConfigurationSummary] = []
    var whole: [BrokerConfiguration] = []
    var damaged = false
    var failure: ConfigurationImportFailed?
  }
  private let state = Mutex(State())
  private let keep: Int
  private let hash: DigestFunction

  /// - Parameters:
  ///   - keep: earlier configurations kept beside the current one.
  ///   - hash: any digest; a simulation needs no strong one.
  package init(keep: Int = 2, hash: @escaping DigestFunction = MemoryConfigurationDatabase.fnv) {
    self.keep = keep
    self.hash = hash
  }

  package func open() async -> OpenedConfiguration {
    state.withLock { state in
      var damaged: [DamagedConfiguration] = []
      if state.damaged, let lost = state.kept.popLast() {
        state.whole.removeLast()
        damaged = [DamagedConfiguration(path: "memory:\(lost.revision)", reason: "it was damaged on purpose")]
      }
      state.damaged = false
      return OpenedConfiguration(current: state.kept.last, damaged: damaged)
    }
  }

  package func replace(with configuration: BrokerConfiguration) async throws(ConfigurationImportFailed) -> ConfigurationSummary {
    if let problem = configuration.problems(limit: 1).first { throw ConfigurationImportFailed(.check, problem.description) }
    let digest: String
    do { digest = try configuration.digest(hash) } catch { throw ConfigurationImportFailed(.build, "\(error)") }
    let summary = ConfigurationSummary(
      revision: configuration.revision, digest: digest, counts: configuration.counts, edgeServers: configuration.edgeServers)
    let failure = state.withLock { state in
      if let failure = state.failure { return Optional(failure) }
      if Task.isCancelled { return ConfigurationImportFailed(.abandon, "it was given up") }
      state.kept.append(summary)
      state.whole.append(configuration)
      state.kept.removeFirst(max(0, state.kept.count - keep - 1))
      state.whole.removeFirst(max(0, state.whole.count - keep - 1))
      return nil
    }
    if let failure { throw failure }
    return summary
  }

  package func replace(by changes: ConfigurationChanges) async throws(ConfigurationImportFailed) -> ConfigurationSummary {
    let (base, digest) = state.withLock { ($0.whole.last, $0.kept.last?.digest ?? "") }
    return try await replace(with: try changes.applied(to: base, digest: digest, hash))
  }

  package func read() async throws -> BrokerConfiguration? { state.withLock { $0.whole.last } }

  /// The current one is found damaged at the next `open`.
  package func damageCurrent() { state.withLock { $0.damaged = true } }
  /// Every import fails with this until it is nil again.
  package func failImports(with failure: ConfigurationImportFailed?) { state.withLock { $0.failure = failure } }

  /// FNV-1a, 64 bits (Fowler, Noll, Vo). It finds accidents, not forgeries.
  package static let fnv: DigestFunction = { bytes in
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return withUnsafeBytes(of: hash.bigEndian) { Array($0) }
  }
}
