import SecretVault
import SimulatedWorld
import Testing
import World

@Suite struct DamageTests {
  /// Each byte of each file, one at a time: it is found, nothing crashes, and no wrong secret ever comes out.
  @Test func everyFlippedByteIsFound() throws {
    let store = Store()
    _ = try store.filled()
    let good = try store.allFiles()
    var flips = 0
    for (path, bytes) in good {
      for offset in bytes.indices {
        store.files.corrupt(path, byte: offset)
        flips += 1
        do throws(VaultError) {
          var vault = try store.open()
          let findings = vault.takeFindings()
          #expect(findings.count == 1, "\(path) byte \(offset): \(findings)")
          #expect(
            findings.first.map { $0.damage == .altered || $0.damage == .swapped || $0.damage == .rolledBack || $0.damage == .truncated } == true)
          var lost = 0
          for (name, text) in [(Store.alpha, "one"), (Store.beta, "two"), (Store.gamma, "three")] {
            if let found = try? vault.text(name) { #expect(found == text) } else { lost += 1 }
          }
          #expect(lost == (path.contains("/records/") ? 1 : 0), "\(path) byte \(offset)")
          // A second opening has nothing left to report.
          if flips.isMultiple(of: 16) {
            var again = try store.open()
            #expect(again.takeFindings().isEmpty)
          }
        } catch {
          #expect(path.hasSuffix("/root.key"), "\(path) byte \(offset): \(error)")
          #expect(error == .wrongRootKey(path: path))
        }
        try store.restore(good)
      }
    }
    #expect(flips > 1000)
  }

