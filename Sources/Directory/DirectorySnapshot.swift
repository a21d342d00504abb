/// A whole directory at one point in time, checked and indexed. Immutable.
package struct DirectorySnapshot: Sendable {
  /// In the order of the description.
  package let domains: [Domain]
  package let trusts: [DirectoryDescription.Trust]
  package let principals: [Principal]
  let bySID: [SID: Int]
  let byGUID: [GUID: Int]
  let byName: [DistinguishedName: Int]
  let byUserPrincipal: [String: Int]
  /// By lower-case `domain\name`.
  let byAccount: [String: Int]
  /// The groups that name a SID as their member.
  let containers: [SID: [Int]]

  /// Checks a description and builds the indexes. Throws all that is wrong, in the order of the description.
  package init(_ description: DirectoryDescription) throws(DirectoryProblems) {
    var builder = SnapshotBuilder(description)
    builder.build()
    guard builder.problems.isEmpty else { throw DirectoryProblems(builder.problems) }
    domains = builder.domains
    trusts = description.trusts
    principals = builder.principals
    bySID = builder.bySID
    byGUID = builder.byGUID
    byName = builder.byName
    byUserPrincipal = builder.byUserPrincipal
    byAccount = builder.byAccount
    containers = builder.containers
  }

  /// By DNS or NetBIOS name, without case.
  package func domain(_ name: String) -> Domain? {
    let wanted = name.lowercased()
    return domains.first { $0.name == wanted || $0.netBIOS.lowercased() == wanted }
  }

  package func principal(_ sid: SID) -> Principal? { bySID[sid].map { principals[$0] } }
  package func principal(_ guid: GUID) -> Principal? { byGUID[guid].map { principals[$0] } }

  /// Every object that a name means: one at most, except for a bare account name, which may stand in several domains.
  package func principals(named form: NameForm, kind: Principal.Kind? = nil) -> [Principal] {
    let found: [Int]
    switch form {
    case .account(let name): found = domains.compactMap { account(name, in: $0, kind) }
    case .downLevel(let domain, let name): found = self.domain(domain).flatMap { account(name, in: $0, kind) }.map { [$0] } ?? []
    case .userPrincipal(let name): found = (byUserPrincipal[name] ?? implicit(name)).map { [$0] } ?? []
    case .distinguished(let name): found = byName[name].map { [$0] } ?? []
    }
    return found.map { principals[$0] }.filter { kind == nil || $0.kind == kind }
  }

  /// A computer's account name ends with `$`, which people leave out.
  private func account(_ name: String, in domain: Domain, _ kind: Principal.Kind?) -> Int? {
    let exact = byAccount["\(domain.name)\\\(name)"]
    if let exact, kind == nil || principals[exact].kind == kind { return exact }
    return byAccount["\(domain.name)\\\(name)$"]
  }

  /// `account@dns.domain` is a user principal name of every account, beside the one that is written down ([MS-ADTS] 5.1.1.1.1).
  private func implicit(_ name: String) -> Int? {
    let parts = name.split(separator: "@")
    guard parts.count == 2, let domain = domain(String(parts[1])), domain.name == parts[1] else { return nil }
    return account(String(parts[0]), in: domain, .user)
  }

  /// Whether accounts of `trusted` may be used in `trusting`.
  package func trusts(_ trusting: Domain, _ trusted: Domain) -> Bool { TrustRules.trusts(trusting, trusted, trusts) }
}
