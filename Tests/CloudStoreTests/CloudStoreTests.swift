import CloudAPI
import CloudStore
import Foundation
import GRDB
import SimulatedCloud
import Testing
import World

@Suite struct CloudStoreTests {
  let folder: String
  var path: String { folder + "/cloud.sqlite" }
  let time = WallTime(seconds: 1_800_000_000)

  init() throws {
    folder = NSTemporaryDirectory() + "cloud-store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private var now: Now { Now(moment: Moment(nanoseconds: 1), wall: time) }

  /// Runs SQL on the database behind the store's back.
  private func run(_ sql: String) throws {
    let database = try DatabaseQueue(path: path)
    try database.write { try $0.execute(sql: sql) }
    try database.close()
  }

  private func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }

  /// A cloud with one record of every kind, and the directives that made it.
  private func everyKind() -> [CloudDirective] {
    var logic = CloudLogic()
    var all = logic.handle(
      .seed(
        CloudSeed(
          customers: [CustomerRecord(id: "acme", name: "Acme")],
          clients: [ClientRecord(customer: "acme", id: "client", name: "installer", secretDigest: "aa")],
          locations: [LocationRecord(customer: "acme", model: ResourceLocationModel(id: "rl-1", name: "Berlin"))])), at: now
    ).directives
    let token = TokenRequest(customer: "acme", grantType: "client_credentials", client: "client", secretDigest: "aa", tokenDigest: "t1")
    all += logic.handle(.issueToken(token), at: now).directives
    all += logic.handle(.publish(customer: "acme", location: "rl-1", bytes: Array(#"{"machines":[]}"#.utf8), digest: "d1"), at: now).directives
    let call = RegistrationCall(
      customer: "acme", fqdn: "cc1.acme.test", client: "client", secretDigest: "aa", location: "rl-1", version: "1.0", time: time.iso8601(),
      newID: "c1")
    guard case .grant(let grant) = logic.handle(.register(call), at: now).answer else { return [] }
    all += logic.handle(.registered(grant, serial: "s1"), at: now).directives
    all += logic.handle(.registered(grant, serial: "s2"), at: now).directives
    all += logic.handle(.operate(customer: "acme", .setWindow(MaintenanceWindowModel(location: "rl-1", dayOfWeek: .friday))), at: now).directives
    let notification = NotificationModel(
      component: "x", createdDate: time, eventId: "e", severity: "Information", priority: "Low", content: [.init(title: "t", description: "d")])
    return all + logic.handle(.operate(customer: "acme", .postNotification(notification)), at: now).directives
  }

  private func saved(_ directives: [CloudDirective]) -> [CloudRecordKey: CloudRecord] {
    var out: [CloudRecordKey: CloudRecord] = [:]
    for directive in directives {
      if case .save(let record) = directive { out[record.key] = record }
      if case .remove(let key) = directive { out[key] = nil }
    }
    return out
  }

  @Test func whatWasSavedIsThereAfterARestart() throws {
    defer { removeFolder() }
    let directives = everyKind()
    let first = try CloudStore.open(path: path, at: time)
    #expect(first.records.isEmpty && first.moved == nil)
    try first.store.commit(directives)
    first.store.close()
    let again = try CloudStore.open(path: path, at: time)
    let expected = saved(directives)
    #expect(Set(expected.keys.map(\.kind)) == Set(CloudRecordKey.Kind.allCases), "the test makes one record of every kind")
    #expect(Set(again.records) == Set(expected.values))
    #expect(again.moved == nil && again.unreadable.isEmpty)
    var logic = CloudLogic()
    #expect(logic.load(again.records, at: now) == 0)
    #expect(logic.state(at: now).connectors.map(\.fqdn) == ["cc1.acme.test"])
  }

  @Test func aNewRevisionOfTheSameBytesKeepsTheBytes() throws {
    defer { removeFolder() }
    let store = try CloudStore.open(path: path, at: time).store
    var record = ConfigurationRecord(customer: "acme", location: "rl-1", revision: 1, digest: "d1", published: time, bytes: [1, 2, 3])
    try store.commit([.save(.configuration(record))])
    record.revision = 2
    try store.commit([.save(.configuration(record))])
    store.close()
    #expect(try CloudStore.open(path: path, at: time).records == [.configuration(record)])
    let removal = try CloudStore.open(path: path, at: time)
    try removal.store.commit([.remove(CloudRecord.configuration(record).key)])
    #expect(try CloudStore.open(path: path, at: time).records.isEmpty)
  }

  enum Damage: String, CaseIterable { case truncatedToHalf, truncatedToNothing, overwrittenHeader, overwrittenPages }

  @Test(arguments: Damage.allCases) func aDamagedDatabaseIsMovedAsideAndRebuiltEmpty(_ damage: Damage) throws {
    defer { removeFolder() }
    let opening = try CloudStore.open(path: path, at: time)
    try opening.store.commit(everyKind())
    let big = ConfigurationRecord(
      customer: "acme", location: "rl-2", revision: 1, digest: "d2", published: time, bytes: Array(repeating: 65, count: 200_000))
    try opening.store.commit([.save(.configuration(big))])
    opening.store.close()
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    let size = try handle.seekToEnd()
    switch damage {
    case .truncatedToHalf: try handle.truncate(atOffset: size / 2)
    case .truncatedToNothing: try handle.truncate(atOffset: 0)
    case .overwrittenHeader:
      try handle.seek(toOffset: 0)
      handle.write(Data("this is no database, whoever wrote it".utf8))
    case .overwrittenPages:
      try handle.seek(toOffset: 4096)
      handle.write(Data(repeating: 0xA5, count: 4096 * 12))
    }
    try handle.close()
    let again = try CloudStore.open(path: path, at: time)
    let moved = try #require(again.moved)
    #expect(moved.path == path + ".corrupt-20270115T080000Z")
    #expect(FileManager.default.fileExists(atPath: moved.path))
    #expect(!moved.detail.isEmpty)
    #expect(again.records.isEmpty)
    try again.store.commit(everyKind())
    again.store.close()
    let third = try CloudStore.open(path: path, at: time)
    #expect(third.moved == nil && !third.records.isEmpty)
  }

  @Test func aSecondDamageInTheSameSecondDoesNotOverwriteTheFirst() throws {
    defer { removeFolder() }
    for _ in 1...2 {
      try Data("nothing".utf8).write(to: URL(fileURLWithPath: path))
      let opening = try CloudStore.open(path: path, at: time)
      #expect(opening.moved != nil)
      opening.store.close()
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
      $0.contains("corrupt") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
    }
    #expect(names.count == 2)
  }

  @Test func aRecordThatCannotBeReadIsLeftOutAndReported() throws {
    defer { removeFolder() }
    let opening = try CloudStore.open(path: path, at: time)
    try opening.store.commit(everyKind())
    opening.store.close()
    try run("UPDATE client SET body = '{\"id\":7}'")
    let again = try CloudStore.open(path: path, at: time)
    #expect(again.unreadable.map(\.kind) == [.client] && again.unreadable.first?.count == 1)
    #expect(again.records.contains { $0.key.kind == .connector })
  }

  @Test func aTransactionIsAllOrNothing() throws {
    defer { removeFolder() }
    let opening = try CloudStore.open(path: path, at: time)
    try run("CREATE TRIGGER refuse BEFORE INSERT ON location BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
    #expect(throws: CloudStoreError.self) { try opening.store.commit(everyKind()) }
    opening.store.close()
    #expect(try CloudStore.open(path: path, at: time).records.isEmpty)
  }

  @Test func aLaterVersionsDatabaseIsNotTouched() throws {
    defer { removeFolder() }
    let opening = try CloudStore.open(path: path, at: time)
    opening.store.close()
    try run("INSERT INTO grdb_migrations (identifier) VALUES ('99 from the future')")
    let error = #expect(throws: CloudStoreError.self) { try CloudStore.open(path: path, at: time) }
    #expect(error?.detail.contains("later version") == true)
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func anUnwritablePlaceIsAnErrorThatNamesIt() {
    defer { removeFolder() }
    let error = #expect(throws: CloudStoreError.self) { try CloudStore.open(path: "/proc/none/cloud.sqlite", at: time) }
    #expect(error?.path == "/proc/none/cloud.sqlite")
  }
}
