package import World

/// Whether this machine's kernel runs in FIPS mode.
package enum FIPSMode {
  /// False where there is no such kernel.
  package static func isOn(_ files: any Files) -> Bool {
    (try? files.read("/proc/sys/crypto/fips_enabled"))?.first == UInt8(ascii: "1")
  }
}
