import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import World

extension Attack {
  static let all: [Attack] = roots + rollbacks + expiries + sizes + mixes + faults

  static let roots: [Attack] = [
    Attack(id: "T2", name: "a root signed by its own new key only", expected: .notSigned) {
      $0.repository.roles[.root] = RoleDraft(keys: [Scene.key(20)])
      try $0.publish(.root)
    },
    Attack(id: "T2", name: "a root signed by the old key only", expected: .notSigned) {
      $0.repository.roles[.root] = RoleDraft(keys: [Scene.key(20)], signers: [Scene.key(1)])
      try $0.publish(.root)
    },
    Attack(id: "T2", name: "a root that skips a version", expected: .wrongVersion) {
      try $0.forge(.root, version: 3)
      $0.repository.store(.root, 2, $0.repository.metadata["3.root.json"] ?? [])
      $0.fetcher.serve($0.repository)
    },
    Attack(id: "T2", name: "the same root again as the next", expected: .wrongVersion) {
      $0.repository.store(.root, 2, $0.repository.metadata["1.root.json"] ?? [])
      $0.fetcher.serve($0.repository)
    },
    Attack(id: "T2", name: "a root without signatures", expected: .notSigned) { try $0.forge(.root, version: 2, keys: []) },
    Attack(id: "T2", name: "a timestamp that asks to be a root", expected: .wrongRole) {
      $0.repository.store(.root, 2, try SigningKey.sign($0.repository.signed(.timestamp), with: [Scene.key(1)]))
      $0.fetcher.serve($0.repository)
    },
    Attack(
      id: "T2", name: "one key under many ids to reach a threshold", expected: .notSigned, moved: ["root": 2, "timestamp": 2], gone: ["snapshot"],
      healsOnTop: true
    ) {
      let key = Scene.key(3)
      try $0.forge(.root, version: 2) { root in
        for n in 0..<3 { root["keys"]?[ExactText("id\(n)")] = key.listed }
        root["roles"]?["snapshot"] = ["keyids": ["id0", "id1", "id2"], "threshold": 2]
      }
      $0.repository.versions[.root] = 2
      var snapshot = $0.repository.signed(.snapshot)
      snapshot["version"] = 2
      let signature = JSONValue.text(hexText(try key.signature(snapshot.canonical)))
      let signatures = (0..<3).map { n -> JSONValue in ["keyid": .text("id\(n)"), "sig": signature] }
      $0.repository.store(.snapshot, 2, (["signatures": .array(signatures), "signed": snapshot] as JSONValue).document)
      $0.repository.timestampMeta = ["version": 2]
      try $0.publish(.timestamp)
      $0.repository.versions[.snapshot] = 2
    },
    Attack(id: "T2", name: "a signature given twice", expected: .malformed, moved: ["timestamp": 2], healsOnTop: true) {
      try $0.publish(.snapshot, .timestamp)
      let signed = $0.repository.signed(.snapshot)
      $0.repository.store(.snapshot, 2, try SigningKey.sign(signed, with: [Scene.key(3), Scene.key(3)]))
      $0.fetcher.serve($0.repository)
    },
    Attack(id: "T2", name: "a role that lists a key id twice", expected: .malformed) {
      try $0.forge(.root, version: 2) { root in
        let id = JSONValue.text(Scene.key(3).keyID)
        root["roles"]?["snapshot"] = ["keyids": .array([id, id]), "threshold": 2]
      }
    },
    Attack(id: "T1", name: "a timestamp of a stranger", expected: .notSigned) { try $0.forge(.timestamp, version: 2, keys: [Scene.key(30)]) },
    Attack(id: "T1", name: "targets of a stranger", expected: .notSigned, moved: ["timestamp": 2, "snapshot": 2], healsOnTop: true) {
      try $0.publish(.targets, .snapshot, .timestamp)
      try $0.forge(.targets, version: 2, keys: [Scene.key(30)])
    },
    Attack(id: "T1", name: "a snapshot that says it is a timestamp", expected: .wrongRole) {
      try $0.forge(.timestamp, version: 2) { $0["_type"] = "snapshot" }
    },
  ]

