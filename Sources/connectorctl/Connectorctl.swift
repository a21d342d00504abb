import ArgumentParser
import ConnectorctlCommands

@main
enum Connectorctl {
  static func main() async { await ConnectorctlCommand.main() }
}
