package import ArgumentParser

/// The command line, options before or after the action.
package struct TUFOptions: ParsableArguments {
  package enum Action: String, ExpressibleByArgument, CaseIterable, Sendable { case `init`, refresh, download }

  @Option(help: ArgumentHelp("Where the trusted metadata is kept.", valueName: "folder"))
  package var metadataDir: String?
  @Option(help: ArgumentHelp("Where the repository's metadata lies.", valueName: "url"))
  package var metadataUrl: String?
  @Option(help: ArgumentHelp("Target path of an artifact to download; may be given several times.", valueName: "path"))
  package var targetName: [String] = []
  @Option(help: ArgumentHelp("Where downloaded artifacts go.", valueName: "folder"))
  package var targetDir: String?
  @Option(help: ArgumentHelp("Where the repository's artifacts lie.", valueName: "url"))
  package var targetBaseUrl: String?
  @Option(help: ArgumentHelp("The time to hold expiries against, such as 2026-11-21T09:30:00Z. Default: now.", valueName: "time"))
  package var at: String?
  @Option(help: ArgumentHelp("Certificate authorities to believe instead of the system's, in PEM.", valueName: "file"))
  package var ca: String?
  @Argument(help: "init: begin trust with a root file. refresh: bring the metadata up to date. download: refresh, then get artifacts.")
  package var action: Action
  @Argument(help: ArgumentHelp("init: the file with the first trusted root.", valueName: "root"))
  package var root: String?

  package init() {}
}
