import Glibc

/// How many files and sockets this process may have open.
package enum OpenFiles {
  /// Raises the limit as far as the system lets: many login shells give 1,024, of which a server with a thousand clients has none left for its own files.
  /// systemd leaves the raising to the program too (systemd.exec(5), LimitNOFILE=). Children inherit it.
  /// - Returns: the limit now.
  @discardableResult
  package static func raise() -> UInt64 {
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return 0 }
    guard limits.rlim_cur < limits.rlim_max else { return UInt64(limits.rlim_cur) }
    let before = limits.rlim_cur
    limits.rlim_cur = limits.rlim_max
    return UInt64(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 ? limits.rlim_max : before)
  }
}
