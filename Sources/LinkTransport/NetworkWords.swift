import Glibc
import NIOCore

/// The network's errors in words for people: what is wrong and, where somebody can do something, what. Without a full stop at the end, because a
/// sentence goes round it.
package enum NetworkWords {
  /// What became of dialling or talking to `place`.
  package static func sentence(_ error: any Error, at place: String) -> String {
    guard let error = error as? IOError else { return "the connection to \(place) failed: \(words(error))" }
    switch error.errnoCode {
    case ECONNREFUSED: return "nothing listens at \(place) (connection refused); check that it runs and that the address is right"
    case EHOSTUNREACH, ENETUNREACH, ENETDOWN: return "there is no route to \(place); check this machine's network"
    case ETIMEDOUT: return "\(place) does not answer any more; check the network path and firewalls"
    case ECONNRESET, EPIPE, ECONNABORTED: return "\(place) broke the connection off; if this repeats, look into its log"
    case EACCES, EPERM: return "this machine does not let connectord connect to \(place); allow outbound TCP to it"
    case EMFILE, ENFILE: return "there is no file descriptor left to connect to \(place) with; raise the limit of open files"
    case EADDRNOTAVAIL: return "this machine has no address or port left to reach \(place) from; check its network"
    default: return "the connection to \(place) failed: \(words(error))"
    }
  }

  /// The system's own words, without the names of functions and numbers around them.
  package static func words(_ error: any Error) -> String {
    if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
    var text = String(describing: error)[...]
    while let last = text.last, last == "." || last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
