import Dispatch
import Foundation

/// Measurements that need the product's own rooms; `Benchmarks/run` calls them beside their peers. Prints JSON lines.
@main struct Bench {
  static let usage = """
    usage: connectord-bench journal COUNT | journal-fields | round-trip COUNT FOLDER
      | sync MACHINES USERS FOLDER
      | trust COUNT URL ROOT FOLDER [TARGET] | broker-server
      | storm MACHINES | broker-memory MACHINES
      | fleet SEED CONNECTORS LOCATIONS DAYS quiet|faults
    See Benchmarks/README.md.

    """

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let numbers = arguments.dropFirst().prefix(4).compactMap { Int($0) }
    if arguments.first == "fleet", arguments.count == 6, numbers.count == 4, let seed = UInt64(exactly: numbers[0]) {
      FleetLoop.run(seed: seed, connectors: numbers[1], locations: numbers[2], days: numbers[3], isQuiet: arguments[5] == "quiet")
      exit(0)
    }
    Task {
      do { try await run(arguments) } catch {
        FileHandle.standardError.write(Data("connectord-bench: \(error)\n".utf8))
        exit(1)
      }
      exit(0)
    }
    dispatchMain()
  }

  private static func run(_ arguments: [String]) async throws {
    let count = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0
    switch arguments.first {
    case "journal" where count > 0: JournalLoop.run(count)
    case "journal-fields": JournalLoop.showFields()
    case "round-trip" where count > 0 && arguments.count > 2: try await RoundTrips.run(count, folder: arguments[2])
    case "trust" where count > 0 && arguments.count > 4:
      try await TrustLoop.run(
        count, url: arguments[2], root: arguments[3], folder: arguments[4], target: arguments.count > 5 ? arguments[5] : nil)
    case "sync" where count > 0 && arguments.count > 3: try await SyncLoop.run(count, users: Int(arguments[2]) ?? 0, folder: arguments[3])
    case "storm" where count > 0: try await StormLoop.run(count)
    case "broker-memory" where count > 0: try BrokerMemory.run(count)
    case "broker-server": try await BrokerBench.run()
    default:
      FileHandle.standardError.write(Data(usage.utf8))
      exit(64)
    }
  }
}
