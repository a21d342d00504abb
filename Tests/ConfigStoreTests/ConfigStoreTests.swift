import BrokerConfiguration
import ConfigStore
import GRDB
import LiveWorld
import Testing
import World

@Suite struct ConfigStoreTests {
  static func configuration(_ revision: Int, machines: Int = 25) -> BrokerConfiguration {
    var made = BrokerConfiguration.generate(machines: machines, seed: UInt64(revision))
    made.revision = revision
    made.edgeServers = [.init(fqdn: "c1.forest1.local", uuid: "id-1", peerAddress: "127.0.0.1:9001"), .init(fqdn: "c2.forest1.local", uuid: "id-2")]
    return made
  }

  /// A store with revisions 1, 2 and 3 imported, closed again.
  static func filled(keep: Int = 2) async throws -> Folder {
    let folder = try Folder()
    let store = ConfigStore(directory: folder.path, keep: keep, files: DiskFiles())
    for revision in 1...3 { _ = try await store.replace(with: configuration(revision)) }
    return folder
  }

  static func reopened(_ folder: Folder) async -> (ConfigStore, OpenedConfiguration) {
    let store = ConfigStore(directory: folder.path, keep: 2, files: DiskFiles())
    return (store, await store.open())
  }

  @Test func whatIsInUseCanBeReadAsAWhole() async throws {
    let folder = try Folder()
    let store = ConfigStore(directory: folder.path, keep: 2, files: DiskFiles())
    #expect(try await store.read() == nil)
    let configuration = Self.configuration(7, machines: 60)
    _ = try await store.replace(with: configuration)
    let read = try #require(await store.read())
    #expect(try read.digest(MemoryConfigurationDatabase.fnv) == configuration.digest(MemoryConfigurationDatabase.fnv))
  }

