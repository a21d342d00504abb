import Evergreen
package import World

extension MachineTime {
  /// What the kernel says: boot_id(random(4)) and proc_uptime(5), which counts sleep too. Nil where it says nothing.
  package init?(_ files: any Files) {
    guard let id = Self.text("/proc/sys/kernel/random/boot_id", files), let time = Self.text("/proc/uptime", files),
      let seconds = time.split(separator: " ").first.flatMap({ Double($0) }), let uptime = Int64(exactly: (seconds * 1_000).rounded())
    else { return nil }
    self.init(start: id.filter { !$0.isWhitespace }, uptime: uptime)
  }

  private static func text(_ path: String, _ files: any Files) -> String? { (try? files.read(path)).map { String(decoding: $0, as: UTF8.self) } }
}

extension ReleaseSlots {
  /// By which the time of a trial is counted.
  var machineTime: MachineTime? { MachineTime(files) }
}
