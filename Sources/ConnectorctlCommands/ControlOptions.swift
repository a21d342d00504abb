package import ArgumentParser

/// The options that every command takes, before or after its name.
package struct ControlOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("A connector of the lab by its name, such as c1.", valueName: "name"))
  package var connector: String?

  @Option(name: .long, help: ArgumentHelp("The control socket of a connector.", valueName: "path"), completion: .file())
  package var socket: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The lab's state directory, or a connector's (default: $CONNECTOR_LAB_STATE, else connectord-lab in the user's state directory).",
      valueName: "dir"),
    completion: .directory)
  package var state: String?

  @Flag(name: .long, help: "One line of JSON (events: one for each) instead of text; its keys are stable.")
  package var json = false

  package init() {}
}
