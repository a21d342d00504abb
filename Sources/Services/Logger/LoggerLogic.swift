import ConnectorSettings
package import EventCatalog
package import ServiceKit
package import World

/// The Logger without a disk: which bytes go to which file, when a file is rotated, what is reported and when. Lines reach it in batches from the
/// queue; it asks for the next batch only when the one before is dealt with, so at most one write is under way.
package struct LoggerLogic: ServiceLogic {
  package typealias Level = LogLine.Level

  package enum Event: Sendable {
    /// Sizes of the files found at the start: the current one and then the rotated, youngest first.
    case opened([ServiceName: [Int]])
    case batch(LogBatch)
    /// What came of the writes, in order; what is missing at the end was not tried. `dropped`: lines that the queue has dropped by now.
    case wrote([WriteOutcome], dropped: Int)
    case retry
    case dropWindowEnded
    case status(RequestID)
    case setLevel(RequestID, ServiceName?, Level, caller: String)
    case collect(RequestID, maxBytes: Int, caller: String)
    case collected(RequestID, Result<CollectedLogs, CollectFailure>, caller: String)
  }

  package enum Directive: Sendable {
    /// Take the next batch, waiting for one.
    case pull
    /// Do these writes in order up to the first that fails for want of space; if there is none, settle the batch.
    case write([FileWrite], batch: UInt64?)
    case emit(EventCatalog.Event)
    case wait(Duration, then: Event)
    case setLevel(ServiceName?, Level)
    case collect(RequestID, maxBytes: Int, caller: String)
    case answer(RequestID, Result<Answer, any Error>)
  }

  package enum Answer: Sendable {
    case status(LoggerStatus)
    case archive([UInt8])
  }

  /// While the disk is full, how long until the next try. Chosen.
  package static let retryPause = Duration.seconds(1)
  /// Dropped lines of one log are reported at most once in this time. Chosen.
  package static let dropWindow = Duration.seconds(10)

  private let directory: String
  private let rotateBytes: Int
  private let keep: Int
  private var files: [ServiceName: LogFile] = [:]
  private var levels: [ServiceName: Level]
  private var batch: UInt64?
  private var pending: [(service: ServiceName, texts: [String])] = []
  private var diskFull: (since: Now, lost: Int)?
  private var unreported: [ServiceName: Int] = [:]
  private var dropWindowIsOpen = false
  private var collecting = false

  /// - Parameter directory: where the files are, `<service>.log` each.
  package init(directory: String, rotateBytes: Int, keep: Int, levels: [ServiceName: Level]) {
    self.directory = directory
    self.rotateBytes = max(1, rotateBytes)
    self.keep = max(0, keep)
    self.levels = levels
  }

  package static func answer(in directive: Directive) -> (RequestID, Result<Answer, any Error>)? {
    if case .answer(let id, let answer) = directive { (id, answer) } else { nil }
  }

  package mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    switch event {
    case .opened(let sizes):
      for (service, found) in sizes {
        files[service, default: LogFile()].size = found.first ?? 0
        files[service]?.rotated = Array(found.dropFirst())
      }
      return [.pull]
    case .batch(let batch): return take(batch, now)
    case .wrote(let outcomes, let dropped): return wrote(outcomes, dropped: dropped, now)
    case .retry: return writePending()
    case .dropWindowEnded:
      dropWindowIsOpen = false
      return reportDrops()
    case .status(let id): return [.answer(id, .success(.status(status)))]
    case .setLevel(let id, let service, let level, let caller):
      for each in service.map({ [$0] }) ?? ServiceName.allCases { levels[each] = level }
      let log = service?.rawValue ?? "all services"
      return [
        .setLevel(service, level), .emit(.logLevelChanged(log: log, level: level.rawValue, caller: caller)), .answer(id, .success(.status(status))),
      ]
    case .collect(let id, let maxBytes, let caller):
      guard !collecting else {
        return [.answer(id, .failure(WireError(.unavailable, "the logs are being collected for another caller; ask again in some seconds")))]
      }
      collecting = true
      return [.collect(id, maxBytes: maxBytes, caller: caller)]
    case .collected(let id, let result, let caller):
      collecting = false
      switch result {
      case .success(let logs):
        let event = EventCatalog.Event.logsCollected(caller: caller, files: logs.files, bytes: logs.archive.count, leftOut: logs.leftOut)
        return [.emit(event), .answer(id, .success(.archive(logs.archive)))]
      case .failure(let failure):
        return [.emit(.logCollectFailed(caller: caller, problem: failure.detail)), .answer(id, .failure(WireError(.failed, failure.detail)))]
      }
    }
  }

  /// By service, for the wire and for status pages.
  package var status: LoggerStatus {
    let services = ServiceName.allCases.compactMap { service -> LoggerStatus.Service? in
      guard let file = files[service] else { return nil }
      return LoggerStatus.Service(
        service: service, level: levels[service] ?? .info, bytes: file.size + file.rotated.reduce(0, +), lines: file.lines, dropped: file.dropped)
    }
    return LoggerStatus(services: services, diskFullSince: diskFull?.since.wall)
  }

  package func path(of service: ServiceName) -> String { "\(directory)/\(service.rawValue).log" }

  private mutating func take(_ batch: LogBatch, _ now: Now) -> [Directive] {
    self.batch = batch.id
    for line in batch.lines { add(line.text, to: line.service) }
    for (service, count) in sorted(batch.dropped) {
      files[service, default: LogFile()].dropped += count
      unreported[service, default: 0] += count
      note(service, now, "\(count) lines of this log were dropped here because the queue was full")
    }
    return reportDrops() + writePending()
  }

  private mutating func add(_ text: String, to service: ServiceName) {
    if let at = pending.firstIndex(where: { $0.service == service }) {
      pending[at].texts.append(text)
    } else {
      pending.append((service, [text]))
    }
  }

  /// A line of the Logger itself in another service's log.
  private mutating func note(_ service: ServiceName, _ now: Now, _ sentence: String) {
    add(LogLine(time: now.wall, level: .warning, service: service, message: "logger: " + sentence).text, to: service)
  }

  private func writePending() -> [Directive] {
    let writes = pending.flatMap { service, texts in (files[service] ?? LogFile()).plan(texts, for: service, limit: rotateBytes) }
    return writes.isEmpty ? [.pull] : [.write(writes, batch: batch)]
  }

  private mutating func wrote(_ outcomes: [WriteOutcome], dropped: Int, _ now: Now) -> [Directive] {
    var directives: [Directive] = []
    var isFull = false
    for outcome in outcomes {
      let service = outcome.write.service
      files[service, default: LogFile()].apply(outcome, keep: keep)
      guard let error = outcome.error else {
        finishPending(outcome.write.lines, of: service)
        directives += recovered(service, now)
        continue
      }
      if error.kind == .noSpace {
        isFull = true
        break
      }
      // Another trouble than a full disk is this file's own: its lines are given up so that the other logs go on.
      let lines = outcome.write.lines
      finishPending(lines, of: service)
      var file = files[service] ?? LogFile()
      if file.lostInFailure == nil { directives.append(.emit(.logFileFailed(path: path(of: service), problem: error.detail))) }
      file.dropped += lines
      file.lostInFailure = (file.lostInFailure ?? 0) + lines
      files[service] = file
    }
    if isFull {
      if diskFull == nil {
        diskFull = (now, dropped)
        let path = outcomes.last.map { self.path(of: $0.write.service) } ?? directory
        directives.append(.emit(.logDiskFull(path: path)))
      }
      return directives + [.wait(Self.retryPause, then: .retry)]
    }
    batch = nil
    if let full = diskFull {
      diskFull = nil
      let elapsed = Int((now.moment - full.since.moment).nanoseconds / 1_000_000)
      directives.append(.emit(.logDiskRecovered(elapsed: elapsed, count: max(0, dropped - full.lost))))
    }
    return directives + writePending()
  }

  /// The first `count` texts of a service are dealt with.
  private mutating func finishPending(_ count: Int, of service: ServiceName) {
    guard let at = pending.firstIndex(where: { $0.service == service }) else { return }
    pending[at].texts.removeFirst(min(count, pending[at].texts.count))
    if pending[at].texts.isEmpty { pending.remove(at: at) }
  }

  private mutating func recovered(_ service: ServiceName, _ now: Now) -> [Directive] {
    guard let lost = files[service]?.lostInFailure else { return [] }
    files[service]?.lostInFailure = nil
    note(service, now, "\(lost) lines of this log were lost before here because the file could not be written")
    return [.emit(.logFileRecovered(path: path(of: service), count: lost))]
  }

  private mutating func reportDrops() -> [Directive] {
    guard !dropWindowIsOpen, !unreported.isEmpty else { return [] }
    defer { unreported = [:] }
    dropWindowIsOpen = true
    return sorted(unreported).map { .emit(.logLinesDropped(log: $0.rawValue, count: $1)) } + [.wait(Self.dropWindow, then: .dropWindowEnded)]
  }

  private func sorted(_ counts: [ServiceName: Int]) -> [(ServiceName, Int)] { counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0, $1) } }
}
