/// What a person writes down about a directory: plain lists, unchecked. `DirectorySnapshot` checks it and builds its indexes.
package struct DirectoryDescription: Hashable, Sendable {
  package var forests: [Forest] = []
  package var trusts: [Trust] = []

  package init(forests: [Forest] = [], trusts: [Trust] = []) {
    self.forests = forests
    self.trusts = trusts
  }

  package struct Forest: Hashable, Sendable {
    /// The DNS name of the root domain, which must be among `domains`.
    package var name: String
    package var level: FunctionalLevel
    package var domains: [Domain] = []

    package init(name: String, level: FunctionalLevel, domains: [Domain] = []) {
      self.name = name
      self.level = level
      self.domains = domains
    }
  }

  package struct Domain: Hashable, Sendable {
    package var name: String
    package var netBIOS: String
    package var sid: SID
    package var level: FunctionalLevel
    /// The DNS name of the parent domain; nil for the root of a tree.
    package var parent: String?
    package var controllers: [Controller] = []
    package var users: [User] = []
    package var groups: [Group] = []
    package var computers: [Computer] = []

    package init(name: String, netBIOS: String, sid: SID, level: FunctionalLevel, parent: String? = nil) {
      self.name = name
      self.netBIOS = netBIOS
      self.sid = sid
      self.level = level
      self.parent = parent
    }
  }

  package struct Controller: Hashable, Sendable {
    package var name: String
    package var system: WindowsServer
    package var reachable = true
    package var globalCatalog = true

    package init(name: String, system: WindowsServer, reachable: Bool = true, globalCatalog: Bool = true) {
      self.name = name
      self.system = system
      self.reachable = reachable
      self.globalCatalog = globalCatalog
    }
  }

  package struct User: Hashable, Sendable {
    /// The sAMAccountName.
    package var name: String
    package var rid: UInt32
    package var guid: GUID?
    /// `name@domain` unless given.
    package var upn: String?
    package var displayName: String?
    /// Organizational units from the object upward, such as `["Sales", "Staff"]`; empty means the container `CN=Users`.
    package var units: [String] = []
    package var enabled = true

    package init(name: String, rid: UInt32) {
      self.name = name
      self.rid = rid
    }
  }

  package struct Group: Hashable, Sendable {
    package var name: String
    package var rid: UInt32
    package var guid: GUID?
    package var scope: GroupScope
    /// `name` (of this domain), `DOMAIN\name`, a UPN, a distinguished name or a SID.
    package var members: [String] = []
    package var units: [String] = []

    package init(name: String, rid: UInt32, scope: GroupScope, members: [String] = []) {
      self.name = name
      self.rid = rid
      self.scope = scope
      self.members = members
    }
  }

  package struct Computer: Hashable, Sendable {
    /// Without the `$` that its sAMAccountName ends with.
    package var name: String
    package var rid: UInt32
    package var guid: GUID?
    package var units: [String] = []
    package var enabled = true

    package init(name: String, rid: UInt32) {
      self.name = name
      self.rid = rid
    }
  }

  package struct Trust: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Codable, Sendable { case forest, external }
    /// The domain whose resources the trusted domain's accounts may use.
    package var trusting: String
    package var trusted: String
    package var kind: Kind
    package var twoWay: Bool

    package init(trusting: String, trusted: String, kind: Kind, twoWay: Bool) {
      self.trusting = trusting
      self.trusted = trusted
      self.kind = kind
      self.twoWay = twoWay
    }
  }
}

/// The reach of a group. Who may be a member: [MS-ADTS] 3.1.1.3.1.5 and "Active Directory security groups", group scope table.
package enum GroupScope: String, CaseIterable, Codable, Hashable, Sendable {
  case universal, global, domainLocal
}

/// Something wrong in a description, with the way to it from the root, so that a reader of a file can point at the place.
package struct DirectoryProblem: Hashable, Sendable, CustomStringConvertible {
  package enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
  }
  package var path: [Step]
  package var expected: String
  package var found: String

  package init(_ path: [Step], expected: String, found: String) {
    self.path = path
    self.expected = expected
    self.found = IdentifierError.shortened(found)
  }

  /// Such as `forests[0].domains[1].users[3].rid`.
  package var field: String {
    path.reduce(into: "") { text, step in
      switch step {
      case .key(let key): text += text.isEmpty ? key : "." + key
      case .index(let index): text += "[\(index)]"
      }
    }
  }

  package var description: String { "\(field): expected \(expected), found \(found)" }
}

/// All that is wrong in a description; never empty.
package struct DirectoryProblems: Error, Hashable, Sendable, CustomStringConvertible {
  package var problems: [DirectoryProblem]
  package init(_ problems: [DirectoryProblem]) { self.problems = problems }
  package var description: String { problems.map(\.description).joined(separator: "\n") }
}
