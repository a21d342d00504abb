/// Anything that has a SID and can be granted something.
package struct Principal: Hashable, Codable, Sendable {
  package enum Kind: String, CaseIterable, Codable, Sendable { case user, group, computer, foreignPrincipal }

  package var kind: Kind
  package var sid: SID
  package var guid: GUID
  /// The sAMAccountName; of a foreign principal, its SID.
  package var name: String
  /// DNS name of the domain that holds the object.
  package var domain: String
  package var netBIOS: String
  package var distinguishedName: String
  package var userPrincipalName: String?
  package var displayName: String?
  /// Groups only.
  package var scope: GroupScope?
  /// Computers only: the fully qualified name.
  package var dnsHostName: String?
  package var enabled: Bool

  package init(kind: Kind, sid: SID, guid: GUID, name: String, domain: String, netBIOS: String, distinguishedName: String, enabled: Bool = true) {
    self.kind = kind
    self.sid = sid
    self.guid = guid
    self.name = name
    self.domain = domain
    self.netBIOS = netBIOS
    self.distinguishedName = distinguishedName
    self.enabled = enabled
  }

  /// `FOREST1\alice`.
  package var downLevelName: String { "\(netBIOS)\\\(name)" }
}

/// A domain as it was checked.
package struct Domain: Hashable, Sendable {
  package var name: String
  package var netBIOS: String
  package var sid: SID
  package var forest: String
  package var parent: String?
  package var level: FunctionalLevel
  package var forestLevel: FunctionalLevel
  package var controllers: [DirectoryDescription.Controller]

  package var isForestRoot: Bool { name == forest }
  /// A domain described without controllers is taken to answer.
  package var isReachable: Bool { controllers.isEmpty || controllers.contains(where: \.reachable) }
}
