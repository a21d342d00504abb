import ArgumentParser
import Lab
import LiveWorld
import ReleaseWorks
import Releases
import World

/// `release`: from programs to a repository that connectors update from.
struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Releases of the connector, and the lab's repository of them.",
    discussion: """
      A release is built, then signed into the lab's repository, then published to a ring of connectors. The repository is made, with
      development keys, when the first release is signed; the lab's cloud serves it below /releases/.

      EXAMPLE
        connector-lab release build --from DIR --version 0.1.0.2
        connector-lab release sign && connector-lab release publish 0.1.0.2 --ring 10%
      """,
    subcommands: [
      ReleaseBuild.self, ReleaseSign.self, ReleasePublish.self, ReleaseRevoke.self, ReleaseList.self, ReleaseRotate.self, ReleaseRefresh.self,
    ])
}

/// What the commands share: the folder of the repository, one writer at a time, and errors with exit codes.
struct ReleaseDesk {
  let paths: LabPaths
  let files = DiskFiles(onStep: StepSweep.hook("CONNECTOR_LAB"))
  var now: WallTime { LiveClock().now().wall }
  var work: String { "\(paths.releases)/unsigned" }

  init(_ folder: LabFolder) { paths = folder.paths }

  /// Opens the repository, making it if there is none, for one change.
  func change<Value>(_ body: (inout ReleaseRepository) throws -> Value) throws -> Value {
    try locked {
      var repository = try ReleaseRepository.open(paths.releases, files: files, random: SystemRandom(), now: now)
      return try body(&repository)
    }
  }

  func record() throws -> RepositoryRecord? { try explained { try ReleaseRepository.read(paths.releases, files: files) } }

  /// What was built and is in the repository now. What cannot be removed is only room.
  func forget(_ entry: ReleaseEntry) {
    for name in [BundleFile.name(entry.version, entry.platform), BundleFile.manifestName(entry.version, entry.platform)] {
      try? files.discard("\(work)/\(name)")
    }
  }

  func locked<Value>(_ body: () throws -> Value) throws -> Value {
    do { try files.makeDirectory(paths.root, mode: 0o700) } catch {
      throw LabError(.cannotCreate, "cannot make the state folder \(paths.root): \(error). Choose another with --state DIR")
    }
    let lock: LabLock
    do throws(LabLock.Refusal) { lock = try LabLock(path: paths.releasesLock) } catch {
      switch error {
      case .heldByAnother: throw LabError(.unavailable, "another command changes the releases of \(paths.root) now; try again when it has ended")
      case .cannotOpen(let why): throw LabError(.cannotCreate, "cannot lock the releases: \(why)")
      }
    }
    return try withExtendedLifetime(lock) { try explained(body) }
  }

  func explained<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let problem as ReleaseProblem {
      throw LabError(problem.exit, problem.description)
    }
  }
}

extension ReleaseProblem {
  fileprivate var exit: LabError.Exit {
    switch kind {
    case .input: .noInput
    case .refused: .failed
    case .damaged: .configuration
    case .disk: .cannotCreate
    }
  }
}

extension ReleaseVersion: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
  package var defaultValueDescription: String { text }
}

extension ReleaseRing: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}

extension RepositoryRole: ExpressibleByArgument {}

extension ReleaseEntry {
  /// One line for people.
  var line: String { "\(version) for \(platform), \(length) bytes, SHA-256 \(sha256)" }
}
