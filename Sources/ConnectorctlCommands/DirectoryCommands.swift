import ArgumentParser
import ControlAPI

struct DirectoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "ad", "The directory that the AD Provider answers from.", example: "connectorctl --connector c1 ad user find alice.abbott",
    subcommands: [DirectoryUser.self, DirectoryGroup.self, DirectoryComputer.self, DirectoryGroups.self, DirectoryDomains.self, DirectoryHealth.self])
}

struct DirectoryUser: ParsableCommand {
  static let configuration = CommandConfiguration(
    "user", "Users.", example: "connectorctl --connector c1 ad user find alice.abbott", subcommands: [FindUser.self])
}

struct DirectoryGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    "group", "Groups.", example: "connectorctl --connector c1 ad group find Staff", subcommands: [FindGroup.self])
}

struct DirectoryComputer: ParsableCommand {
  static let configuration = CommandConfiguration(
    "computer", "Computers.", example: "connectorctl --connector c1 ad computer find vda-001", subcommands: [FindComputer.self])
}

/// Who is looked for.
struct PrincipalArgument: ParsableArguments {
  @Argument(help: #"A name (alice.abbott, alice.abbott@forest1.local, FOREST1\alice.abbott, CN=…), a SID (S-1-5-…) or a GUID."#) var principal: String

  /// The way that the AD Provider looks, and for what: no name of a user begins with S-1- or has the form of a GUID.
  var asked: (key: String, value: String) {
    if principal.uppercased().hasPrefix("S-1-") { return ("sid", principal.uppercased()) }
    let plain = principal.hasPrefix("{") && principal.hasSuffix("}") ? String(principal.dropFirst().dropLast()) : principal
    let lengths = plain.split(separator: "-", omittingEmptySubsequences: false).map(\.count)
    if lengths == [8, 4, 4, 4, 12], plain.allSatisfy({ $0.isHexDigit || $0 == "-" }) { return ("guid", plain) }
    return ("name", principal)
  }
}

struct FindUser: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("find", "Finds a user.", example: "connectorctl --connector c1 ad user find alice.abbott")
  @OptionGroup var options: ControlOptions
  @OptionGroup var who: PrincipalArgument

  func perform(_ session: Session) throws -> CommandExit { try session.find("user", who) }
}

struct FindGroup: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("find", "Finds a group.", example: "connectorctl --connector c1 ad group find Staff")
  @OptionGroup var options: ControlOptions
  @OptionGroup var who: PrincipalArgument

  func perform(_ session: Session) throws -> CommandExit { try session.find("group", who) }
}

struct FindComputer: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("find", "Finds a computer.", example: "connectorctl --connector c1 ad computer find vda-001")
  @OptionGroup var options: ControlOptions
  @OptionGroup var who: PrincipalArgument

  func perform(_ session: Session) throws -> CommandExit { try session.find("computer", who) }
}

struct DirectoryGroups: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "groups", "The groups that a user or computer is in.", example: "connectorctl --connector c1 ad groups --effective alice.abbott")
  @OptionGroup var options: ControlOptions
  @OptionGroup var who: PrincipalArgument
  static let columns = ["kind", "name", "domain", "scope", "displayName", "userPrincipalName", "sid"]

  @Flag(name: .long, help: "Those that it is in through other groups too.") var effective = false

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(.groups, ["of": .text(who.asked.value), "effective": .bool(effective)], columns: Self.columns)
  }
}

struct DirectoryDomains: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("domains", "Forests, domains and trusts.", example: "connectorctl --connector c1 ad domains")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit {
    try session.showCall(.domains, columns: ["joined", "name", "netBIOS", "forest", "parent", "functionalLevel", "usable", "relation"])
  }
}

struct DirectoryHealth: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("health", "The domain controllers' health.", example: "connectorctl --connector c1 ad health")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit { try session.showCall(.directoryHealth, columns: ["domain", "name", "state", "reason"]) }
}

extension Session {
  fileprivate func find(_ kind: String, _ who: PrincipalArgument) throws -> CommandExit {
    try showCall(.find, ["kind": .text(kind), who.asked.key: .text(who.asked.value)], columns: DirectoryGroups.columns)
  }
}
