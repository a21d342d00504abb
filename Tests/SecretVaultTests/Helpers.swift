import SecretVault
import SimulatedWorld
import Testing
import World

/// A vault on a disk in memory, with three secrets of two owners.
struct Store {
  static let directory = "/state/credential-provider"
  static let alpha = SecretName(owner: "service:remote-hcl", name: "alpha")
  static let beta = SecretName(owner: "service:remote-hcl", name: "beta")
  static let gamma = SecretName(owner: "admin", name: "gamma")
  let files: MemoryFiles
  let random: SeededRandom

  init(seed: UInt64 = 1) {
    files = MemoryFiles()
    random = SeededRandom(seed: seed)
  }

  func open(_ places: RootKeyPlaces = RootKeyPlaces()) throws(VaultError) -> SecretVault {
    try SecretVault(directory: Self.directory, rootKey: places, files: files, random: random)
  }

  func filled() throws -> SecretVault {
    var vault = try open()
    for (name, text) in [(Self.alpha, "one"), (Self.beta, "two"), (Self.gamma, "three")] { try vault.put(name, SecretBytes(Array(text.utf8))) }
    return vault
  }

  /// Every file of the vault with its bytes; what was set aside is not among them.
  func allFiles() throws -> [String: [UInt8]] {
    var out: [String: [UInt8]] = [:]
    for folder in ["", "/records"] {
      for name in try files.list(Self.directory + folder) {
        let path = "\(Self.directory)\(folder)/\(name)"
        if try files.info(path)?.isDirectory == false { out[path] = try files.read(path) }
      }
    }
    return out
  }

  func restore(_ saved: [String: [UInt8]]) throws {
    for path in try allFiles().keys where saved[path] == nil { try files.remove(path) }
    for (path, bytes) in saved { try files.replace(path, with: bytes, mode: 0o600, step: "test") }
  }

  func record(_ name: SecretName, version: Int) throws -> String {
    let folder = Self.directory + "/records"
    // Ids are random, so a record is told by the order in which they were stored.
    let index = [Self.alpha, Self.beta, Self.gamma].firstIndex(of: name)
    let generations = try files.list(folder).map { ($0, try files.read("\(folder)/\($0)")[48..<56].reduce(0) { $0 << 8 | Int($1) }) }
    let sorted = generations.sorted { $0.1 < $1.1 }.map(\.0)
    return "\(folder)/\(sorted[try #require(index)])"
  }
}

extension SecretVault {
  mutating func text(_ name: SecretName) throws -> String { String(decoding: try get(name).copy(), as: UTF8.self) }
}