  static let rollbacks: [Attack] = [
    Attack(id: "T3", name: "an older timestamp", expected: .rollback, moved: ["timestamp": 2], healsOnTop: true) {
      let old = $0.repository.metadata["timestamp.json"]
      try $0.publish(.timestamp)
      try $0.files.replace($0.store.path(.timestamp), with: $0.repository.metadata["timestamp.json"] ?? [], mode: 0o644, step: "test")
      $0.fetcher.put(MemoryFetcher.metadataURL + "timestamp.json", old)
    },
    Attack(id: "T3", name: "a timestamp that lists an older snapshot", expected: .rollback, moved: ["snapshot": 2, "timestamp": 2], healsOnTop: true)
    {
      try $0.publish(.snapshot, .timestamp)
      try $0.adopt(.snapshot, "2.snapshot.json")
      try $0.adopt(.timestamp, "timestamp.json")
      $0.repository.timestampMeta = ["version": 1]
      try $0.publish(.timestamp)
      $0.repository.versions[.snapshot] = 2
      $0.repository.timestampMeta = ["version": 2]
    },
    Attack(
      id: "T3", name: "a snapshot that lists older targets", expected: .rollback, moved: ["snapshot": 2, "targets": 2, "timestamp": 3],
      healsOnTop: true
    ) {
      try $0.publish(.targets, .snapshot, .timestamp)
      for (role, file) in [(ExactText.snapshot, "2.snapshot.json"), (.targets, "2.targets.json"), (.timestamp, "timestamp.json")] {
        try $0.adopt(role, file)
      }
      try $0.list(.targets, version: 1)
      $0.repository.snapshotMeta["targets.json"] = ["version": 2]
    },
    Attack(id: "T3", name: "a snapshot that forgets a role", expected: .disappeared, moved: ["snapshot": 2, "timestamp": 3], healsOnTop: true) {
      $0.repository.snapshotMeta["extra.json"] = ["version": 1]
      try $0.publish(.snapshot, .timestamp)
      try $0.adopt(.snapshot, "2.snapshot.json")
      try $0.adopt(.timestamp, "timestamp.json")
      $0.repository.snapshotMeta["extra.json"] = nil
      try $0.publish(.snapshot, .timestamp)
      $0.repository.snapshotMeta["extra.json"] = ["version": 1]
    },
  ]

  static let expiries: [Attack] = [
    Attack(id: "T4", name: "an expired root is kept but nothing is done with it", expected: .frozen, moved: ["root": 2], healsOnTop: true) {
      $0.repository.expires[.root] = Scene.start + .seconds(-1)
      try $0.publish(.root, .targets, .snapshot, .timestamp)
      $0.repository.expires[.root] = Scene.expires
    },
    Attack(id: "T4", name: "an expired timestamp", expected: .frozen) { try $0.forge(.timestamp, version: 2) { $0["expires"] = Scene.past } },
    Attack(id: "T4", name: "a timestamp that expires just now", expected: .frozen) {
      try $0.forge(.timestamp, version: 2) { $0["expires"] = .text(Scene.start.iso8601(fraction: 0)) }
    },
    Attack(id: "T4", name: "an expired snapshot", expected: .frozen, moved: ["timestamp": 2], healsOnTop: true) {
      try $0.publish(.snapshot, .timestamp)
      try $0.forge(.snapshot, version: 2) { $0["expires"] = Scene.past }
    },
    Attack(id: "T4", name: "expired targets", expected: .frozen, moved: ["snapshot": 2, "timestamp": 2], healsOnTop: true) {
      try $0.publish(.targets, .snapshot, .timestamp)
      try $0.forge(.targets, version: 2) { $0["expires"] = Scene.past }
    },
    Attack(id: "T4", name: "the repository stands still until its timestamp expires", expected: .frozen) { $0.start = Scene.expires },
  ]
}

extension Scene {
  /// Puts a published file where the client would have it after a refresh.
  mutating func adopt(_ role: ExactText, _ file: String) throws {
    try files.replace(store.path(role), with: repository.metadata[file] ?? [], mode: 0o644, step: "test")
  }
}

func hexText(_ bytes: [UInt8]) -> String { Hex.encode(bytes) }