  @Test func anImportThatIsGivenUpLeavesTheOldOneAndNothingElse() async throws {
    let folder = try Folder()
    let store = ConfigStore(directory: folder.path, keep: 2, files: DiskFiles())
    _ = try await store.replace(with: Self.configuration(1))
    let (hold, go) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      // Ends when the task is cancelled, so the import meets a task that is given up already.
      for await _ in hold {}
      return try await store.replace(with: Self.configuration(2, machines: 200))
    }
    task.cancel()
    let error = await #expect(throws: ConfigurationImportFailed.self) { try await task.value }
    go.finish()
    #expect(error?.step == .abandon)
    #expect(try await store.read()?.revision == 1)
    #expect(try folder.names() == ["configuration-00000001.sqlite"])
  }

  @Test func emptyFolderHasNoConfigurationAndNoDamage() async throws {
    let (store, opened) = await Self.reopened(try Folder())
    #expect(opened == OpenedConfiguration(current: nil))
    #expect(await store.currentPath == nil)
  }

  @Test func importIsFoundAgain() async throws {
    let folder = try Folder()
    let store = ConfigStore(directory: folder.path, keep: 2, files: DiskFiles())
    let summary = try await store.replace(with: Self.configuration(41, machines: 60))
    #expect(summary.revision == 41)
    #expect(summary.counts["machines"] == 60)
    #expect(summary.edgeServers.first?.peerAddress == "127.0.0.1:9001")
    #expect(summary.digest.count == 64)
    let (again, opened) = await Self.reopened(folder)
    #expect(opened == OpenedConfiguration(current: summary))
    #expect(await again.currentPath == folder.path + "/configuration-00000001.sqlite")
  }

  @Test func earlierOnesAreKeptAndTheRestRemoved() async throws {
    let folder = try await Self.filled(keep: 1)
    #expect(try folder.names() == ["configuration-00000002.sqlite", "configuration-00000003.sqlite"])
  }

  @Test func lowerRevisionOfANewCloudBecomesCurrent() async throws {
    let folder = try await Self.filled()
    let (store, _) = await Self.reopened(folder)
    _ = try await store.replace(with: Self.configuration(1))
    #expect(await Self.reopened(folder).1.current?.revision == 1)
  }

  /// What can happen to the bytes of the current database.
  static let damages: [(name: String, damage: @Sendable ([UInt8]) -> [UInt8])] = [
    ("empty", { _ in [] }), ("cut in the middle", { Array($0.prefix($0.count / 2)) }), ("last page lost", { Array($0.dropLast(4096)) }),
    ("another file", { _ in Array("not a database at all, but long enough to have a header of its own".utf8) }),
    (
      "a bit turned in an object",
      { bytes in
        // The last occurrence of a machine's name stands in a body or an index: either way the check must notice.
        guard let at = bytes.lastRange(of: "vda-013.forest1.local")?.lowerBound else { return bytes }
        var changed = bytes
        changed[at] ^= 1
        return changed
      }
    ), ("zeroes over a page", { bytes in bytes.enumerated().map { (8192..<12288).contains($0.offset) ? 0 : $0.element } }),
  ]

  @Test(arguments: damages.indices) func damagedCurrentIsMovedAsideAndTheEarlierOneTaken(index: Int) async throws {
    let folder = try await Self.filled()
    let name = "configuration-00000003.sqlite"
    let bytes = try folder.bytes(name)
    let changed = Self.damages[index].damage(bytes)
    #expect(changed != bytes, "the damage must change something")
    try folder.write(name, changed)
    let (store, opened) = await Self.reopened(folder)
    #expect(opened.current?.revision == 2)
    #expect(opened.damaged.map(\.path) == [folder.path + "/configuration-00000003.damaged"], "\(Self.damages[index].name)")
    #expect(opened.damaged.first?.reason.isEmpty == false)
    #expect(try folder.bytes("configuration-00000003.damaged") == changed)
    #expect(await Self.reopened(folder).1.damaged == [], "a second start has nothing to report")
    _ = try await store.replace(with: Self.configuration(3))
    #expect(await Self.reopened(folder).1.current?.revision == 3)
  }

  @Test func allDamagedLeavesNothingButTheReasons() async throws {
    let folder = try await Self.filled()
    for name in try folder.names() { try folder.write(name, [1, 2, 3]) }
    let (_, opened) = await Self.reopened(folder)
    #expect(opened.current == nil)
    #expect(opened.damaged.count == 3)
    #expect(try folder.names().count == 2, "no more than two damaged ones are kept")
  }

  /// Changes that leave a sound SQLite file whose content is not what was imported.
  @Test(arguments: [
    ("UPDATE meta SET value = 'ff' WHERE name = 'digest'", "digest"), ("DELETE FROM machines WHERE position = 4", "refers to nothing|machines"),
    ("UPDATE machines SET body = json_set(body, '$.dnsName', 'x.forest1.local') WHERE position = 4", "digest"),
    ("UPDATE machines SET catalog = 'nowhere' WHERE position = 4", "refers to nothing in machine_catalogs"),
    ("PRAGMA user_version = 99", "schema version is 99"), ("PRAGMA application_id = 1", "not a configuration database"),
    ("DROP TABLE settings", "settings"), ("DELETE FROM settings", "settings"), ("UPDATE meta SET value = '77' WHERE name = 'revision'", "digest"),
  ]) func changedContentIsNoticed(sql: String, says: String) async throws {
    let folder = try await Self.filled()
    let queue = try DatabaseQueue(path: folder.path + "/configuration-00000003.sqlite")
    try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA foreign_keys = OFF; \(sql)") }
    try queue.close()
    let (_, opened) = await Self.reopened(folder)
    #expect(opened.current?.revision == 2)
    let reason = opened.damaged.first?.reason ?? ""
    #expect(says.split(separator: "|").contains { reason.contains($0) }, "\(reason)")
  }

  @Test func crashBeforeTheSwapLeavesTheOldOneCurrent() async throws {
    let folder = try await Self.filled()
    let store = ConfigStore(directory: folder.path, keep: 2, files: FailingFiles(base: DiskFiles(), failing: "configuration.swap"))
    let error = await #expect(throws: ConfigurationImportFailed.self) { try await store.replace(with: Self.configuration(4)) }
    #expect(error?.step == .swap)
    #expect(error?.reason.contains("No space left") == true)
    #expect(try folder.names().allSatisfy { $0.hasSuffix(".sqlite") }, "nothing is left behind")
    #expect(await Self.reopened(folder).1.current?.revision == 3)
  }

  @Test func halfBuiltDatabaseOfAKilledProcessIsRemovedAtStart() async throws {
    let folder = try await Self.filled()
    try folder.write("configuration-00000004.new", try folder.bytes("configuration-00000003.sqlite").prefix(5000))
    try folder.write("configuration-00000004.new-journal", [0])
    let (_, opened) = await Self.reopened(folder)
    #expect(opened.current?.revision == 3)
    #expect(opened.damaged == [])
    #expect(try folder.names().count == 3)
  }

  @Test func brokenConfigurationIsRefusedAndTheOldOneStays() async throws {
    let folder = try await Self.filled()
    let (store, _) = await Self.reopened(folder)
    var broken = Self.configuration(4)
    broken.entitlements[0].includes = ["S-1-5-21-9-9-9-9"]
    let error = await #expect(throws: ConfigurationImportFailed.self) { try await store.replace(with: broken) }
    #expect(error?.step == .check)
    #expect(error?.reason.contains("entitlements[0].includes[0]") == true)
    #expect(await Self.reopened(folder).1.current?.revision == 3)
  }

  @Test func missingFolderIsReportedNotFatal() async throws {
    let store = ConfigStore(directory: "/nonexistent/for/this/test", keep: 2, files: DiskFiles())
    let opened = await store.open()
    #expect(opened.current == nil)
    #expect(opened.damaged.count == 1)
    let error = await #expect(throws: ConfigurationImportFailed.self) { try await store.replace(with: Self.configuration(1)) }
    #expect(error?.step == .build)
  }

  @Test func namesThatDifferOnlyInCaseBeyondASCIIAreReferencesToo() async throws {
    let folder = try Folder()
    let store = ConfigStore(directory: folder.path, keep: 0, files: DiskFiles())
    var made = Self.configuration(1)
    made.deliveryGroups.append(.init(name: "ÄRZTE", delivers: .desktops, sessionSupport: .singleSession))
    made.machines[0].deliveryGroup = "ärzte"
    #expect(try await store.replace(with: made).counts["deliveryGroups"] == 4)
  }
}

extension [UInt8] {
  /// The range of the last occurrence of a text.
  func lastRange(of text: String) -> Range<Int>? {
    let wanted = Array(text.utf8)
    for start in stride(from: count - wanted.count, through: 0, by: -1) where self[start..<start + wanted.count].elementsEqual(wanted) {
      return start..<start + wanted.count
    }
    return nil
  }
}
