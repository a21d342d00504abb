import ActorKernel
import ArgumentParser
import Glibc

@main enum Main {
  /// Exit codes: 0 all passed, 1 something was found, 64 wrong use, 69 this toolchain or machine cannot simulate actors.
  nonisolated static func main() {
    // Before anything else: the executors are the process's own from here on.
    if let problem = ActorKernel.install() {
      Text.errors("actors cannot be simulated here: \(problem). The program needs Swift 6.3 on Linux; the rest of the project does not need it.\n")
      exit(69)
    }
    Actors.main()
  }
}

/// Text goes out at once, through the descriptors: a trap must not take it along.
enum Text {
  static func out(_ text: String) { write(text, to: 1) }
  static func errors(_ text: String) { write(text, to: 2) }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno != EINTR { return }
      rest = rest.dropFirst(max(0, written))
    }
  }
}
