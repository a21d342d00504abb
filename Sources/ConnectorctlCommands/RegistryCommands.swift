import ArgumentParser
import ControlAPI

struct RegistryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "registry", "The connector's settings registry: hierarchical keys with typed values.", example: "connectorctl --connector c1 registry list",
    subcommands: [RegistryGet.self, RegistrySet.self, RegistryList.self, RegistryDelete.self])
}

struct RegistryGet: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "get", "The value of one key.", example: #"connectorctl registry get 'HKLM\Software\Citrix\CloudServices\AgentFoundation\InMaintenance'"#)
  @OptionGroup var options: ControlOptions
  @Argument(help: "The key and the value's name, joined by \\.") var path: String

  func perform(_ session: Session) throws -> CommandExit {
    guard let entry = try session.registry(.registryGet(path: path)).first else { throw CommandFailure(.notSo, "notFound", "\(path) is not set") }
    session.show(entry, as: RegistryText.value(entry.value) + "\n")
    return .done
  }
}

struct RegistryList: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("list", "All values at and below a key.", example: "connectorctl registry list")
  @OptionGroup var options: ControlOptions
  @Argument(help: "The key to begin at; without it, all.") var prefix = ""

  func perform(_ session: Session) throws -> CommandExit {
    let entries = try session.registry(.registryList(prefix: prefix))
    var table = TextTable(["PATH", "TYPE", "VALUE"])
    for entry in entries { table.add([entry.path, entry.value.type, RegistryText.value(entry.value)]) }
    session.show(entries, as: table.text)
    return .done
  }
}

struct RegistrySet: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "set", "Sets a value.", more: "Without --type it takes the type that the value has now, else string.",
    example: #"connectorctl registry set 'HKLM\Software\Citrix\CloudServices\AgentFoundation\ImmediateUpgrade' 1"#)
  @OptionGroup var options: ControlOptions
  @Argument(help: "The key and the value's name, joined by \\.") var path: String
  @Argument(help: "The value; the texts of 'strings' are separated by ;.") var value: String
  @Option(name: .long, help: "string, integer, boolean or strings.") var type: RegistryText.ValueType?

  func perform(_ session: Session) throws -> CommandExit {
    let known = try type ?? typeNow(session)
    guard let typed = RegistryText.parse(value, as: known) else {
      throw CommandFailure(.badData, "badRequest", "'\(value)' cannot be read as \(known.rawValue); say another --type or another value")
    }
    guard let entry = try session.registry(.registrySet(path: path, value: typed)).first else { return .done }
    session.show(entry, as: "\(entry.path) is \(RegistryText.value(entry.value))\n")
    return .done
  }

  private func typeNow(_ session: Session) throws -> RegistryText.ValueType {
    do {
      let entry = try session.registry(.registryGet(path: path)).first
      return entry.flatMap { RegistryText.ValueType(rawValue: $0.value.type) } ?? .string
    } catch let failure as CommandFailure where failure.status == .notSo {
      return .string
    }
  }
}

struct RegistryDelete: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "delete", "Removes a value; a known key goes back to its default.",
    example: #"connectorctl registry delete 'HKLM\Software\Citrix\CloudServices\AgentFoundation\ImmediateUpgrade'"#)
  @OptionGroup var options: ControlOptions
  @Argument(help: "The key and the value's name, joined by \\.") var path: String

  func perform(_ session: Session) throws -> CommandExit { try session.done(.registryDelete(path: path)) }
}

extension Session {
  fileprivate func registry(_ request: ControlRequest) throws -> [RegistryEntry] {
    let answer = try ask(request)
    guard case .registry(let entries) = answer else { throw unexpected(answer) }
    return entries
  }
}
