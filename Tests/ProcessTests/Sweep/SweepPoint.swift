import Foundation
import Synchronization
import Testing

/// Where in its durable steps a process is killed: as `LiveWorld` counts them.
struct SweepPoint: Hashable, CustomStringConvertible {
  var step: String
  var phase: String
  var nth: Int

  /// The value of `CONNECTORD_DIE_AT` and `CONNECTOR_LAB_DIE_AT`.
  var description: String { "\(step):\(phase):\(nth)" }

  /// Whether it is tried: every phase the first time it is passed, and the end of the step the second time, because the first of a kind often makes
  /// what the second replaces. `CONNECTORD_SWEEP=all` tries every single one that was passed.
  func isTried(always: Int = 1) -> Bool { Self.triesAll || nth <= always || (nth == 2 && phase == "durable") }

  private static let triesAll = ProcessInfo.processInfo.environment["CONNECTORD_SWEEP"] == "all"

  /// Every step that a process wrote down, in its order.
  static func passed(_ file: String) throws -> [SweepPoint] {
    try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      let nth = try #require(words.count == 3 ? Int(words[2]) : nil, "no 'STEP PHASE NTH': \(line)")
      return SweepPoint(step: words[0], phase: words[1], nth: nth)
    }
  }

  /// The names of the steps, in the order in which they were first passed.
  static func steps(_ points: [SweepPoint]) -> [String] { points.reduce(into: []) { if !$0.contains($1.step) { $0.append($1.step) } } }
}

/// The process ended without coming by the point.
struct NotKilled: Error, CustomStringConvertible { var description: String }

/// Points that several workers take from, one after the other.
final class SweepQueue: Sendable {
  private let left: Mutex<[SweepPoint]>
  private let done = Mutex<[(SweepPoint, String?)]>([])

  init(_ points: [SweepPoint]) { left = Mutex(points.reversed()) }

  func next() -> SweepPoint? { left.withLock { $0.popLast() } }

  /// - Parameter problem: nil when everything was right after the kill.
  func finished(_ point: SweepPoint, _ problem: String?) { done.withLock { $0.append((point, problem)) } }

  /// Services write on their own, so a run may pass a step one time fewer than the one that was written down: then it is tried again.
  private static func problem(_ worker: Int, _ point: SweepPoint, _ body: (_ worker: Int, SweepPoint) async throws -> Void) async -> String? {
    for attempt in 1...3 {
      do {
        try await body(worker, point)
        return nil
      } catch let error as NotKilled where attempt < 3 {
        print("\(point): \(error)")
      } catch { return "\(error)" }
    }
    return nil
  }

  /// Kills at each point that is left, two at a time: no more, because the machine is small, unless most of the time is waiting.
  func sweep(_ name: String, workers: Int = 2, try body: @Sendable @escaping (_ worker: Int, SweepPoint) async throws -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      for worker in 1...workers {
        group.addTask {
          while let point = self.next(), !Task.isCancelled {
            self.finished(point, await Self.problem(worker, point, body))
          }
        }
      }
    }
    let all = done.withLock { $0 }
    let failed = all.filter { $0.1 != nil }
    print("\(name): recovered \(all.count - failed.count) of \(all.count)")
    #expect(left.withLock { $0.isEmpty }, "the sweep was cut short")
    #expect(!all.isEmpty)
    for (point, problem) in failed { Issue.record("\(name), killed at \(point): \(problem ?? "")") }
  }
}
