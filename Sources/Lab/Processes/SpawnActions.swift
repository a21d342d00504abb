import Foundation
package import Glibc

/// What a new process of the lab does before its program runs.
package enum SpawnActions {
  /// Leaves it nothing of ours above the descriptor `last`, which are the first three unless told otherwise: an inherited socket would keep a connection open that we have closed, and an inherited
  /// pipe would keep a program waiting that reads what we print.
  ///
  /// A descriptor that is closed in the meantime does no harm: glibc ignores a close of what is not open.
  package static func closeInherited(_ actions: inout posix_spawn_file_actions_t, above last: Int32 = 2) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
      if let descriptor = Int32(name), descriptor > last { posix_spawn_file_actions_addclose(&actions, descriptor) }
    }
  }
}
