import SecretVault
import SimulatedWorld
import Testing
import World

@Suite struct VaultTests {
  @Test func secretsSurviveAndComeBackByOwnerAndName() throws {
    let store = Store()
    _ = try store.filled()
    store.files.crash()
    var vault = try store.open()
    #expect(try vault.text(Store.alpha) == "one")
    #expect(try vault.text(Store.gamma) == "three")
    #expect(vault.names(of: "service:remote-hcl") == ["alpha", "beta"])
    #expect(throws: VaultError.notFound(SecretName(owner: "admin", name: "alpha"))) { try vault.get(SecretName(owner: "admin", name: "alpha")) }
    #expect(vault.takeFindings().isEmpty)
  }

  @Test func aSecondPutReplacesAndOldFilesGo() throws {
    let store = Store()
    var vault = try store.filled()
    try vault.put(Store.alpha, SecretBytes([9]))
    #expect(try vault.get(Store.alpha).copy() == [9])
    #expect(try store.files.list(Store.directory + "/records").count == 3)
    try vault.remove(Store.alpha)
    #expect(throws: VaultError.notFound(Store.alpha)) { try vault.get(Store.alpha) }
    #expect(throws: VaultError.notFound(Store.alpha)) { try vault.remove(Store.alpha) }
    var again = try store.open()
    #expect(again.names(of: "service:remote-hcl") == ["beta"])
    #expect(again.takeFindings().isEmpty)
  }

  @Test func nothingOnTheDiskShowsASecretOrAName() throws {
    let store = Store()
    var vault = try store.open()
    try vault.put(SecretName(owner: "admin", name: "hypervisor-password"), SecretBytes(Array("correct horse battery".utf8)))
    for (path, bytes) in try store.allFiles() {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.contains("correct horse") && !text.contains("hypervisor-password"), "\(path)")
      #expect(try store.files.info(path)?.mode == 0o600)
    }
    let secret = SecretBytes(Array("correct horse".utf8))
    #expect("\(secret) \(String(reflecting: secret))".contains("horse") == false)
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(!dumped.contains("99"))
  }

  @Test func limitsAreHeldTo() throws {
    var vault = try Store().open()
    try vault.put(Store.alpha, SecretBytes([UInt8](repeating: 7, count: SecretVault.largestSecret)))
    #expect(throws: VaultError.tooLarge(limit: 65_536)) { try vault.put(Store.alpha, SecretBytes([UInt8](repeating: 7, count: 65_537))) }
    try vault.put(Store.beta, SecretBytes([UInt8]()))
    #expect(try vault.get(Store.beta).count == 0)
    for name in ["", "a b", "a\nb", "ü", String(repeating: "x", count: 129)] {
      #expect(throws: VaultError.self) { try vault.put(SecretName(owner: "admin", name: name), SecretBytes([1])) }
    }
  }

  @Test func aFullDiskRefusesAndKeepsTheOldSecret() throws {
    let store = Store()
    var vault = try store.filled()
    store.files.setCapacity(0)
    #expect(throws: VaultError.self) { try vault.put(Store.alpha, SecretBytes([9])) }
    #expect(throws: VaultError.self) { try vault.rotateDataKey() }
    #expect(throws: VaultError.self) { try vault.rotateRootKey() }
    #expect(try vault.text(Store.alpha) == "one")
    var again = try store.open()
    #expect(try again.text(Store.alpha) == "one")
    store.files.setCapacity(.max)
    try again.put(Store.alpha, SecretBytes([9]))
    var last = try store.open()
    #expect(try last.get(Store.alpha).copy() == [9])
    #expect(last.takeFindings().isEmpty)
  }

  @Test func rotationKeepsEverySecretAndForgetsTheOldKeys() throws {
    let store = Store()
    var vault = try store.filled()
    let before = try store.allFiles()
    let dataKey = vault.dataKeyID
    #expect(try vault.rotateDataKey() == 3)
    try vault.rotateRootKey()
    #expect(vault.dataKeyID != dataKey)
    let after = try store.allFiles()
    #expect(after[Store.directory + "/root.key"] != before[Store.directory + "/root.key"])
    #expect(after.keys.count == before.keys.count)
    for var open in [vault, try store.open()] {
      #expect(try open.text(Store.alpha) == "one")
      #expect(try open.text(Store.beta) == "two")
      #expect(try open.text(Store.gamma) == "three")
      #expect(open.takeFindings().isEmpty)
    }
    // The new state does not open with the old root key.
    try store.files.replace(Store.directory + "/root.key", with: try #require(before[Store.directory + "/root.key"]), mode: 0o600, step: "test")
    #expect(throws: VaultError.wrongRootKey(path: Store.directory + "/root.key")) { try store.open() }
  }
}

