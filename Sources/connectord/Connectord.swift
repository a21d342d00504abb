import ArgumentParser
import DaemonCommands

@main
struct Program {
  static func main() async { await Connectord.main() }
}
