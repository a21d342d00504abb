import AgentSystem
import CloudAPI
import EventCatalog
package import Evergreen
import FoundationEssentials
import ServiceKit
package import World

/// What the WatchDog's updater needs of the daemon around it.
package struct UpdaterPorts: Sendable {
  package var fetching: any ReleaseFetching
  package var probing: any TrialProbing
  /// Of the release that runs.
  package var version: ReleaseVersion
  /// Of this process.
  package var boot: String
  package var isFIPS: Bool
  /// SHA-256 of the manifest of the release that runs; nil when it is not known.
  package var digest: String?
  /// Which start of the machine this is, in a word that no other has; empty when that is not known.
  package var machine: String
  /// Nil: as the configuration says.
  package var settings: UpdateSettings?

  package init(
    fetching: any ReleaseFetching, probing: any TrialProbing, version: ReleaseVersion, boot: String, isFIPS: Bool = false,
    digest: String? = nil, machine: String = "", settings: UpdateSettings? = nil
  ) {
    self.fetching = fetching
    self.probing = probing
    self.version = version
    self.boot = boot
    self.isFIPS = isFIPS
    self.digest = digest
    self.machine = machine
    self.settings = settings
  }

  /// Without a daemon around it there is nothing to update.
  package static var none: UpdaterPorts { UpdaterPorts(fetching: NoReleases(), probing: NoProbes(), version: ReleaseVersion(0, 0, 0, 0), boot: "") }
}

struct UpdaterPerformer: DirectivePerformer {
  let ports: UpdaterPorts
  let store: UpdateLeaseStore
  let context: ServiceContext
  /// Asks the Agent System through the WatchDog's own logic, so that what it knows stays in step.
  let privileged: @Sendable (PrivilegedOperation) async throws -> PrivilegedAnswer

  /// An Agent System that restarts is back within seconds.
  static let pause: Duration = .seconds(5)
  static let tries = 6

  func perform(_ directive: UpdaterLogic.Directive) -> Background<UpdaterLogic.Event>? {
    switch directive {
    case .answer: nil
    case .emit(let event): emit(event)
    case .ask(let purpose, let operation): Background { .answered(purpose, await ask(operation)) }
    case .save(let lease): saved(lease, store.save(lease))
    case .find(let number, let version): Background { .found(number, await find(version)) }
    case .download(let number, let version, let bundle): Background { .downloaded(number, await download(version, bundle)) }
    case .lookAtMetadata: Background { .looked(await ports.fetching.look()) }
    case .probe(let number): Background { .probed(number, await ports.probing.probe()) }
    case .wake(let alarm, let delay): Background { (try? await context.clock.sleep(for: delay)) != nil ? .due(alarm) : nil }
    }
  }

  private func emit(_ event: EventCatalog.Event) -> Background<UpdaterLogic.Event>? {
    context.emit(event)
    return nil
  }

  private func saved(_ lease: UpdateLease, _ problem: String?) -> Background<UpdaterLogic.Event> { Background { .saved(lease, problem: problem) } }

  private func ask(_ operation: PrivilegedOperation) async -> Result<PrivilegedAnswer, any Error> {
    var tries = 1
    while true {
      do { return .success(try await privileged(operation)) } catch {
        tries += 1
        guard tries <= Self.tries, (try? await context.clock.sleep(for: Self.pause)) != nil else { return .failure(error) }
      }
    }
  }

  private func find(_ version: ReleaseVersion) async -> Result<UpdateOrder.Bundle, ReleaseFetchProblem> {
    do throws(ReleaseFetchProblem) { return .success(try await ports.fetching.find(version)) } catch { return .failure(error) }
  }

  private func download(_ version: ReleaseVersion, _ bundle: UpdateOrder.Bundle) async -> ReleaseFetchProblem? {
    do throws(ReleaseFetchProblem) { try await ports.fetching.download(version, bundle) } catch { return error }
    return nil
  }
}

/// The record of the lease on disk.
struct UpdateLeaseStore: Sendable {
  let directory: String
  let files: any Files

  private var path: String { "\(directory)/update-lease.json" }

  /// Nil when there is none. One that cannot be read is put aside and told of; it never stops the start.
  func load(_ emit: (EventCatalog.Event) -> Void) -> UpdateLease? {
    do {
      return try JSONDecoder().decode(UpdateLease.self, from: Data(try files.read(path)))
    } catch let error as FileError where error.kind == .notFound {
      return nil
    } catch {
      try? files.rename(path, to: "\(path).unreadable", step: "watchdog.update-lease-aside")
      emit(.evergreenLeaseUnreadable(reason: "\(error)"))
      return nil
    }
  }

  /// Why it could not be written; nil when it is durable.
  func save(_ lease: UpdateLease) -> String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      try files.replace(path, with: [UInt8](try encoder.encode(lease)), mode: 0o600, step: "watchdog.update-lease")
      return nil
    } catch {
      return "\(error)"
    }
  }
}