@Suite struct RootKeyTests {
  private let hex = String(repeating: "0f", count: 32)

  @Test func theCredentialGoesFirstThenTheFileThenItsOwn() throws {
    let store = Store()
    try store.files.makeDirectory("/run/credentials", mode: 0o700)
    try store.files.makeDirectory("/etc", mode: 0o755)
    try store.files.replace("/etc/root.key", with: Array((hex + "\n").utf8), mode: 0o600, step: "test")
    // systemd's credentials may show group bits: they are an access list's mask.
    try store.files.replace("/run/credentials/connectord.root-key", with: [UInt8](repeating: 15, count: 32), mode: 0o440, step: "test")
    let both = RootKeyPlaces(credentialsDirectory: "/run/credentials", configuredFile: "/etc/root.key")
    var first = try store.open(both)
    #expect(first.rootKeyOrigin == .credential)
    try first.put(Store.alpha, SecretBytes([1]))
    // The same key in its hexadecimal form opens the same vault.
    var second = try store.open(RootKeyPlaces(credentialsDirectory: "/run/nothing", configuredFile: "/etc/root.key"))
    #expect(second.rootKeyOrigin == .configuredFile)
    #expect(try second.get(Store.alpha).copy() == [1])
    #expect(throws: VaultError.rootKeyNotOurs(path: "/run/credentials/connectord.root-key")) { try first.rotateRootKey() }
    #expect(try Store().open().rootKeyOrigin == .ownFile)
  }

  @Test func aNewCredentialWithTheOldOneBesideItSealsAnew() throws {
    let store = Store()
    let places = RootKeyPlaces(credentialsDirectory: "/run/credentials")
    try store.files.makeDirectory("/run/credentials", mode: 0o700)
    func set(_ name: String, _ byte: UInt8) throws {
      try store.files.replace("/run/credentials/" + name, with: [UInt8](repeating: byte, count: 32), mode: 0o400, step: "test")
    }
    try set("connectord.root-key", 1)
    var vault = try store.open(places)
    try vault.put(Store.alpha, SecretBytes([1]))
    try set("connectord.root-key", 2)
    #expect(throws: VaultError.wrongRootKey(path: "/run/credentials/connectord.root-key")) { try store.open(places) }
    try set("connectord.root-key.old", 1)
    _ = try store.open(places)
    try store.files.remove("/run/credentials/connectord.root-key.old")
    var after = try store.open(places)
    #expect(try after.get(Store.alpha).copy() == [1])
    #expect(after.takeFindings().isEmpty)
  }

  @Test(arguments: [UInt32(0o644), 0o640, 0o660, 0o604, 0o601])
  func aFileThatOthersReachIsRefused(mode: UInt32) throws {
    let store = Store()
    try store.files.makeDirectory("/etc", mode: 0o755)
    try store.files.replace("/etc/root.key", with: Array(hex.utf8), mode: mode, step: "test")
    #expect(throws: VaultError.rootKeyExposed(path: "/etc/root.key", mode: mode)) { try store.open(RootKeyPlaces(configuredFile: "/etc/root.key")) }
  }

  @Test func missingAndMalformedKeysAreNamed() throws {
    let store = Store()
    try store.files.makeDirectory("/etc", mode: 0o755)
    let places = RootKeyPlaces(configuredFile: "/etc/root.key")
    #expect(throws: VaultError.rootKeyMissing(path: "/etc/root.key")) { try store.open(places) }
    for text in ["", "short", hex.dropLast() + "g", hex + "\n\n", hex + "0"] {
      try store.files.replace("/etc/root.key", with: Array(text.utf8), mode: 0o600, step: "test")
      #expect(throws: VaultError.rootKeyMalformed(path: "/etc/root.key")) { try store.open(places) }
    }
  }

  @Test func aLostKeyIsNotReplacedWhileThereAreSecrets() throws {
    let store = Store()
    _ = try store.filled()
    let before = try store.allFiles()
    try store.files.remove(Store.directory + "/root.key")
    #expect(throws: VaultError.rootKeyMissing(path: Store.directory + "/root.key")) { try store.open() }
    try store.restore(before)
    var vault = try store.open()
    #expect(try vault.text(Store.alpha) == "one")
  }
}
