import Glibc

/// A child that runs a batch of seeds. What it says is read without threads: a program whose executors are simulated can use this too.
final class SeedChild {
  let descriptor: Int32
  let work: SeedWork
  private let pid: pid_t
  /// Seconds for one seed.
  private let limit: Int
  private var text: [UInt8] = []
  /// The seed that runs, and the one to run next.
  private var current: UInt64?
  private var next: UInt64
  private var details: [String] = []
  private var isLate = false
  /// The seed that runs began then, by the real clock.
  private var since = time(nil)
  private var outcomes: [SeedOutcome] = []
  /// The seed that it spoke of last.
  private var ended: UInt64?
  /// The seeds that a child which died did not come to.
  private(set) var rest: SeedRange?
  /// It has come as far as to begin a seed.
  private(set) var hasBegun = false

  init(_ work: SeedWork, _ program: SeedProgram, limit: Int) throws {
    self.work = work
    self.limit = limit
    next = work.seeds.first
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw SeedBatchesFailure(description: "no pipe to a child: \(String(cString: strerror(errno)))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    // A process group of its own: Ctrl-C reaches only the parent, which then ends everybody and says how far it came. No signal is ignored in it.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    // A trap says its reason in one line; the backtracer would take seconds for each.
    setenv("SWIFT_BACKTRACE", "enable=no", 1)
    let words = ([program.name] + work.arguments + ["--seeds", "\(work.seeds.first)..\(work.seeds.last)"]).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid: pid_t = 0
    let failed = posix_spawn(&pid, program.path, &actions, &attributes, words, environ)
    close(ends[1])
    guard failed == 0 else {
      close(ends[0])
      throw SeedBatchesFailure(description: "a child could not be started: \(String(cString: strerror(failed)))")
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
    var from = text.startIndex
    while let end = text[from...].firstIndex(of: 10) {
      line(String(decoding: text[from..<end], as: UTF8.self))
      from = end + 1
    }
    text.removeFirst(from)
    return true
  }

  /// Ends it when its seed takes too long.
  func look() {
    guard !isLate, time(nil) - since > limit else { return }
    isLate = true
    stop()
  }

  /// With whomever it has started.
  func stop() { kill(-pid, SIGKILL) }

  /// After the end of what it says: who died in the middle of a seed has failed it.
  func finish() {
    close(descriptor)
    if !text.isEmpty { line(String(decoding: text, as: UTF8.self)) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    let last = work.seeds.last
    // Whoever has said all has done its work, however it ended.
    guard current != nil || ended != last else { return }
    let seed = current ?? min(next, last)
    outcomes.append(SeedOutcome(label: work.label, seed: seed, ending: .died(how(status)), words: [], details: Array(details.suffix(20))))
    if seed < last { rest = SeedRange(seed + 1, last) }
  }

  private func how(_ status: Int32) -> String {
    if isLate { return "it took longer than \(limit) s and was killed" }
    let signal = status & 0x7f
    return signal == 0 ? "its process ended with exit code \(status >> 8 & 0xff)" : "its process was ended by \(Signal.name(signal))"
  }

  private func line(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    if words.count == 3, words[0] == "seed", words[2] == "begins" {
      current = UInt64(words[1])
      hasBegun = true
      since = time(nil)
      details = []
    } else if words.count >= 3, words[0] == "seed", words[2] == "passed" || words[2] == "failed", let seed = UInt64(words[1]), seed == current {
      let ending = words[2] == "passed" ? SeedOutcome.Ending.passed : .failed
      outcomes.append(SeedOutcome(label: work.label, seed: seed, ending: ending, words: Array(words.dropFirst(3)), details: details))
      (current, ended) = (nil, seed)
      details = []
      next = seed < work.seeds.last ? seed + 1 : seed
      since = time(nil)
    } else {
      details.append(line.hasPrefix("|") ? String(line.dropFirst()) : line)
      if details.count > 1_000 { details.removeFirst(500) }
    }
  }

  /// What has ended since the last call.
  func takeOutcomes() -> [SeedOutcome] {
    defer { outcomes = [] }
    return outcomes
  }
}

/// Signals by their names.
enum Signal {
  static func name(_ number: Int32) -> String {
    switch number {
    case SIGILL: "signal 4 (SIGILL: a trap)"
    case SIGTRAP: "signal 5 (SIGTRAP: a trap)"
    case SIGABRT: "signal 6 (SIGABRT)"
    case SIGBUS: "signal 7 (SIGBUS)"
    case SIGFPE: "signal 8 (SIGFPE)"
    case SIGKILL: "signal 9 (SIGKILL: killed, perhaps for want of memory)"
    case SIGSEGV: "signal 11 (SIGSEGV)"
    case SIGALRM: "signal 14 (SIGALRM: it took too long)"
    case SIGTERM: "signal 15 (SIGTERM)"
    default: "signal \(number)"
    }
  }
}
