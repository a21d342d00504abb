import ReleaseWorks
import Releases
import SimulatedWorld
import StrictJSON
import TUF
import Testing
import World

@Suite struct RepositoryTests {
  private let shop = Workshop()

  private func refused(_ kind: ReleaseProblem.Kind, _ words: String, _ body: () throws -> Void) {
    #expect {
      try body()
    } throws: { error in
      guard let problem = error as? ReleaseProblem else { return false }
      return problem.kind == kind && problem.description.contains(words)
    }
  }

  @Test func itIsMadeOnceWithKeysThatOnlyItsOwnerReads() async throws {
    let first = try shop.open()
    let keys = try shop.files.list("/lab/releases/keys")
    #expect(keys.count == 6)
    for key in keys { #expect(try shop.files.info("/lab/releases/keys/\(key)")?.mode == 0o600) }
    #expect(first.record.roles[.root]?.keys.count == 3)
    #expect(first.record.roles[.root]?.threshold == 2)
    // Another source of randomness, and a later time: nothing changes.
    let again = try shop.open(Workshop.start + .seconds(1_000), seed: 2)
    #expect(again.record == first.record)
    #expect(try shop.files.list("/lab/releases/keys") == keys)
    #expect(try await shop.refresh(try shop.newClient()).versions.map(\.version) == [1, 1, 1, 1])
  }

  @Test func whatIsSignedIsSeenOnceItIsPublished() async throws {
    let client = try {
      _ = try shop.open()
      return try shop.newClient()
    }()
    let built = try shop.build("1.0.0.1") { $0.floors = [version("0.9.0.0")] }
    var repository = try shop.open()
    let entry = try repository.sign(built.path, now: Workshop.start)
    #expect(try shop.files.list("/lab/releases/metadata").contains("2.targets.json"))
    var trust = try await shop.refresh(client)
    await #expect(throws: TrustError.self) { try await trust.find(ExactText(entry.target)) }
    // The same bytes again: nothing to do.
    #expect(try repository.sign(built.path, now: Workshop.start) == entry)

    let published = try repository.publish(entry.version, .current, ring: .percent(10), isEmergency: true, now: Workshop.start)
    #expect(published.target == "releases/1.0.0.1/connectord-1.0.0.1-linux-\(ReleasePlatform.current.arch).tar.zst")
    trust = try await shop.refresh(client)
    let custom = try #require(try await trust.find(ExactText(entry.target)).custom)
    #expect(custom["ring"]?.exact == "10%")
    #expect(custom["emergency"]?.bool == true)
    #expect(custom["floors"]?.elements.map(\.exact).first == "0.9.0.0")
    #expect(custom["bootstrapper"]?.exact == "0.1.0.1")
    #expect(try client.files.read(try await shop.download(trust, entry.target, client)) == shop.files.read(built.path))

    // Published further, it stays the emergency that it is.
    _ = try repository.publish(entry.version, .current, ring: .all, isEmergency: false, now: Workshop.start)
    trust = try await shop.refresh(client)
    let further = try #require(try await trust.find(ExactText(entry.target)).custom)
    #expect(further["ring"]?.exact == "all" && further["emergency"]?.bool == true)
  }

  @Test func aLostKeyOfTheRootStopsNothingAndARotationReplacesIt() async throws {
    var repository = try shop.open()
    let client = try shop.newClient()
    _ = try await shop.refresh(client)
    let entry = try repository.sign(try shop.build("1.0.0.1").path, now: Workshop.start)
    let lost = try #require(repository.record.roles[.root]?.keys.first)
    try shop.files.remove("/lab/releases/keys/\(lost).key")

    // With other random bytes: new keys are new.
    repository = try shop.open(seed: 2)
    _ = try repository.publish(entry.version, .current, ring: .all, isEmergency: false, now: Workshop.start)
    _ = try await shop.refresh(client)
    refused(.damaged, "begin with connector-lab release rotate root") { try repository.rotate(.targets, now: Workshop.start) }
    #expect(try shop.open().record == repository.record)

    try repository.rotate(.root, now: Workshop.start)
    try repository.rotate(.targets, now: Workshop.start)
    let versions = try await shop.refresh(client).versions
    #expect(versions.first { $0.role == .root }?.version == 3)
    #expect(repository.record.roles[.root]?.keys.contains(lost) == false)
  }

  @Test func twoLostKeysOfTheRootAreTooMany() throws {
    var repository = try shop.open()
    for lost in try #require(repository.record.roles[.root]?.keys).prefix(2) { try shop.files.remove("/lab/releases/keys/\(lost).key") }
    let record = repository.record
    refused(.damaged, "of the root's keys before, 1 are there and 2 must sign") { try repository.rotate(.root, now: Workshop.start) }
    #expect(try shop.open().record == record)
  }

  @Test func theTimestampIsSignedAnewEveryDaySoThatNobodyTakesItForHeldStill() throws {
    var repository = try shop.open()
    #expect(try repository.refresh(now: Workshop.start + .seconds(11 * 3_600)) == [])
    #expect(try repository.refresh(now: Workshop.start + .seconds(24 * 3_600)) == [.timestamp])
  }

  @Test func aReleaseThatIsOutDoesNotBecomeAnEmergencySilently() throws {
    var repository = try shop.open()
    let entry = try repository.sign(try shop.build("1.0.0.1").path, now: Workshop.start)
    _ = try repository.publish(entry.version, .current, ring: .percent(10), isEmergency: false, now: Workshop.start)
    let refusal = #expect(throws: ReleaseProblem.self) {
      try repository.publish(entry.version, .current, ring: .all, isEmergency: true, now: Workshop.start)
    }
    #expect(refusal?.description.contains("connector-lab update now, or publish the next version with --emergency") == true)
    #expect(repository.record.published.map(\.ring) == [.percent(10)])
  }

  @Test func versionsNeverChangeAndNeverGoDown() throws {
    var repository = try shop.open()
    let now = Workshop.start
    let second = try shop.build("1.0.0.2")
    _ = try repository.sign(second.path, now: now)
    refused(.refused, "other bytes") { _ = try repository.sign(try shop.build("1.0.0.2", program: "other").path, now: now) }
    refused(.refused, "sign it first") {
      _ = try repository.publish(version("1.0.0.3"), .current, ring: .all, isEmergency: false, now: now)
    }
    let third = try repository.sign(try shop.build("1.0.0.3").path, now: now)
    _ = try repository.publish(third.version, .current, ring: .all, isEmergency: false, now: now)
    // One that was signed before a higher one was published has come too late.
    refused(.refused, "versions never go down") {
      _ = try repository.publish(version("1.0.0.2"), .current, ring: .all, isEmergency: false, now: now)
    }
    refused(.refused, "Build 1.0.0.4 or higher") { _ = try repository.sign(try shop.build("1.0.0.1").path, now: now) }
    #expect(repository.record.next(.current) == version("1.0.0.4"))
    #expect(try repository.revoke(third.version, .current, now: now))
    refused(.refused, "versions never go down") { _ = try repository.sign(try shop.build("1.0.0.3").path, now: now) }
    refused(.refused, "was revoked") {
      _ = try repository.publish(third.version, .current, ring: .all, isEmergency: false, now: now)
    }
    refused(.refused, "not in the repository") { _ = try repository.revoke(third.version, .current, now: now) }
  }

  @Test func aRevokedReleaseIsGone() async throws {
    var repository = try shop.open()
    let client = try shop.newClient()
    let entry = try repository.sign(try shop.build("1.0.0.1").path, now: Workshop.start)
    _ = try repository.publish(entry.version, .current, ring: .all, isEmergency: false, now: Workshop.start)
    try await shop.refresh(client)
    #expect(try repository.revoke(entry.version, .current, now: Workshop.start))
    var trust = try await shop.refresh(client)
    await #expect(throws: TrustError.self) { try await trust.find(ExactText(entry.target)) }
    #expect(try shop.files.list("/lab/releases/targets/releases") == [])
    // One that nobody saw.
    let next = try repository.sign(try shop.build("1.0.0.2").path, now: Workshop.start)
    #expect(try repository.revoke(next.version, .current, now: Workshop.start) == false)
    #expect(repository.record.revoked.map(\.version) == [entry.version])
  }

  @Test(arguments: RepositoryRole.allCases) func keysRotate(_ role: RepositoryRole) async throws {
    var repository = try shop.open()
    let client = try shop.newClient()
    let entry = try repository.sign(try shop.build("1.0.0.1").path, now: Workshop.start)
    _ = try repository.publish(entry.version, .current, ring: .all, isEmergency: false, now: Workshop.start)
    try await shop.refresh(client)
    let before = repository.record
    repository = try shop.open(seed: 7)
    try repository.rotate(role, now: Workshop.start)
    let (old, new) = (before.roles[role]?.keys ?? [], repository.record.roles[role]?.keys ?? [])
    #expect(Set(old).isDisjoint(with: new))
    var trust = try await shop.refresh(client)
    #expect(trust.versions.first?.version == 2)
    _ = try await trust.find(ExactText(entry.target))
    // Twice, and with what was signed in between.
    repository = try shop.open(seed: 8)
    let next = try repository.sign(try shop.build("1.0.0.2").path, now: Workshop.start)
    try repository.rotate(role, now: Workshop.start)
    _ = try repository.publish(next.version, .current, ring: .all, isEmergency: false, now: Workshop.start)
    for client in [client, try shop.newClient()] {
      trust = try await shop.refresh(client)
      _ = try await trust.find(ExactText(next.target))
    }
    // Keys that nothing needs any more are gone.
    if role != .root { #expect(try shop.files.list("/lab/releases/keys").count == 6) }
  }

  @Test func refreshSignsWhatNearsItsEnd() async throws {
    var repository = try shop.open()
    let client = try shop.newClient()
    var now = Workshop.start
    #expect(try repository.refresh(now: now) == [])
    var signed: [[RepositoryRole]] = []
    for _ in 0..<30 {
      now = now + .seconds(14 * 86_400)
      signed.append(try repository.refresh(now: now))
      try await shop.refresh(client, at: now)
    }
    // Every second time the timestamp (half of 30 days is 15), and a year's roles once.
    #expect(signed.count { $0.contains(.timestamp) } >= 15)
    #expect(signed.count { $0.contains(.snapshot) } < signed.count { $0.contains(.timestamp) })
    #expect(signed.count { $0.contains(.root) } == 2)
    await #expect(throws: TrustError.self) { try await shop.refresh(client, at: now + .seconds(31 * 86_400)) }
  }

  @Test func brokenRecordsAreNamed() throws {
    _ = try shop.open()
    let pristine = shop.files
    func broken(_ kind: ReleaseProblem.Kind, _ words: String, _ damage: (MemoryFiles) throws -> Void) throws {
      let files = MemoryFiles(copying: pristine)
      try damage(files)
      refused(kind, words) { _ = try Workshop(files).open() }
    }
    let record = "/lab/releases/record.json"
    try broken(.damaged, "record.json is damaged") { $0.truncate(record, to: 100) }
    try broken(.damaged, "its format is 2") { files in
      let text = String(decoding: try files.read(record), as: UTF8.self).replacing("\"format\" : 1", with: "\"format\" : 2")
      try files.replace(record, with: Array(text.utf8), mode: 0o600, step: "test.input")
    }
    try broken(.damaged, "record.json is missing") { try $0.remove(record) }
    let key = try #require(try pristine.list("/lab/releases/keys").first)
    try broken(.damaged, "a key of the repository cannot be read") { try $0.remove("/lab/releases/keys/\(key)") }
    try broken(.damaged, "does not hold the key") { $0.corrupt("/lab/releases/keys/\(key)", byte: 3) }
    try broken(.disk, "the disk") { $0.fail(.makeDirectory) }
  }

  /// Metadata is made from the record: what rots on the disk is made again.
  @Test func damagedMetadataIsMadeAgain() async throws {
    _ = try shop.open()
    let client = try shop.newClient()
    for name in ["1.snapshot.json", "1.targets.json", "timestamp.json"] { shop.files.corrupt("/lab/releases/metadata/\(name)", byte: 40) }
    await #expect(throws: TrustError.self) { try await shop.refresh(client) }
    _ = try shop.open()
    try await shop.refresh(client)
  }

  @Test func aBundleThatChangedIsNotPublished() throws {
    var repository = try shop.open()
    let entry = try repository.sign(try shop.build("1.0.0.1").path, now: Workshop.start)
    shop.files.corrupt("/lab/releases/targets/\(entry.place)", byte: 50)
    refused(.damaged, "has changed since it was signed") {
      _ = try repository.publish(entry.version, .current, ring: .all, isEmergency: false, now: Workshop.start)
    }
    refused(.input, "no such bundle") { _ = try repository.sign("/nowhere", now: Workshop.start) }
    try shop.write("/junk", "junk")
    refused(.input, "no connector would install it") { _ = try repository.sign("/junk", now: Workshop.start) }
  }

  @Test(arguments: [
    ("all", "all"), ("100%", "all"), ("1%", "1%"), ("25%", "25%"), ("early-birds", "early-birds"), ("0%", nil), ("101%", nil), ("", nil),
    ("A", nil), ("25 %", nil), ("-x", nil),
  ]) func rings(_ text: String, _ expected: String?) { #expect(ReleaseRing(text)?.description == expected) }
}
