import Foundation
import Glibc

/// Tells when the process that started this one has gone: its end of the pipe that is our standard input closes, however it ended.
package enum ParentWatch {
  package static func onParentGone(_ act: @escaping @Sendable () -> Void) {
    let thread = Thread {
      var byte: UInt8 = 0
      while true {
        let count = read(0, &byte, 1)
        if count == 0 || (count < 0 && errno != EINTR) { break }
      }
      act()
    }
    thread.stackSize = 128 * 1024
    thread.start()
  }
}
