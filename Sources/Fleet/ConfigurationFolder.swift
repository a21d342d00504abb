import BrokerConfiguration
import Simulation

/// The broker configuration on a machine's disk, as `ConfigStore` keeps it and step by step in the same order: each import builds a database of its own under another
/// name, checks it, and only then renames it; the newest is in use, and earlier ones are there to fall back on.
struct ConfigurationFolder: Sendable {
  private struct Database: Hashable, Sendable {
    var revision: Int
    var isDamaged = false
  }
  private static let kept = 3
  /// The newest last.
  private var databases: [Database] = []
  /// What a loss of power leaves, when that is not all there is: with a planted fault only.
  private var durable: [Database]?
  /// Built and not renamed.
  private var temporary: Database?
  private let mutant: Mutant?

  init(_ mutant: Mutant?) { self.mutant = mutant }

  /// What somebody who brokers by it finds.
  var revision: Int? { databases.last?.revision }

  /// What an import that was cut short has left goes; a damaged database is put aside, and the one before it is used.
  mutating func open() -> OpenedConfiguration {
    if mutant == .unfinishedImportUsed, let temporary { databases.append(temporary) }
    temporary = nil
    var damaged: [DamagedConfiguration] = []
    while let last = databases.last, last.isDamaged {
      damaged.append(DamagedConfiguration(path: "revision \(last.revision)", reason: "a block of it cannot be read"))
      databases.removeLast()
    }
    return OpenedConfiguration(current: databases.last.map { Self.summary($0.revision) }, damaged: damaged)
  }

  mutating func build(_ revision: Int, _ disk: DiskConditions) throws(ConfigurationImportFailed) {
    if disk.isFull { throw ConfigurationImportFailed(.build, "the disk is full") }
    temporary = Database(revision: revision)
    if mutant == .importInPlace { databases.append(Database(revision: revision)) }
  }

  /// - Parameter isBad: a block of what was built cannot be read.
  mutating func check(isBad: Bool) throws(ConfigurationImportFailed) {
    guard isBad else { return }
    temporary = nil
    throw ConfigurationImportFailed(.check, "its integrity check failed")
  }

  mutating func swap(_ disk: DiskConditions) throws(ConfigurationImportFailed) -> ConfigurationSummary {
    guard let built = temporary else { throw ConfigurationImportFailed(.swap, "there is nothing to rename") }
    temporary = nil
    if disk.isFull { throw ConfigurationImportFailed(.swap, "the disk is full") }
    if mutant == .importNotSynced { durable = durable ?? databases }
    if mutant == .importInPlace { databases.removeLast() }
    databases.append(built)
    databases.removeFirst(max(0, databases.count - Self.kept))
    return Self.summary(built.revision)
  }

  /// The power goes.
  mutating func lose() {
    if let durable { databases = durable }
    durable = nil
  }

  /// A block of the database in use goes bad; whoever opens it next finds that.
  mutating func damage() {
    guard !databases.isEmpty else { return }
    databases[databases.count - 1].isDamaged = true
  }

  private static func summary(_ revision: Int) -> ConfigurationSummary {
    ConfigurationSummary(revision: revision, digest: "\(revision)", counts: ["machines": revision], edgeServers: [])
  }
}
