import Foundation
import Glibc

/// What one loop took, as one line of JSON: `{"count":…,"cpu":…,"seconds":…,"what":…}`, both times in seconds.
struct Measurement: Encodable {
  var what: String
  var count: Int
  var seconds: Double
  /// User and system time of the whole process.
  var cpu: Double

  /// The two clocks, read at once.
  struct Mark {
    let wall: Double
    let cpu: Double

    static var now: Mark { Mark(wall: read(CLOCK_MONOTONIC), cpu: read(CLOCK_PROCESS_CPUTIME_ID)) }

    private static func read(_ clock: clockid_t) -> Double {
      var time = timespec()
      clock_gettime(clock, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
  }

  init(_ what: String, count: Int, since start: Mark) {
    let end = Mark.now
    self.what = what
    self.count = count
    seconds = end.wall - start.wall
    cpu = end.cpu - start.cpu
  }

  func show() {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let data = try? encoder.encode(self) else { return }
    FileHandle.standardOutput.write(data + Data([10]))
  }
}
