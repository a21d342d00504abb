import StrictJSON
package import TrustCheckers
import World

/// Who is told what a client does, as it does it. Nothing is counted or hashed for it where nobody listens.
package typealias TrustObserver = @Sendable (TrustFact) -> Void

/// How many different keys of a role signed something, counted until there were enough.
package struct SignatureCount: Hashable, Sendable {
  package var valid = 0
  package var needed: Int64 = 0
}

extension TrustFact.Signed {
  init(_ count: SignatureCount) { self.init(valid: count.valid, needed: count.needed) }
}

extension TrustFact.Content {
  /// Of bytes that are there, with every function that `listed` names, and SHA-256.
  init(of bytes: [UInt8], as listed: ContentCheck?) {
    let algorithms = (listed?.algorithms ?? []).union([.sha256])
    let digests = algorithms.map { ($0.rawValue, Hex.encode(Digests.of(bytes, $0))) }
    self.init(length: Int64(bytes.count), digests: Dictionary(digests) { first, _ in first })
  }

  /// As metadata lists it, by the functions that are known here.
  init(listed check: ContentCheck) {
    self.init(
      length: check.length, digests: check.hashes.map { Dictionary($0.map { ($0.algorithm.rawValue, Hex.encode($0.value)) }) { _, last in last } })
  }

  /// What was counted of an artifact on its way.
  init(counted digest: RunningDigest, _ algorithms: Set<HashAlgorithm>) {
    let digests = algorithms.compactMap { algorithm in digest.value(algorithm).map { (algorithm.rawValue, Hex.encode($0)) } }
    self.init(length: digest.count, digests: Dictionary(digests) { first, _ in first })
  }
}

extension TrustFact.Target {
  package init(_ target: TargetFile, version: Int64? = nil) {
    self.init(
      Quoting.fileName(target.path), role: version == nil ? nil : Quoting.fileName(target.role), roleVersion: version,
      content: TrustFact.Content(listed: target.content))
  }

  init(_ path: ExactText, counted digest: RunningDigest, _ algorithms: Set<HashAlgorithm>) {
    self.init(Quoting.fileName(path), content: TrustFact.Content(counted: digest, algorithms))
  }
}

extension TrustFact.Root {
  init(_ root: RootRole) {
    self.init(
      version: root.version, expires: root.expires, own: TrustFact.Signed(root.signed), before: root.signedBefore.map { TrustFact.Signed($0) },
      rotated: root.rotated.map { Quoting.fileName($0) })
  }
}

extension TrustFact.Role {
  /// How many entries of a snapshot are told. A repository of hash bins has thousands, and a trail is small.
  private static let most = 64

  init(_ timestamp: TimestampRole, _ use: Use, _ bytes: [UInt8], in set: TrustedSet) {
    self.init(
      "timestamp", version: timestamp.version, expires: timestamp.expires, use: use, signed: TrustFact.Signed(timestamp.signed), by: "root",
      byVersion: set.root.version, content: TrustFact.Content(of: bytes, as: nil), lists: ["snapshot": TrustFact.Listed(timestamp.snapshot)])
  }

  init(_ snapshot: SnapshotRole, _ use: Use, _ bytes: [UInt8], in set: TrustedSet) {
    let listed = snapshot.meta.count <= Self.most ? snapshot.meta : snapshot.meta.filter { $0.key == "targets.json" }
    let lists = listed.map { name, file in
      // Every name that is listed ends so; what does not is no role's.
      let role = name.utf8.suffix(5).elementsEqual(".json".utf8) ? ExactText(utf8: Array(name.utf8.dropLast(5))) : name
      return (Quoting.fileName(role), TrustFact.Listed(file))
    }
    self.init(
      "snapshot", version: snapshot.version, expires: snapshot.expires, use: use, signed: TrustFact.Signed(snapshot.signed), by: "root",
      byVersion: set.root.version, content: TrustFact.Content(of: bytes, as: set.timestamp?.snapshot.content),
      lists: Dictionary(lists) { first, _ in first }, listsAll: listed.count == snapshot.meta.count)
  }

  init(_ targets: TargetsRole, _ use: Use, _ bytes: [UInt8], by delegator: ExactText, _ version: Int64, in set: TrustedSet) {
    self.init(
      Quoting.fileName(targets.name), version: targets.version, expires: targets.expires, use: use, signed: TrustFact.Signed(targets.signed),
      by: Quoting.fileName(delegator), byVersion: version,
      content: TrustFact.Content(of: bytes, as: set.snapshot?.file(of: targets.name)?.content))
  }
}

extension TrustFact.Listed {
  init(_ file: MetaFile) { self.init(version: file.version, content: TrustFact.Content(listed: file.content)) }
}
