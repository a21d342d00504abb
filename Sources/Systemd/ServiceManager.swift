import CSystemd
import EventCatalog
import Glibc

/// What the process tells the service manager that started it (sd_notify(3)). Without NOTIFY_SOCKET, so outside systemd, every call does nothing.
package struct ServiceManager: Sendable {
  /// Whether somebody listens. Read from the environment once, at `init`.
  package let isPresent: Bool
  /// Without a `ping` within this span the manager kills the process; nil when it does not watch. Feed it at half of this (sd_watchdog_enabled(3)).
  package let watchdogInterval: Duration?

  package init() {
    isPresent = getenv("NOTIFY_SOCKET") != nil
    var microseconds: UInt64 = 0
    let watched = sd_watchdog_enabled(0, &microseconds) > 0
    watchdogInterval = watched && microseconds <= UInt64(Int64.max / 1_000) ? .microseconds(Int64(microseconds)) : nil
  }

  /// Everything is up: units that wait for this one may start. Also the end of a reload.
  package func ready(_ sentence: String) { notify("READY=1\nSTATUS=\(OneLine.escape(sentence))") }

  /// The sentence that `systemctl status` shows.
  package func status(_ sentence: String) { notify("STATUS=\(OneLine.escape(sentence))") }

  /// A reload begins; `ready` ends it. The time lets the manager tell this reload from an earlier one (Type=notify-reload).
  package func reloading(_ sentence: String) {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    notify("RELOADING=1\nMONOTONIC_USEC=\(microseconds)\nSTATUS=\(OneLine.escape(sentence))")
  }

  /// The process has begun to stop.
  package func stopping(_ sentence: String) { notify("STOPPING=1\nSTATUS=\(OneLine.escape(sentence))") }

  /// Feeds the watchdog.
  package func ping() { notify("WATCHDOG=1") }

  /// Start, stop or reload takes longer: the manager waits at least this much from now on.
  package func extendTimeout(by span: Duration) {
    let (seconds, attoseconds) = span.components
    notify("EXTEND_TIMEOUT_USEC=\(max(0, seconds) &* 1_000_000 &+ attoseconds / 1_000_000_000_000)")
  }

  /// Blocks until the manager has read everything sent before, at most for `limit`: otherwise the last words of a process that exits at once can no
  /// longer be matched to its unit. True when it has, or when nobody listens.
  @discardableResult
  package func barrier(within limit: Duration = .seconds(2)) -> Bool {
    guard isPresent else { return true }
    let (seconds, attoseconds) = limit.components
    return sd_notify_barrier(0, UInt64(max(0, seconds)) &* 1_000_000 &+ UInt64(max(0, attoseconds) / 1_000_000_000_000)) >= 0
  }

  private func notify(_ state: String) {
    guard isPresent else { return }
    // A manager that does not listen any more is no reason to fail.
    _ = sd_notify(0, state)
  }
}
