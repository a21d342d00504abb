import ArgumentParser
import ControlAPI

struct CredentialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    "credential", "The store of encrypted secrets. A secret comes from standard input, never from an argument.",
    example: "printf %s hunter2 | connectorctl --connector c1 credential put db-password",
    subcommands: [
      CredentialPut.self, CredentialGet.self, CredentialList.self, CredentialRemove.self, CredentialRotate.self, CredentialStatus.self,
    ])
}

struct CredentialPut: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "put", "Stores what stands on standard input, byte by byte.", more: "A line end at the end is part of it: printf adds none, echo adds one.",
    example: "printf %s hunter2 | connectorctl --connector c1 credential put db-password")
  @OptionGroup var options: ControlOptions
  @Argument(help: "The secret's name; the administrator's names are apart from those of services and of the cloud.") var name: String

  func perform(_ session: Session) throws -> CommandExit {
    let bytes = session.input()
    guard !bytes.isEmpty else {
      throw CommandFailure(.usage, "usage", "there is nothing on standard input: printf %s SECRET | connectorctl credential put NAME")
    }
    _ = try session.call(.putSecret, ["name": .text(name), "secret": .text(ByteContent(bytes).base64)])
    session.show(["stored": .text(name), "bytes": .integer(Int64(bytes.count))] as JSONValue, as: "\(name): \(bytes.count) bytes stored\n")
    return .done
  }
}

struct CredentialGet: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "get", "Writes a secret to a pipe or file as it is, and to a terminal only with --reveal.",
    more: "Every request is audited as an event. With --json: an object with the secret in base64.",
    example: "connectorctl --connector c1 credential get db-password | some-program")
  @OptionGroup var options: ControlOptions
  @Argument(help: "The secret's name; the administrator's names are apart from those of services and of the cloud.") var name: String
  @Flag(name: .long, help: "Print it to a terminal too.") var reveal = false

  func perform(_ session: Session) throws -> CommandExit {
    if session.outputIsTerminal && !reveal {
      throw CommandFailure(.usage, "usage", "a secret is not printed to a terminal: send it to a pipe, or say --reveal")
    }
    let answer = try session.call(.getSecret, ["name": .text(name)])
    guard let text = answer["secret"]?.text, let content = ByteContent(base64: text) else {
      throw CommandFailure(.protocolError, "broken", "the Credential Provider answered without a 'secret' in base64")
    }
    if session.options.json {
      session.printJSON(answer)
    } else {
      session.printBytes(content.bytes + (session.outputIsTerminal ? [10] : []))
    }
    return .done
  }
}

struct CredentialList: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("list", "The names; never a secret.", example: "connectorctl --connector c1 credential list")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit { try session.showCall(.listSecrets) }
}

struct CredentialRemove: ConnectorctlLeaf {
  static let configuration = CommandConfiguration("remove", "Removes a secret.", example: "connectorctl --connector c1 credential remove db-password")
  @OptionGroup var options: ControlOptions
  @Argument(help: "The secret's name; the administrator's names are apart from those of services and of the cloud.") var name: String

  func perform(_ session: Session) throws -> CommandExit {
    _ = try session.call(.removeSecret, ["name": .text(name)])
    session.show(["removed": .text(name)] as JSONValue, as: "\(name): removed\n")
    return .done
  }
}

struct CredentialRotate: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "rotate", "Makes a new key.",
    more: "data: all secrets are encrypted anew under a new data key. root: the data key is wrapped under a new root key.",
    example: "connectorctl --connector c1 credential rotate data")
  enum Key: String, CaseIterable, ExpressibleByArgument { case data, root }

  @OptionGroup var options: ControlOptions
  @Argument(help: "data or root.") var key: Key

  func perform(_ session: Session) throws -> CommandExit { try session.showCall(.rotateSecrets, ["key": .text(key.rawValue)]) }
}

struct CredentialStatus: ConnectorctlLeaf {
  static let configuration = CommandConfiguration(
    "status", "How many secrets there are, under which key.", example: "connectorctl --connector c1 credential status")
  @OptionGroup var options: ControlOptions

  func perform(_ session: Session) throws -> CommandExit { try session.showCall(.secretStatus) }
}
