import ConnectorSettings
import EventCatalog
import ServiceKit
import Testing
import World

@testable import LoggerService

@Suite struct LoggerLogicTests {
  private var now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_795_000_000))

  private func logic(rotateBytes: Int = 1_000_000, keep: Int = 2) -> LoggerLogic {
    LoggerLogic(directory: "/s/logs", rotateBytes: rotateBytes, keep: keep, levels: [:])
  }

  private func lines(_ count: Int, _ service: ServiceName = .adProvider) -> [LogLine] {
    (0..<count).map { LogLine(time: now.wall, level: .info, service: service, message: "line \($0)") }
  }

  private func batch(_ id: UInt64, _ lines: [LogLine], dropped: [ServiceName: Int] = [:]) -> LoggerLogic.Event {
    .batch(LogBatch(id: id, lines: lines, dropped: dropped))
  }

  /// All of these writes done, or each with `error`.
  private func outcomes(_ directives: [LoggerLogic.Directive], error: FileError? = nil) -> [WriteOutcome] {
    writes(directives).map { WriteOutcome(write: $0, rotated: $0.rotate, size: error == nil ? $0.bytes.count : 0, error: error) }
  }

  private func writes(_ directives: [LoggerLogic.Directive]) -> [FileWrite] {
    directives.flatMap { directive -> [FileWrite] in if case .write(let writes, _) = directive { writes } else { [] } }
  }

  private func events(_ directives: [LoggerLogic.Directive]) -> [EventCatalog.Event] {
    directives.compactMap { if case .emit(let event) = $0 { event } else { nil } }
  }

  private func pulls(_ directives: [LoggerLogic.Directive]) -> Bool { directives.contains { if case .pull = $0 { true } else { false } } }
  private func waits(_ directives: [LoggerLogic.Directive]) -> [Duration] {
    directives.compactMap { if case .wait(let pause, _) = $0 { pause } else { nil } }
  }

  @Test func `Lines of one batch are written by service, in order, and only then the next batch is taken`() {
    var logic = logic()
    #expect(pulls(logic.handle(.opened([:]), at: now)))
    let directives = logic.handle(batch(1, lines(2) + lines(1, .watchDog)), at: now)
    #expect(!pulls(directives))
    #expect(writes(directives).map(\.service) == [.adProvider, .watchDog])
    let text = String(decoding: writes(directives)[0].bytes, as: UTF8.self)
    #expect(text == lines(2).map(\.text).joined() && text.hasPrefix("2026-11-18T11:06:40.000000Z info ad-provider line 0\n"))
    #expect(pulls(logic.handle(.wrote(outcomes(directives), dropped: 0), at: now)))
    #expect(logic.status.services.map(\.lines) == [1, 2])
  }

  @Test func `A file is rotated before it would grow beyond the limit`() {
    let size = lines(1)[0].text.utf8.count
    var logic = logic(rotateBytes: 3 * size)
    _ = logic.handle(.opened([.adProvider: [size, 2 * size]]), at: now)
    let directives = logic.handle(batch(1, lines(6)), at: now)
    #expect(writes(directives).map(\.rotate) == [false, true, true])
    #expect(writes(directives).map(\.lines) == [2, 3, 1])
    let done = zip(writes(directives), [3, 3, 1]).map { WriteOutcome(write: $0, rotated: $0.rotate, size: $1 * size, error: nil) }
    _ = logic.handle(.wrote(done, dropped: 0), at: now)
    #expect(logic.status.services.first?.bytes == 7 * size, "the current file and the two kept")
  }

  @Test(arguments: [0, 10, 39, 40]) func `A line beyond the limit stands alone, and no line is ever split or lost`(_ limit: Int) {
    var logic = logic(rotateBytes: limit)
    let writes = writes(logic.handle(batch(1, lines(4)), at: now))
    #expect(writes.map(\.lines) == [1, 1, 1, 1])
    #expect(writes.map(\.rotate) == [false, true, true, true])
  }

  @Test func `While the disk is full nothing is lost, one event says so at the start and one at the end`() {
    var logic = logic()
    let first = logic.handle(batch(1, lines(3) + lines(2, .watchDog)), at: now)
    let full = FileError(.noSpace, "/s/logs/ad-provider.log", "write: No space left on device")
    let refused = logic.handle(.wrote(Array(outcomes(first, error: full).prefix(1)), dropped: 0), at: now)
    #expect(events(refused).map(\.definition) == [LoggerEvents.diskFull])
    #expect(waits(refused) == [LoggerLogic.retryPause] && !pulls(refused) && writes(refused).isEmpty)
    #expect(logic.status.diskFullSince == now.wall)

    let again = logic.handle(.retry, at: now)
    #expect(writes(again) == writes(first), "the same lines, all of them")
    #expect(events(logic.handle(.wrote(Array(outcomes(again, error: full).prefix(1)), dropped: 5), at: now)).isEmpty, "said once")

    var later = now
    later.moment = later.moment + .seconds(9)
    let third = logic.handle(.retry, at: later)
    let healed = logic.handle(.wrote(outcomes(third), dropped: 7), at: later)
    #expect(events(healed).map(\.message) == ["The logs are written again after 9000 ms; 7 lines were lost."])
    #expect(pulls(healed) && logic.status.diskFullSince == nil)
  }

  @Test func `A partly written line is ended before the next try`() {
    var logic = logic()
    let first = logic.handle(batch(1, lines(2)), at: now)
    let torn = WriteOutcome(write: writes(first)[0], rotated: false, size: 17, error: FileError(.noSpace, "/x", "full"))
    _ = logic.handle(.wrote([torn], dropped: 0), at: now)
    let again = writes(logic.handle(.retry, at: now))
    #expect(again.first?.bytes.first == UInt8(ascii: "\n") && again.first?.bytes.count == writes(first)[0].bytes.count + 1)
  }

  @Test func `One file's own trouble costs its lines only, and is said once`() {
    var logic = logic()
    let denied = FileError(.notPermitted, "/s/logs/ad-provider.log", "open: Permission denied")
    for round in 1...2 as ClosedRange<UInt64> {
      let asked = logic.handle(batch(round, lines(3) + lines(1, .watchDog)), at: now)
      var results = outcomes(asked)
      results[0].error = denied
      let answered = logic.handle(.wrote(results, dropped: 0), at: now)
      #expect(events(answered).map(\.definition) == (round == 1 ? [LoggerEvents.fileFailed] : []))
      #expect(pulls(answered), "the others go on")
    }
    let asked = logic.handle(batch(3, lines(1)), at: now)
    let answered = logic.handle(.wrote(outcomes(asked), dropped: 0), at: now)
    #expect(events(answered).map(\.message) == ["The log /s/logs/ad-provider.log is written again; 6 lines were lost."])
    #expect(String(decoding: writes(answered)[0].bytes, as: UTF8.self).contains("warning ad-provider logger: 6 lines of this log were lost"))
    #expect(logic.status.services.first { $0.service == .adProvider }?.dropped == 6)
  }

  @Test func `Dropped lines are a line in that log and an event, at most one in a window`() {
    var logic = logic()
    let first = logic.handle(batch(1, lines(1), dropped: [.adProvider: 4, .logger: 1]), at: now)
    #expect(
      events(first).map(\.message) == [
        "4 log lines of ad-provider were dropped because the queue was full.", "1 log lines of logger were dropped because the queue was full.",
      ])
    #expect(waits(first) == [LoggerLogic.dropWindow])
    #expect(
      writes(first).map { String(decoding: $0.bytes, as: UTF8.self).split(separator: "\n").last ?? "" }.map { $0.contains("were dropped here") } == [
        true, true,
      ])
    _ = logic.handle(.wrote(outcomes(first), dropped: 0), at: now)

    let second = logic.handle(batch(2, [], dropped: [.adProvider: 2]), at: now)
    #expect(events(second).isEmpty, "the window is open")
    _ = logic.handle(.wrote(outcomes(second), dropped: 0), at: now)
    _ = logic.handle(batch(3, [], dropped: [.adProvider: 3]), at: now)
    let end = logic.handle(.dropWindowEnded, at: now)
    #expect(events(end).map { $0.values["count"] } == [.integer(5)])
    #expect(events(logic.handle(.dropWindowEnded, at: now)).isEmpty, "nothing more to say")
  }

  @Test func `Collections are one at a time`() {
    var logic = logic()
    let first = logic.handle(.collect(RequestID(1), maxBytes: 10, caller: "the cloud"), at: now)
    #expect(first.contains { if case .collect = $0 { true } else { false } })
    let second = logic.handle(.collect(RequestID(2), maxBytes: 10, caller: "the cloud"), at: now)
    let answer = second.lazy.compactMap(LoggerLogic.answer(in:)).first
    #expect(answer?.0 == RequestID(2))
    #expect(throws: WireError.self) { try answer?.1.get() }
    let failed = logic.handle(.collected(RequestID(1), .failure(CollectFailure(detail: "disk gone")), caller: "the cloud"), at: now)
    #expect(events(failed).map(\.message) == ["The logs could not be collected for the cloud: disk gone"])
    let third = logic.handle(.collect(RequestID(3), maxBytes: 10, caller: "the cloud"), at: now)
    #expect(third.contains { if case .collect = $0 { true } else { false } })
  }
}
