import ArgumentParser
import ConnectorctlCommands

@main
enum Connectorctl {
  static func main() { ConnectorctlCommand.main() }
}
