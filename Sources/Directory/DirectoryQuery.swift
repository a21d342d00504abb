/// Which object is looked for.
package struct DirectoryQuery: Hashable, Sendable {
  package enum Selector: Hashable, Sendable {
    case name(NameForm)
    case sid(SID)
    case guid(GUID)
  }
  /// Nil: any kind.
  package var kind: Principal.Kind?
  package var selector: Selector

  package init(_ selector: Selector, kind: Principal.Kind? = nil) {
    self.selector = selector
    self.kind = kind
  }

  /// For people: `user 'alice'`, `object S-1-5-…`.
  package var text: String {
    let what = kind.map(\.rawValue) ?? "object"
    switch selector {
    case .name(let form): return "\(what) '\(IdentifierError.shortened(form.text))'"
    case .sid(let sid): return "\(what) \(sid)"
    case .guid(let guid): return "\(what) \(guid)"
    }
  }
}

/// The four ways to write an account's name. Names compare without case.
package enum NameForm: Hashable, Sendable {
  /// `alice`, or `VDA-001` for a computer.
  case account(String)
  /// `FOREST1\alice` or `forest1.local\alice`.
  case downLevel(domain: String, account: String)
  /// `alice@forest1.local`.
  case userPrincipal(String)
  case distinguished(DistinguishedName)

  /// Tells the form by its characters: `=` only stands in a distinguished name, `\` and `@` in no account name.
  package init(_ text: String) throws(IdentifierError) {
    let wrong = IdentifierError(expected: "an account name, DOMAIN\\name, name@domain or a distinguished name", found: text)
    guard !text.isEmpty, text.utf8.count <= 4096, !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else { throw wrong }
    if text.contains("=") {
      self = .distinguished(try DistinguishedName(text))
    } else if text.contains("\\") {
      let parts = text.split(separator: "\\", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, AccountNames.isAccount(String(parts[1])) else { throw wrong }
      self = .downLevel(domain: parts[0].lowercased(), account: parts[1].lowercased())
    } else if text.contains("@") {
      let parts = text.split(separator: "@", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { throw wrong }
      self = .userPrincipal(text.lowercased())
    } else {
      guard AccountNames.isAccount(text) else { throw wrong }
      self = .account(text.lowercased())
    }
  }

  package var text: String {
    switch self {
    case .account(let name), .userPrincipal(let name): name
    case .downLevel(let domain, let account): "\(domain)\\\(account)"
    case .distinguished(let name): name.description
    }
  }
}

/// What names may look like.
package enum AccountNames {
  /// [MS-SAMR] 3.1.1.6: not empty, at most 256 characters, none of `"/\[]:;|=,+*?<>@` nor a control character.
  package static func isAccount(_ name: String) -> Bool {
    (1...256).contains(name.utf8.count)
      && name.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && !"\"/\\[]:;|=,+*?<>@".unicodeScalars.contains($0) }
  }

  /// Labels of letters, digits and inner hyphens, each at most 63 long, 253 in all (RFC 1123 2.1).
  package static func isDNS(_ name: String) -> Bool {
    (1...253).contains(name.utf8.count) && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
  }

  /// A NetBIOS name: at most 15 characters of letters, digits, hyphens and underscores.
  package static func isNetBIOS(_ name: String) -> Bool {
    (1...15).contains(name.utf8.count) && name.utf8.allSatisfy { isAlphanumeric($0) || $0 == 45 || $0 == 95 }
  }

  private static func isLabel(_ label: Substring) -> Bool {
    (1...63).contains(label.utf8.count) && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == 45 } && label.first != "-" && label.last != "-"
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) }
}
