import ConnectorSettings
import EventCatalog
import ServiceKit
import World

/// Does what the logic directs, on the port to the disk.
struct LoggerPerformer: DirectivePerformer {
  static let rotateStep: DurableStep = "logger.rotate"

  let context: ServiceContext
  let queue: LogQueue
  let directory: String
  let keep: Int

  func perform(_ directive: LoggerLogic.Directive) -> Background<LoggerLogic.Event>? {
    switch directive {
    case .pull: return Background { await queue.next().map { .batch($0) } }
    case .write(let writes, let batch): return Background { .wrote(write(writes, settling: batch), dropped: queue.droppedSince) }
    case .emit(let event): context.emit(event)
    case .wait(let pause, let event):
      return Background {
        do { try await context.clock.sleep(for: pause) } catch { return nil }
        return event
      }
    case .setLevel(let service, let level): queue.setLevel(level, for: service)
    case .collect(let id, let maxBytes, let caller):
      let collection = LogCollection(
        files: context.files, directory: directory, connector: context.configuration.connector.fqdn, now: context.clock.now().wall)
      return Background { .collected(id, collection.collect(maxBytes: maxBytes), caller: caller) }
    case .answer: break
    }
    return nil
  }

  /// The files of earlier runs; none when the directory cannot be made or read: the first write says why.
  func open() -> LoggerLogic.Event {
    try? context.files.makeDirectory(directory, mode: 0o700)
    removeTooOld()
    var sizes: [ServiceName: [Int]] = [:]
    for service in ServiceName.allCases {
      var found: [Int] = []
      for age in 0...max(0, keep) {
        guard let info = try? context.files.info(path(service, age)), !info.isDirectory else {
          // A gap in the ages: a rotation was cut short. The current file may be the one that is missing.
          if age == 0 { found.append(0) }
          continue
        }
        found.append(Int(clamping: info.size))
      }
      if found != [0] { sizes[service] = found }
    }
    return .opened(sizes)
  }

  /// Rotated files beyond `keep`, which a configuration before this one kept.
  private func removeTooOld() {
    for name in (try? context.files.list(directory)) ?? [] where (LogNames.parse(name)?.age ?? 0) > keep {
      try? context.files.remove("\(directory)/\(name)")
    }
  }

  /// Up to and with the first write that finds no space. The batch is settled here, not by the logic: a stop may come between the write and the
  /// logic's turn, and its lines must not be written again.
  func write(_ writes: [FileWrite], settling batch: UInt64?) -> [WriteOutcome] {
    var outcomes: [WriteOutcome] = []
    for write in writes {
      let outcome = carryOut(write)
      outcomes.append(outcome)
      if outcome.error?.kind == .noSpace { return outcomes }
    }
    if let batch { queue.settle(batch) }
    return outcomes
  }

  private func carryOut(_ write: FileWrite) -> WriteOutcome {
    var rotated = false
    do throws(FileError) {
      if write.rotate {
        try rotate(write.service)
        rotated = true
      }
      try append(write)
      return WriteOutcome(write: write, rotated: rotated, size: size(write.service), error: nil)
    } catch {
      return WriteOutcome(write: write, rotated: rotated, size: size(write.service), error: error)
    }
  }

  private func append(_ write: FileWrite) throws(FileError) {
    do throws(FileError) {
      try context.files.append(path(write.service, 0), write.bytes, mode: 0o600, sync: false)
    } catch  where error.kind == .notFound {
      // Somebody removed the log directory under a running daemon.
      try context.files.makeDirectory(directory, mode: 0o700)
      try context.files.append(path(write.service, 0), write.bytes, mode: 0o600, sync: false)
    }
  }

  /// The oldest goes, each of the others grows one older. A crash in between leaves a gap in the ages and loses nothing.
  private func rotate(_ service: ServiceName) throws(FileError) {
    guard keep > 0 else { return try context.files.remove(path(service, 0)) }
    try context.files.remove(path(service, keep))
    for age in (0..<keep).reversed() {
      do throws(FileError) {
        try context.files.rename(path(service, age), to: path(service, age + 1), step: Self.rotateStep)
      } catch  where error.kind == .notFound {
        continue
      }
    }
  }

  private func size(_ service: ServiceName) -> Int {
    guard let info = try? context.files.info(path(service, 0)) else { return 0 }
    return Int(clamping: info.size)
  }

  private func path(_ service: ServiceName, _ age: Int) -> String { "\(directory)/\(LogNames.name(service, age: age))" }
}
