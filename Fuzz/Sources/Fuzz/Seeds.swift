import Crypto
import Glibc
import Releases
import StrictJSON
import TUF
import TUFRepository
import World

/// Good inputs to begin with: from these the fuzzer finds its way faster than from nothing.
enum Seeds {
  /// 0, or 73 when the folder cannot be written.
  static func write(_ target: FuzzTarget, into folder: String) -> Int32 {
    for (number, bytes) in samples(target).enumerated() {
      guard let file = fopen("\(folder)/seed-\(number)", "w") else {
        perror("\(folder)/seed-\(number)")
        return 73
      }
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
    }
    return 0
  }

  private static func samples(_ target: FuzzTarget) -> [[UInt8]] {
    switch target {
    case .metadata: metadata()
    case .pathPattern: ["a/*\na/b", "[b-d]?.zip\nbc.zip", "*-*/?[!x]\nfoo-bar/yz", "[]\n]"].map { Array($0.utf8) }
    case .manifest: [manifest().json]
    case .bundle: [bundle()]
    case .nfuse: BrokerSeeds.nfuse
    case .sta: BrokerSeeds.sta
    case .planted: []
    }
  }

  private static func metadata() -> [[UInt8]] {
    var keys: [ExactText: SigningKey] = [:]
    for (number, role) in [ExactText.root, .timestamp, .snapshot, .targets].enumerated() {
      keys[role] = SigningKey.ed25519(seed: Array(repeating: UInt8(number), count: 32))
    }
    var repository = Repository(keys: keys, expires: WallTime(seconds: 1_900_000_000))
    repository.addTarget("one.txt", Array("the first target".utf8))
    guard (try? repository.publishAll()) != nil else { return [] }
    return repository.metadata.sorted { $0.key < $1.key }.map(\.value)
  }

  private static let contents: [(String, [UInt8])] = [
    ("bin/connectord", Array("program".utf8)), ("etc/defaults.yaml", Array("defaults\n".utf8)), ("lib/empty", []),
  ]

  private static func manifest() -> ReleaseManifest {
    ReleaseManifest(
      version: ReleaseVersion(4, 1, 0, 0), bootstrapper: ReleaseVersion(1, 0, 0, 0), platform: .current, floors: [ReleaseVersion(4, 0, 0, 0)],
      program: "bin/connectord", defaultConfiguration: "etc/defaults.yaml", stateFormat: 1,
      files: contents.compactMap { path, bytes in
        ContentDigest(Hex.encode(SHA256.hash(data: bytes))).map {
          .init(path: path, sha256: $0, length: Int64(bytes.count), mode: path.hasPrefix("bin/") ? 0o755 : 0o644)
        }
      })
  }

  private static func bundle() -> [UInt8] {
    ([(ReleaseManifest.fileName, manifest().json)] + contents).flatMap(entry) + [UInt8](repeating: 0, count: 1_024)
  }

  /// One file as POSIX ustar has it.
  private static func entry(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ at: Int) { for (offset, byte) in text.utf8.enumerated() { header[at + offset] = byte } }
    func octal(_ number: Int, _ width: Int) -> String {
      let digits = String(number, radix: 8)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    put(name, 0)
    for (at, number, width) in [(100, 0o644, 7), (108, 0, 7), (116, 0, 7), (124, bytes.count, 11), (136, 0, 11)] { put(octal(number, width), at) }
    put("0", 156)
    put("ustar", 257)
    put("00", 263)
    put("        ", 148)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6), 148)
    header[154] = 0
    return header + bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
  }
}
