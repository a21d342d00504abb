import Glibc
import Synchronization

/// Ctrl-C and its like, noted instead of died of: whoever has children ends them first and says how far it came. For the whole process, and without threads, so
/// that a program whose executors are simulated can use it too.
package struct Interruption: Sendable {
  /// 0 for none. A handler of signals can do no more than this.
  private static let first = Atomic<Int32>(0)

  /// From now on; what came before is forgotten. The calling thread lets these signals in, for whoever started the program may have kept them out.
  package init(_ numbers: [Int32] = [SIGINT, SIGTERM, SIGHUP]) {
    Self.first.store(0, ordering: .relaxed)
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers {
      sigaddset(&signals, number)
      Glibc.signal(number) { number in _ = Interruption.first.compareExchange(expected: 0, desired: number, ordering: .relaxed) }
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// The first one that came.
  package var signal: Int32? {
    let number = Self.first.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}
