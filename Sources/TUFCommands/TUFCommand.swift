package import ArgumentParser
internal import Glibc

/// `tuf`: a client of The Update Framework, with the command line that its public conformance suite wants of a client.
///
/// It exits with 0 or 1 and nothing else, so it parses its own arguments: what is wrong with them is 1 too.
package struct TUFCommand: AsyncParsableCommand {
  package static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "tuf", abstract: "Trusted metadata and artifacts of a TUF repository.",
      usage: """
        tuf --metadata-dir <folder> init <root>
        tuf --metadata-dir <folder> --metadata-url <url> refresh [--at <time>]
        tuf --metadata-dir <folder> --metadata-url <url> --target-name <path> ... --target-dir <folder> --target-base-url <url> download
        """,
      discussion: more)
  }

  private static let more = """
    Exits with 0 when everything succeeded and with 1 otherwise.

    EXAMPLE
      connectorctl tuf --metadata-dir D init root.json
      connectorctl tuf --metadata-dir D --metadata-url http://127.0.0.1:8001/metadata refresh
    """

  @Argument(parsing: .captureForPassthrough, help: .hidden)
  package var arguments: [String] = []

  package init() {}

  package func run() async throws {
    if arguments.contains("--help") || arguments.contains("-h") {
      return StandardStream.output(TUFOptions.helpMessage() + "\n\n" + Self.more)
    }
    guard await Self.run(arguments) else { throw ExitCode(1) }
  }

  /// Does what the arguments say; what goes wrong is told on the error stream.
  package static func run(_ arguments: [String]) async -> Bool {
    // A server that hangs up must not end the process.
    signal(SIGPIPE, SIG_IGN)
    do {
      try await TUFRun(try TUFOptions.parse(arguments)).perform()
      return true
    } catch let failure as TUFFailure {
      failure.tell()
    } catch {
      TUFFailure([TUFOptions.fullMessage(for: error)]).tell()
    }
    return false
  }
}
