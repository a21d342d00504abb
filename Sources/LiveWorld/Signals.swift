import Dispatch
import Glibc

/// Signals as a stream: the process no longer dies of them.
///
/// Unchecked: the sources are made once and only kept alive.
package final class Signals: @unchecked Sendable {
  package let stream: AsyncStream<Int32>
  private let sources: [any DispatchSourceSignal]

  package init(_ numbers: [Int32]) {
    let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
    self.stream = stream
    sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield(number) }
      source.activate()
      return source
    }
  }
}
