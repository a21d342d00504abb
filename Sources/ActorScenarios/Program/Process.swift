import ActorKernel
import Glibc

/// A child that runs a batch of seeds; what it says is read without threads.
final class Process {
  /// Without a word for this long (seconds of the real clock) a child is taken for hanging in a loop of its own.
  static let patience = 60

  let descriptor: Int32
  private let pid: pid_t
  private let scenario: Scenario
  private let last: UInt64
  private var text: [UInt8] = []
  /// The seed that runs, and the one to run next.
  private var current: UInt64?
  private var next: UInt64
  private var details: [String] = []
  private(set) var outcomes: [Outcome] = []
  /// The seeds that a child which died did not come to.
  private(set) var rest: SeedRange?

  init(_ scenario: Scenario, _ seeds: SeedRange, _ mode: HopMode?, _ plant: Plant?) throws {
    self.scenario = scenario
    last = seeds.last
    next = seeds.first
    var arguments = ["connectord-actors", "--here", "--seeds", "\(seeds.first)..\(seeds.last)", "--scenario", scenario.name]
    if let mode { arguments += ["--mode", mode.rawValue] }
    if let plant { arguments += ["--plant", plant.rawValue] }
    // A trap says its reason in one line; the backtracer would take seconds for each.
    setenv("SWIFT_BACKTRACE", "enable=no", 1)
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw ProcessFailure("pipe: \(String(cString: strerror(errno)))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    var pid: pid_t = 0
    let words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let failed = posix_spawn(&pid, "/proc/self/exe", &actions, nil, words, environ)
    close(ends[1])
    guard failed == 0 else {
      close(ends[0])
      throw ProcessFailure("a child could not be started: \(String(cString: strerror(failed)))")
    }
    self.pid = pid
    descriptor = ends[0]
  }

  /// Reads what there is; false at the end.
  func read() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    if count < 0 { return errno == EINTR || errno == EAGAIN }
    guard count > 0 else { return false }
    text += buffer[..<count]
    while let end = text.firstIndex(of: 10) {
      line(String(decoding: text[..<end], as: UTF8.self))
      text.removeFirst(end + 1)
    }
    return true
  }

  /// Ends one that hangs.
  func stop() { kill(pid, SIGKILL) }

  /// After the end: whoever died in the middle of a seed has failed it.
  func finish() {
    close(descriptor)
    if !text.isEmpty { line(String(decoding: text, as: UTF8.self)) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    guard current != nil || status != 0 || next <= last else { return }
    let seed = current ?? min(next, last)
    outcomes.append(died(seed, status))
    if seed < last { rest = SeedRange(seed + 1, last) }
  }

  private func died(_ seed: UInt64, _ status: Int32) -> Outcome {
    let signal = status & 0x7f
    let how = signal == 0 ? "the child ended with code \(status >> 8 & 0xff)" : "the child died of signal \(signal), as a trap does"
    return Outcome(scenario: scenario.name, seed: seed, passed: false, mode: "", hash: "died", jobs: 0, details: [how] + details.suffix(20))
  }

  private func line(_ line: String) {
    let words = line.split(separator: " ")
    if words.count == 3, words[0] == "seed", words[2] == "begins" {
      current = UInt64(words[1])
      details = []
    } else if words.count == 6, words[0] == "seed", let seed = UInt64(words[1]), seed == current {
      outcomes.append(
        Outcome(
          scenario: scenario.name, seed: seed, passed: words[2] == "passed", mode: String(words[3]), hash: String(words[4]),
          jobs: UInt64(words[5]) ?? 0,
          details: details))
      current = nil
      next = seed + 1
    } else {
      details.append(line.hasPrefix("|") ? String(line.dropFirst()) : line)
    }
  }
}

struct ProcessFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
