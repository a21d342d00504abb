import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import World

extension Attack {
  static let sizes: [Attack] = [
    Attack(id: "T5", name: "an endless root", expected: .fetch) { $0.fetcher.fail(MemoryFetcher.metadataURL + "2.root.json", .endless) },
    Attack(id: "T5", name: "an endless timestamp", expected: .fetch) { $0.fetcher.fail(MemoryFetcher.metadataURL + "timestamp.json", .endless) },
    Attack(id: "T5", name: "an endless snapshot", expected: .fetch, moved: ["timestamp": 2], healsOnTop: true) {
      try $0.publish(.snapshot, .timestamp)
      $0.fetcher.fail(MemoryFetcher.metadataURL + "2.snapshot.json", .endless)
    },
    Attack(id: "T5", name: "a snapshot longer than listed", expected: .fetch, moved: ["timestamp": 2], healsOnTop: true, hashes: true) {
      try $0.publish(.snapshot, .timestamp)
      $0.repository.store(.snapshot, 2, ($0.repository.metadata["2.snapshot.json"] ?? []) + [0x20])
      $0.fetcher.serve($0.repository)
    },
    Attack(id: "T5", name: "a root larger than the setting", expected: .fetch) {
      try $0.forge(.root, version: 2) { $0["x"] = .text(String(repeating: "x", count: 4_000)) }
      $0.limits.rootBytes = 3_000
    },
    Attack(id: "T5", name: "a timestamp of nothing but brackets", expected: .malformed) {
      $0.repository.store(.timestamp, 2, Array(repeating: UInt8(ascii: "["), count: 10_000))
      $0.fetcher.serve($0.repository)
    },
    Attack(id: "T5", name: "a snapshot length below zero", expected: .malformed) {
      try $0.forge(.timestamp, version: 2) { $0["meta"]?["snapshot.json"] = ["version": 1, "length": -1] }
    },
  ]

  static let mixes: [Attack] = [
    Attack(id: "T6", name: "a snapshot with another hash than listed", expected: .wrongHash, moved: ["timestamp": 2], healsOnTop: true, hashes: true)
    {
      try $0.publish(.snapshot, .timestamp)
      // As long as the listed one.
      var bytes = $0.repository.metadata["2.snapshot.json"] ?? []
      bytes[bytes.count - 1] = 0x20
      $0.repository.store(.snapshot, 2, bytes)
      $0.fetcher.serve($0.repository)
    },
    Attack(id: "T6", name: "another snapshot version than listed", expected: .wrongVersion, moved: ["timestamp": 2], healsOnTop: true) {
      try $0.publish(.snapshot, .timestamp)
      $0.repository.store(.snapshot, 2, $0.repository.metadata["1.snapshot.json"] ?? [])
      $0.fetcher.serve($0.repository)
    },
    Attack(id: "T6", name: "other targets than listed", expected: .wrongVersion, moved: ["snapshot": 2, "timestamp": 2], healsOnTop: true) {
      try $0.publish(.targets, .snapshot, .timestamp)
      $0.repository.store(.targets, 2, $0.repository.metadata["1.targets.json"] ?? [])
      $0.fetcher.serve($0.repository)
    },
    Attack(
      id: "T6", name: "targets with another hash than listed", expected: .wrongHash, moved: ["snapshot": 2, "timestamp": 2], healsOnTop: true,
      hashes: true
    ) {
      try $0.publish(.targets, .snapshot, .timestamp)
      var bytes = $0.repository.metadata["2.targets.json"] ?? []
      bytes[bytes.count - 1] = 0x20
      $0.repository.store(.targets, 2, bytes)
      $0.fetcher.serve($0.repository)
    },
    Attack(id: "T6", name: "hashes of no known function", expected: .wrongHash, moved: ["timestamp": 2], healsOnTop: true) {
      $0.repository.timestampMeta = ["version": 2, "hashes": ["unknown": "00"]]
      try $0.publish(.timestamp)
      try $0.forge(.snapshot, version: 2)
      $0.repository.versions[.snapshot] = 2
    },
  ]

  static let faults: [Attack] = [
    Attack(id: "T9", name: "no timestamp", expected: .fetch) { $0.fetcher.put(MemoryFetcher.metadataURL + "timestamp.json", nil) },
    Attack(id: "T9", name: "no snapshot", expected: .fetch, moved: ["timestamp": 2], healsOnTop: true) {
      try $0.publish(.snapshot, .timestamp)
      $0.fetcher.put(MemoryFetcher.metadataURL + "2.snapshot.json", nil)
    },
    Attack(id: "T9", name: "no targets", expected: .fetch, moved: ["snapshot": 2, "timestamp": 2], healsOnTop: true) {
      try $0.list(.targets, version: 2)
      $0.repository.snapshotMeta["targets.json"] = ["version": 1]
      $0.repository.targets[.targets]?.version = 2
    },
    Attack(id: "T9", name: "a server that fails for the root", expected: .fetch) {
      $0.fetcher.fail(MemoryFetcher.metadataURL + "2.root.json", .status(500))
    },
    Attack(id: "T9", name: "a server out of reach", expected: .fetch) { $0.fetcher.fail(MemoryFetcher.metadataURL + "2.root.json", .unreachable) },
    Attack(id: "T9", name: "a timestamp cut off", expected: .fetch) {
      $0.fetcher.fail(MemoryFetcher.metadataURL + "timestamp.json", .cut(after: 100))
    },
    Attack(id: "T9", name: "a full disk", expected: .disk) {
      try $0.publish(.targets, .snapshot, .timestamp)
      $0.files.fail(.replace, with: .noSpace, times: 1)
    },
    Attack(id: "T1", name: "a root that may not be shown ends the chain", expected: nil) {
      $0.fetcher.fail(MemoryFetcher.metadataURL + "2.root.json", .status(403))
    },
  ]
}
