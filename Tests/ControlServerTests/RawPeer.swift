import ControlAPI
import Glibc

/// A peer that may send anything.
final class RawPeer: Sendable {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let result = try SocketPath(path).withAddress { connect(descriptor, $0, $1) }
    guard result == 0 else { throw ControlClientError.notRunning(path: path, detail: "errno \(errno)") }
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } }

  func send(_ request: ControlRequest) throws { send(try ControlCoding.frame(request)) }

  /// Everything until the server closes, as answers.
  func answersUntilClosed() throws -> [ControlAnswer] {
    var decoder = FrameDecoder()
    var answers: [ControlAnswer] = []
    while true {
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      guard count > 0 else { return answers }
      decoder.append(bytes.prefix(count))
      while let payload = try decoder.next() { answers.append(try ControlCoding.decode(from: payload)) }
    }
  }
}

/// A socket with a name and, if `listens`, somebody behind it.
final class Occupant: Sendable {
  private let descriptor: Int32

  init(_ path: String, listens: Bool) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    _ = try SocketPath(path).withAddress { bind(descriptor, $0, $1) }
    if listens { listen(descriptor, 4) }
  }

  deinit { close(descriptor) }
}
