package import BrokerConfiguration
import GRDB
package import World

/// The broker configuration on disk: one SQLite database for each import, in a folder of its own.
///
/// `configuration-00000007.sqlite` with the highest number is the current one; earlier ones are kept to fall back on. An import builds
/// `configuration-00000008.new` in one transaction, opens it anew, checks it (schema version, integrity, references, counts, digest) and only
/// then renames it: a crash at any point leaves the old one current. One store at a time works on a folder.
package actor ConfigStore: ConfigurationDatabase {
  /// Earlier databases kept beside the current one.
  private let keep: Int
  private let directory: String
  private let files: any Files
  private var current: StoredFile?
  /// Of the current one.
  private var digest = ""

  /// A damaged database is kept for support, at most this many.
  private static let damagedKept = 2

  /// - Parameters:
  ///   - directory: absolute, on a real disk; it exists and belongs to this store alone.
  ///   - files: for renames and removals; the database library does its own reading and writing.
  package init(directory: String, keep: Int, files: any Files) {
    self.directory = directory
    self.keep = max(0, keep)
    self.files = files
  }

  /// The path of the database in use; nil before the first import.
  package var currentPath: String? { current.map { path($0.name) } }

  package func open() async -> OpenedConfiguration {
    var damaged: [DamagedConfiguration] = []
    current = nil
    let names: [String]
    do {
      names = try files.list(directory)
    } catch {
      return OpenedConfiguration(current: nil, damaged: [DamagedConfiguration(path: directory, reason: error.description)])
    }
    for name in names where StoredFile.isLeftOver(name) { try? files.remove(path(name)) }
    var found: ConfigurationSummary?
    for file in names.compactMap(StoredFile.init).sorted(by: { $0.number > $1.number }) {
      do {
        found = try await StoredDatabase.check(path(file.name))
        current = file
        digest = found?.digest ?? ""
        break
      } catch {
        damaged.append(setAside(file, error))
      }
    }
    pruneDamaged()
    return OpenedConfiguration(current: found, damaged: damaged)
  }

  package func replace(with configuration: BrokerConfiguration) async throws(ConfigurationImportFailed) -> ConfigurationSummary {
    if let problem = configuration.problems(limit: 1).first { throw ConfigurationImportFailed(.check, problem.description) }
    let highest: Int
    do {
      highest = try files.list(directory).compactMap(StoredFile.number).max() ?? 0
    } catch {
      throw ConfigurationImportFailed(.build, error.description)
    }
    let file = StoredFile(number: highest + 1)
    let temporary = path(file.temporaryName)
    var swapped = false
    defer { if !swapped { removeTemporary(temporary) } }
    removeTemporary(temporary)

    let digest: String
    do {
      digest = try await StoredDatabase.build(temporary, from: configuration)
    } catch {
      throw Self.failure(.build, error)
    }
    let summary: ConfigurationSummary
    do {
      summary = try await StoredDatabase.check(temporary, isNew: true)
      guard summary.digest == digest else {
        throw StoredDatabase.Bad("its digest is not that of what was sent")
      }
    } catch {
      throw Self.failure(.check, error)
    }
    // From here on it is not given up any more: it is whole and checked, and the swap is one rename.
    if Task.isCancelled { throw Self.abandoned }
    do {
      try files.rename(temporary, to: path(file.name), step: "configuration.swap")
    } catch {
      throw ConfigurationImportFailed(.swap, error.description)
    }
    swapped = true
    current = file
    self.digest = digest
    prune()
    return summary
  }

  package func replace(by changes: ConfigurationChanges) async throws(ConfigurationImportFailed) -> ConfigurationSummary {
    let base: BrokerConfiguration?
    do { base = try await read() } catch { throw ConfigurationImportFailed(.read, StoredDatabase.reason(error)) }
    return try await replace(with: try changes.applied(to: base, digest: digest, StoredDatabase.sha256))
  }

  package func read() async throws -> BrokerConfiguration? {
    guard let current else { return nil }
    return try await StoredDatabase.read(path(current.name))
  }

  private static let abandoned = ConfigurationImportFailed(.abandon, "it was given up")

  /// The database library gives up by itself when the task is cancelled, in the middle of a transaction too.
  private static func failure(_ step: ConfigurationImportFailed.Step, _ error: any Error) -> ConfigurationImportFailed {
    Task.isCancelled ? abandoned : ConfigurationImportFailed(step, StoredDatabase.reason(error))
  }

  private func path(_ name: String) -> String { "\(directory)/\(name)" }

  private func removeTemporary(_ path: String) {
    for suffix in ["", "-journal", "-wal", "-shm"] { try? files.remove(path + suffix) }
  }

  /// Moves a database aside when its content is at fault; one that merely cannot be opened now stays where it is.
  private func setAside(_ file: StoredFile, _ error: any Error) -> DamagedConfiguration {
    let reason = StoredDatabase.reason(error)
    guard StoredDatabase.isContentAtFault(error) else { return DamagedConfiguration(path: path(file.name), reason: reason) }
    do {
      try files.rename(path(file.name), to: path(file.damagedName), step: "configuration.set-aside")
      return DamagedConfiguration(path: path(file.damagedName), reason: reason)
    } catch {
      return DamagedConfiguration(path: path(file.name), reason: "\(reason); moving it aside failed too: \(error)")
    }
  }

  /// Removes what is older than the kept ones. A failure leaves a file too many: the next import tries again.
  private func prune() {
    guard let names = try? files.list(directory) else { return }
    let stored = names.compactMap(StoredFile.init).sorted { $0.number > $1.number }
    for file in stored.dropFirst(keep + 1) { try? files.remove(path(file.name)) }
  }

  private func pruneDamaged() {
    guard let names = try? files.list(directory) else { return }
    for name in names.filter(StoredFile.isDamaged).sorted(by: >).dropFirst(Self.damagedKept) { try? files.remove(path(name)) }
  }
}
