import CloudAPI
import CloudLinkAcceptor
import CloudLinkLive
import ConnectorSettings
import EventCatalog
import Foundation
import LabCA
import LinkIdentity
import LinkTransport
import LiveWorld
import Synchronization
import Testing
import World

@Suite("link: the connector's identity", .timeLimit(.minutes(1)))
struct IdentityTests {
  @Test("it survives a restart, in one file of mode 0600")
  func survives() async throws {
    try await withLab { lab, _, endpoint in
      let configuration = lab.configuration(registrationPort: endpoint.port)
      let first = TestConnector(configuration)
      _ = await first.wait(for: .connected)
      await first.stop()
      let folder = configuration.state.directory + "/link"
      let names = try DiskFiles().list(folder)
      let modes = [try DiskFiles().info(folder + "/identity.json")?.mode, try DiskFiles().info(folder)?.mode]
      #expect(names == ["identity.json"])
      #expect(modes == [0o600, 0o700])
      let second = TestConnector(configuration)
      _ = await second.wait(for: .connected)
      #expect(second.link.credentials == first.link.credentials)
      #expect(lab.registrations.count == 1)
      await second.stop()
    }
  }

  @Test("a damaged record is moved aside, said, and the connector registers anew with the same id")
  func corrupt() async throws {
    try await withLab { lab, _, endpoint in
      let configuration = lab.configuration(registrationPort: endpoint.port)
      let first = TestConnector(configuration)
      _ = await first.wait(for: .connected)
      await first.stop()
      let path = configuration.state.directory + "/link/identity.json"
      var bytes = try DiskFiles().read(path)
      bytes.removeLast(bytes.count / 2)
      try DiskFiles().replace(path, with: bytes, mode: 0o600, step: "test")
      let second = TestConnector(configuration)
      let event = await second.events.first(LinkEvents.identityCorrupt)
      _ = await second.wait(for: .connected)
      guard case .text(let moved)? = event.values["moved_to"] else { throw LinkFailure(.refused, "no path in \(event)") }
      let aside = try DiskFiles().read(moved)
      #expect(aside == bytes)
      #expect(second.link.connectorID == first.link.connectorID)
      #expect(lab.registrations.count == 2)
      await second.stop()
    }
  }

  @Test("an identity of another customer or name is not used")
  func superseded() async throws {
    try await withLab { lab, _, endpoint in
      var configuration = lab.configuration(registrationPort: endpoint.port)
      let first = TestConnector(configuration)
      _ = await first.wait(for: .connected)
      await first.stop()
      configuration.connector.customer = "globex"
      let second = TestConnector(configuration)
      await second.events.first(LinkEvents.identitySuperseded)
      _ = await second.wait(for: .connected)
      #expect(second.link.credentials?.customer == "globex")
      await second.stop()
    }
  }

  @Test("a certificate in the last third of its life is renewed, and the link dials with the new one")
  func renewal() async throws {
    let first = Mutex(true)
    let life: @Sendable () -> (notBefore: Double, validity: Double) = {
      first.withLock { first in
        defer { first = false }
        return first ? (-8_000, 10_000) : (-60, 10_000)
      }
    }
    try await withLab(life: life) { lab, _, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      let old = await lab.cloud.waitForUp()
      await connector.events.first(LinkEvents.renewed)
      let new = await lab.cloud.waitForUp(after: 1)
      #expect(new.connectorID == old.connectorID)
      #expect(new.serial != old.serial)
      let said = await connector.events.first(LinkEvents.left)
      #expect(said.message.contains("the certificate was renewed"))
      #expect(lab.registrations.count == 2)
      await connector.stop()
    }
  }

