import Foundation
import Glibc
import Synchronization

/// The one folder of a test run, below which each test has its own. Whatever a test leaves behind, even one that fails in the middle, is gone when the run
/// ends: its programs are killed, what it mounted is unmounted, and the folder is removed. What a run left that was itself killed, the next one removes.
enum TestRoot {
  private static let prefix = "cl-"
  private static let count = Atomic<Int>(0)
  private static let programs = Mutex<[ObjectIdentifier: Process]>([:])

  private static let path: String = {
    let temporary = FileManager.default.temporaryDirectory.path
    for name in (try? FileManager.default.contentsOfDirectory(atPath: temporary)) ?? [] where name.hasPrefix(prefix) {
      guard let owner = Int32(name.dropFirst(prefix.count)), kill(owner, 0) != 0, errno == ESRCH else { continue }
      clear("\(temporary)/\(name)")
    }
    let root = "\(temporary)/\(prefix)\(getpid())"
    atexit { TestRoot.end() }
    return root
  }()

  /// A new folder for one test. Its path is short, because a Unix socket's path has at most 107 bytes.
  static func folder() throws -> String {
    let folder = "\(path)/\(count.add(1, ordering: .relaxed).newValue)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  /// A program that is to be killed if the run ends before it does.
  static func watch(_ process: Process) { programs.withLock { $0[ObjectIdentifier(process)] = process } }
  static func forget(_ process: Process) { programs.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(process)) } }

  private static func end() {
    for process in programs.withLock({ Array($0.values) }) where process.isRunning { kill(process.processIdentifier, SIGKILL) }
    // A lab that was killed leaves its parts to stop by themselves; they get a few seconds, because they would write below the folder.
    for _ in 0..<200 where !LabUnderTest.processes(naming: path + "/").isEmpty { poll(nil, 0, 50) }
    for pid in LabUnderTest.processes(naming: path + "/") { kill(pid, SIGKILL) }
    clear(path)
  }

  private static func clear(_ folder: String) {
    for line in ((try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? "").split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count > 1, fields[1].hasPrefix(folder + "/") { umount2(String(fields[1]), Int32(MNT_DETACH)) }
    }
    try? FileManager.default.removeItem(atPath: folder)
  }
}
