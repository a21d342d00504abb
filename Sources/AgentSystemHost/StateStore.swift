import AgentSystem
import EventCatalog
package import World

/// The durable steps of the Agent System, by name.
package enum AgentSystemSteps {
  package static let commit: DurableStep = "agent-system.commit"
  package static let aside: DurableStep = "agent-system.move-aside"
  package static let beginRestart: DurableStep = "agent-system.begin-restart"
  package static let rotateAudit: DurableStep = "agent-system.rotate-audit"
}

/// Keeps the state in one file. A record that cannot be read is moved aside and reported; it never keeps the Agent System from starting.
struct StateStore {
  let path: String
  let files: any Files
  let clock: any WorldClock
  let emit: @Sendable (Event) -> Void
  /// Why nothing may be written: a record that can neither be read nor moved aside must not be lost.
  private(set) var blocked: String?

  init(directory: String, files: any Files, clock: any WorldClock, emit: @escaping @Sendable (Event) -> Void) {
    path = "\(directory)/registry.state"
    self.files = files
    self.clock = clock
    self.emit = emit
  }

  mutating func load() -> AgentSystemState {
    blocked = nil
    let fault: String
    do {
      return try StateRecord.decode(try files.read(path))
    } catch let error as FileError where error.kind == .notFound {
      return AgentSystemState()
    } catch {
      fault = "\(error)"
    }
    let aside = "\(path).damaged-\(clock.now().wall.microseconds)"
    do {
      try files.rename(path, to: aside, step: AgentSystemSteps.aside)
      emit(.agentSystemRegistryRebuilt(file: path, aside: aside, reason: fault))
    } catch {
      blocked = error.description
      emit(.agentSystemRegistryUnusable(file: path, reason: error.description))
    }
    return AgentSystemState()
  }

  enum Outcome {
    case durable
    /// In place, but the directory could not be synced.
    case notDurable(String)
    /// The old record is still in place.
    case unchanged(Refusal)
  }

  /// Replaces the record. After a failure it looks which of the two is in place, so that memory never differs from the disk.
  func save(_ state: AgentSystemState, step: DurableStep) -> Outcome {
    if let blocked { return .unchanged(Refusal(.storageFailed, "the settings can neither be read nor moved aside: \(blocked)")) }
    let bytes: [UInt8]
    do { bytes = try StateRecord.encode(state) } catch { return .unchanged(Refusal(.storageFailed, "\(error)")) }
    do {
      try files.replace(path, with: bytes, mode: 0o600, step: step)
      return .durable
    } catch {
      if (try? files.read(path)) == bytes { return .notDurable(error.description) }
      return .unchanged(Refusal(error.kind == .noSpace ? .storageFull : .storageFailed, "nothing was changed: \(error)"))
    }
  }
}