  @Test("a disk that takes nothing is reported, and the connector works all the same")
  func diskFull() async throws {
    try await withLab { lab, _, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port), files: FullDisk())
      await connector.events.first(LinkEvents.identityNotSaved)
      _ = await connector.wait(for: .connected)
      await connector.stop()
    }
  }

  private struct FullDisk: Files {
    let disk = DiskFiles()
    func read(_ path: String) throws(FileError) -> [UInt8] { try disk.read(path) }
    func replace(_ path: String, with bytes: [UInt8], mode: UInt32, step: DurableStep) throws(FileError) {
      throw FileError(.noSpace, path, "write: No space left on device")
    }
    func append(_ path: String, _ bytes: [UInt8], mode: UInt32, sync: Bool) throws(FileError) { throw FileError(.noSpace, path, "write") }
    func rename(_ from: String, to: String, step: DurableStep) throws(FileError) { try disk.rename(from, to: to, step: step) }
    func remove(_ path: String) throws(FileError) { try disk.remove(path) }
    func list(_ directory: String) throws(FileError) -> [String] { try disk.list(directory) }
    func makeDirectory(_ path: String, mode: UInt32) throws(FileError) { try disk.makeDirectory(path, mode: mode) }
    func info(_ path: String) throws(FileError) -> FileInfo? { try disk.info(path) }
    func space(_ path: String) throws(FileError) -> FileSpace { try disk.space(path) }
  }

  @Test("every kind of damage to the record is noticed")
  func damage() throws {
    let lab = try LinkLab()
    defer { lab.cleanUp() }
    let identity = try makeIdentity(lab.ca)
    let store = IdentityStore(stateDirectory: lab.directory, files: DiskFiles())
    guard case .none = store.load(at: WallTime(seconds: 1)) else { throw LinkFailure(.refused, "something was found") }
    try store.save(identity)
    guard case .identity(identity) = store.load(at: WallTime(seconds: 1)) else { throw LinkFailure(.refused, "not what was saved") }
    let good = try DiskFiles().read(store.path)
    var bad: [[UInt8]] = [[], Array("{}".utf8), Array(good.dropLast(2)), [UInt8](repeating: 0, count: good.count)]
    for at in stride(from: 5, to: good.count - 5, by: 97) {
      var copy = good
      copy[at] ^= 1
      bad.append(copy)
    }
    for (number, bytes) in bad.enumerated() {
      try DiskFiles().replace(store.path, with: bytes, mode: 0o600, step: "test")
      switch store.load(at: WallTime(seconds: Int64(number))) {
      case .identity(let found): #expect(found == identity, "damage \(number) went unnoticed")
      case .corrupt(_, let movedTo): #expect(movedTo == store.path + ".corrupt-\(number)")
      case .none: Issue.record("damage \(number): nothing was found")
      }
    }
    try DiskFiles().replace(store.path, with: good, mode: 0o644, step: "test")
    guard case .corrupt(let detail, _) = store.load(at: WallTime(seconds: 9_999)) else { throw LinkFailure(.refused, "mode 644 was accepted") }
    #expect(detail.contains("644"))
  }

  @Test("parts that do not belong together are not an identity")
  func mixed() throws {
    let ca = try LabCA.create(clock: LiveClock())
    var identity = try makeIdentity(ca)
    _ = try identity.check()
    identity.id = "other"
    #expect(throws: CertificateProblem.self) { try identity.check() }
    identity = try makeIdentity(ca)
    identity.privateKeyPEM = try makeIdentity(ca).privateKeyPEM
    #expect(throws: CertificateProblem.self) { try identity.check() }
    identity = try makeIdentity(ca)
    identity.certificatePEM = try ca.serverCertificate().certificatePEM
    #expect(throws: CertificateProblem.self) { try identity.check() }
  }

  private func makeIdentity(_ ca: LabCA) throws -> ConnectorIdentity {
    let key = try KeyAndRequest(fqdn: "c1.example.test")
    let signed = try ca.sign(requestPEM: key.requestPEM, connectorID: "one", customer: "acme", fqdn: "c1.example.test")
    return ConnectorIdentity(
      id: "one", customer: "acme", fqdn: "c1.example.test", resourceLocation: "location-1", resourceLocationName: "Location One",
      privateKeyPEM: key.privateKeyPEM, certificatePEM: signed.certificatePEM, authorityPEM: ca.authorityPEM, linkAddress: "127.0.0.1:1")
  }
}