  @Test func everyTruncationIsFound() throws {
    let store = Store()
    _ = try store.filled()
    let good = try store.allFiles()
    for (path, bytes) in good {
      for size in stride(from: 0, to: bytes.count, by: 7) {
        store.files.truncate(path, to: size)
        do throws(VaultError) {
          var vault = try store.open()
          let findings = vault.takeFindings()
          #expect(findings.count == 1 && !path.hasSuffix("/root.key"), "\(path) cut to \(size): \(findings)")
          if path.contains("/records/") { #expect(findings.first?.damage == .truncated) }
        } catch {
          #expect(error == .rootKeyMalformed(path: path))
        }
        try store.restore(good)
      }
    }
  }

  @Test func aSwappedRecordIsNamed() throws {
    let store = Store()
    _ = try store.filled()
    let (alpha, beta) = (try store.record(Store.alpha, version: 1), try store.record(Store.beta, version: 1))
    let (a, b) = (try store.files.read(alpha), try store.files.read(beta))
    try store.files.replace(alpha, with: b, mode: 0o600, step: "test")
    try store.files.replace(beta, with: a, mode: 0o600, step: "test")
    var vault = try store.open()
    #expect(vault.takeFindings().map { "\($0.subject) \($0.damage)" } == ["secret \(Store.alpha) swapped", "secret \(Store.beta) swapped"])
    #expect(throws: VaultError.damaged(Store.alpha, .swapped)) { try vault.get(Store.alpha) }
    #expect(try vault.text(Store.gamma) == "three")
    #expect(try store.files.list(Store.directory + "/damaged").count == 2)
    // Stored anew it is well again.
    try vault.put(Store.alpha, SecretBytes([1]))
    #expect(vault.damaged == [Store.beta])
    #expect(try vault.get(Store.alpha).copy() == [1])
  }

  @Test func aRolledBackRecordIsNamed() throws {
    let store = Store()
    var vault = try store.filled()
    let old = try store.files.read(try store.record(Store.alpha, version: 1))
    let others = try Set(store.files.list(Store.directory + "/records"))
    try vault.put(Store.alpha, SecretBytes([9]))
    let new = try #require(try store.files.list(Store.directory + "/records").first { !others.contains($0) })
    try store.files.replace("\(Store.directory)/records/\(new)", with: old, mode: 0o600, step: "test")
    // Found when it is read, too, not only when the vault is opened.
    #expect(throws: VaultError.damaged(Store.alpha, .rolledBack)) { try vault.get(Store.alpha) }
    #expect(vault.takeFindings().map(\.damage) == [.rolledBack])
  }

  @Test(arguments: ["a", "b"])
  func aRolledBackOrMissingManifestCopyIsNamedAndMadeGood(copy: String) throws {
    let store = Store()
    var vault = try store.filled()
    let path = "\(Store.directory)/manifest.\(copy)"
    let old = try store.files.read(path)
    try vault.put(Store.alpha, SecretBytes([8]))
    try vault.put(Store.alpha, SecretBytes([9]))
    try store.files.replace(path, with: old, mode: 0o600, step: "test")
    var second = try store.open()
    #expect(second.takeFindings() == [VaultFinding(subject: .manifestCopy(copy), damage: .rolledBack, movedTo: nil)])
    #expect(try second.get(Store.alpha).copy() == [9])
    try store.files.remove(path)
    var third = try store.open()
    #expect(third.takeFindings().map(\.damage) == [.missing])
    var fourth = try store.open()
    #expect(fourth.takeFindings().isEmpty)
  }

  @Test func bothManifestsRolledBackShowByTheRecords() throws {
    let store = Store()
    var vault = try store.filled()
    let old = try store.allFiles().filter { $0.key.contains("manifest") }
    try vault.put(Store.alpha, SecretBytes([8]))
    try vault.put(Store.alpha, SecretBytes([9]))
    for (path, bytes) in old { try store.files.replace(path, with: bytes, mode: 0o600, step: "test") }
    var again = try store.open()
    #expect(Set(again.takeFindings().map(\.damage)) == [.newerThanManifest, .missing])
    #expect(throws: VaultError.damaged(Store.alpha, .missing)) { try again.get(Store.alpha) }
    #expect(try again.text(Store.beta) == "two")
  }

  @Test func withoutAnyManifestAllIsSetAsideAndTheVaultStartsEmpty() throws {
    let store = Store()
    _ = try store.filled()
    for copy in ["a", "b"] { store.files.corrupt("\(Store.directory)/manifest.\(copy)", byte: 40) }
    var vault = try store.open()
    #expect(vault.takeFindings().map(\.subject) == [.manifest])
    #expect(vault.count == 0)
    #expect(try store.files.list(Store.directory + "/damaged").count == 5)
    try vault.put(Store.alpha, SecretBytes([1]))
    var again = try store.open()
    #expect(try again.get(Store.alpha).copy() == [1])
  }

  @Test func aDiskThatCannotBeReadIsNotDamage() throws {
    let store = Store()
    var vault = try store.filled()
    let path = try store.record(Store.alpha, version: 1)
    store.files.fail(.read, at: path)
    #expect(throws: VaultError.self) { try store.open() }
    #expect(throws: VaultError.storage(FileError(.other, path, "read: injected failure"))) { try vault.get(Store.alpha) }
    store.files.healFailures()
    #expect(try vault.text(Store.alpha) == "one")
    #expect(vault.takeFindings().isEmpty)
  }

  /// Deterministic garbage in place of each file: an error or a finding, never a crash.
  @Test func garbageIsRefused() throws {
    let store = Store()
    _ = try store.filled()
    let good = try store.allFiles()
    let random = SeededRandom(seed: 7)
    for path in good.keys.sorted() {
      for size in [0, 1, 23, 24, 52, 63, 64, 92, 200, 5000] {
        try store.files.replace(path, with: random.bytes(size), mode: 0o600, step: "test")
        do throws(VaultError) {
          var vault = try store.open()
          #expect(vault.takeFindings().count == 1, "\(path) \(size)")
        } catch {
          #expect(path.hasSuffix("root.key"), "\(path) \(size): \(error)")
        }
        try store.restore(good)
      }
    }
  }
}
