package import StrictJSON
package import TUF
package import World

/// The keys of one role: who may sign, how many must, and who does.
package struct RoleDraft: Sendable {
  package var keys: [SigningKey]
  package var threshold: Int64
  /// Who signs the next version; nil for all of `keys`.
  package var signers: [SigningKey]?

  package init(keys: [SigningKey], threshold: Int64 = 1, signers: [SigningKey]? = nil) {
    self.keys = keys
    self.threshold = threshold
    self.signers = signers
  }

  var listed: [ExactText: JSONValue] { ["keyids": .array(keys.map { .text($0.keyID) }), "threshold": .integer(threshold)] }
}

/// A target as it is listed.
package struct TargetDraft: Sendable {
  package var length: Int64
  package var hashes: [HashAlgorithm: [UInt8]]
  package var custom: JSONValue?

  package init(_ bytes: [UInt8], algorithms: Set<HashAlgorithm> = [.sha256], custom: JSONValue? = nil) {
    length = Int64(bytes.count)
    hashes = [:]
    for algorithm in algorithms { hashes[algorithm] = Digests.of(bytes, algorithm) }
    self.custom = custom
  }

  /// Of a file that is too large to be in memory.
  ///
  /// - Parameter sha256: 32 bytes.
  package init(length: Int64, sha256: [UInt8], custom: JSONValue? = nil) {
    self.length = length
    hashes = [.sha256: sha256]
    self.custom = custom
  }

  var listed: JSONValue {
    var value: JSONValue = ["length": .integer(length), "hashes": listHashes(hashes)]
    value["custom"] = custom
    return value
  }
}

func listHashes(_ hashes: [HashAlgorithm: [UInt8]]) -> JSONValue {
  .object(Dictionary(uniqueKeysWithValues: hashes.map { (ExactText($0.key.rawValue), .text(hex($0.value))) }))
}

/// A delegation to one role.
package struct DelegationDraft: Sendable {
  package enum Paths: Sendable {
    case patterns([String])
    case hashPrefixes([String])
  }

  package var name: ExactText
  package var role: RoleDraft
  package var isTerminating: Bool
  package var paths: Paths

  package init(_ name: ExactText, _ role: RoleDraft, paths: Paths = .patterns(["*"]), isTerminating: Bool = false) {
    self.name = name
    self.role = role
    self.paths = paths
    self.isTerminating = isTerminating
  }

  var listed: JSONValue {
    var members = role.listed
    members["name"] = .text(name)
    members["terminating"] = .bool(isTerminating)
    switch paths {
    case .patterns(let list): members["paths"] = .array(list.map { .text($0) })
    case .hashPrefixes(let list): members["path_hash_prefixes"] = .array(list.map { .text($0) })
    }
    return .object(members)
  }
}

/// Delegations of one role: to named roles, or to bins.
package enum DelegationsDraft: Sendable {
  case roles([DelegationDraft])
  case bins(RoleDraft, bits: Int, prefix: ExactText)

  /// The draft's keys for the delegated role `name`; nil when it is not delegated here.
  func role(_ name: ExactText) -> RoleDraft? {
    switch self {
    case .roles(let list): list.first { $0.name == name }?.role
    case .bins(let role, let bits, let prefix): binNames(bits: bits, prefix: prefix).contains(name) ? role : nil
    }
  }

  var listed: JSONValue {
    switch self {
    case .roles(let list):
      return ["keys": listKeys(list.flatMap(\.role.keys)), "roles": .array(list.map(\.listed))]
    case .bins(let role, let bits, let prefix):
      var members = role.listed
      members["bit_length"] = .integer(Int64(bits))
      members["name_prefix"] = .text(prefix)
      return ["keys": listKeys(role.keys), "succinct_roles": .object(members)]
    }
  }
}

/// The names of all bins, in order; `bits` from 1 to 16 here, or there would be too many to make.
package func binNames(bits: Int, prefix: ExactText) -> [ExactText] {
  (0..<UInt32(1) << UInt32(min(max(bits, 1), 16))).map { HashBins.name(prefix, bits: bits, number: $0) }
}

func listKeys(_ keys: [SigningKey]) -> JSONValue {
  .object(Dictionary(keys.map { ($0.keyID, $0.listed) }) { first, _ in first })
}

/// The content of one targets role.
package struct TargetsDraft: Sendable {
  package var version: Int64 = 1
  package var expires: WallTime
  package var targets: [ExactText: TargetDraft] = [:]
  package var delegations: DelegationsDraft?

  package init(expires: WallTime) { self.expires = expires }
}
