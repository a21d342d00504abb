package import StrictJSON
internal import World

/// To whom a role delegates, and for which paths (section 4.5; TAP 15 for the bins).
package struct Delegations: Sendable {
  package enum Kind: Sendable {
    case roles([DelegatedRole])
    case bins(HashBins)
  }

  package var keys: [ExactText: ListedKey]
  package var kind: Kind

  init(_ view: JSONView) throws(FormError) {
    guard view.isObject else { throw FormError("'delegations' is not an object") }
    keys = try ListedKey.all(view["keys"])
    switch (view["roles"], view["succinct_roles"]) {
    case (let roles?, nil):
      guard roles.isArray else { throw FormError("'roles' of 'delegations' is not a list") }
      var found: [DelegatedRole] = []
      var names: Set<ExactText> = []
      for role in roles.elements {
        let role = try DelegatedRole(role)
        guard names.insert(role.name).inserted else { throw FormError("a delegated role is listed twice") }
        found.append(role)
      }
      kind = .roles(found)
    case (nil, let bins?): kind = .bins(try HashBins(bins))
    default: throw FormError("'delegations' has not exactly one of 'roles' and 'succinct_roles'")
    }
  }

  /// The roles that may speak for `path`, the most trusted first, up to and with the first that ends the search.
  package func roles(for path: ExactText) -> [DelegatedRole] {
    switch kind {
    case .bins(let bins): return [bins.role(for: path)]
    case .roles(let roles):
      var found: [DelegatedRole] = []
      let hash = Digests.sha256(path.utf8)
      for role in roles where role.paths.match(path, hash: hash) {
        found.append(role)
        if role.isTerminating { break }
      }
      return found
    }
  }
}

/// One delegated role.
package struct DelegatedRole: Sendable {
  package enum Paths: Sendable {
    /// Taken apart only when a path is held against them: metadata may list very many.
    case patterns([ExactText])
    /// Beginnings of the hexadecimal SHA-256 of a path.
    case hashPrefixes([ExactText])

    func match(_ path: ExactText, hash: [UInt8]) -> Bool {
      switch self {
      case .patterns(let patterns): return patterns.contains { PathPattern($0).matches(path) }
      case .hashPrefixes(let prefixes):
        let digits = Array(Hex.encode(hash).utf8)
        return prefixes.contains { digits.starts(with: $0.utf8) }
      }
    }

  }

  package var name: ExactText
  package var keys: RoleKeys
  package var isTerminating: Bool
  package var paths: Paths

  init(name: ExactText, keys: RoleKeys, isTerminating: Bool, paths: Paths) {
    self.name = name
    self.keys = keys
    self.isTerminating = isTerminating
    self.paths = paths
  }

  init(_ view: JSONView) throws(FormError) {
    guard let name = view["name"]?.exact, !name.utf8.isEmpty else { throw FormError("a delegated role has no name") }
    // Its metadata would take the place of the top-level role's.
    guard !name.isTopLevel else { throw FormError("a delegated role bears the name of a top-level role, \(name)") }
    guard let terminating = view["terminating"]?.bool else { throw FormError("'terminating' of a delegated role is neither true nor false") }
    keys = try RoleKeys(view)
    self.name = name
    isTerminating = terminating
    switch (view["paths"], view["path_hash_prefixes"]) {
    case (let list?, nil): paths = .patterns(try Self.texts(list))
    case (nil, let list?): paths = .hashPrefixes(try Self.texts(list))
    default: throw FormError("a delegated role has not exactly one of 'paths' and 'path_hash_prefixes'")
    }
  }

  private static func texts(_ view: JSONView) throws(FormError) -> [ExactText] {
    guard view.isArray else { throw FormError("the paths of a delegated role are not a list") }
    var found: [ExactText] = []
    for element in view.elements {
      guard let text = element.exact else { throw FormError("a path of a delegated role is not text") }
      found.append(text)
    }
    return found
  }
}

/// 2^bits roles that share all paths by hash; each ends the search (TAP 15).
package struct HashBins: Sendable {
  package var keys: RoleKeys
  /// From 1 to 32.
  package var bits: Int
  package var prefix: ExactText

  init(_ view: JSONView) throws(FormError) {
    keys = try RoleKeys(view)
    guard let bits = view["bit_length"]?.integer, (1...32).contains(bits) else { throw FormError("'bit_length' is not from 1 to 32") }
    guard let prefix = view["name_prefix"]?.exact else { throw FormError("'name_prefix' is not text") }
    self.bits = Int(bits)
    self.prefix = prefix
  }

  func role(for path: ExactText) -> DelegatedRole {
    let number = Digests.sha256(path.utf8).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } >> UInt32(32 - bits)
    return DelegatedRole(name: Self.name(prefix, bits: bits, number: number), keys: keys, isTerminating: true, paths: .hashPrefixes([]))
  }

  /// The prefix, a hyphen and the number in as many hexadecimal digits as the last bin's has.
  package static func name(_ prefix: ExactText, bits: Int, number: UInt32) -> ExactText {
    let width = String((UInt64(1) << UInt64(bits)) - 1, radix: 16).utf8.count
    let digits = String(number, radix: 16)
    let text = "-" + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    return ExactText(utf8: prefix.utf8 + Array(text.utf8))
  }
}
