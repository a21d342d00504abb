import ArgumentParser
import LabCommands

@main
struct Program {
  static func main() async { await ConnectorLab.main() }
}
