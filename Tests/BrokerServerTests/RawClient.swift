import Foundation
import Glibc

/// A client that may send anything, over a real socket. Its calls block; nothing is waited for longer than three minutes, which a machine that does much else may need.
final class RawClient: Sendable {
  private let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) } }
    var limit = timeval(tv_sec: 180, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }

  deinit { close(descriptor) }

  /// All of it, or as much as the other side still takes.
  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      sent += count
    }
  }

  func send(_ text: String) { send(Array(text.utf8)) }
  func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Whether no byte is there to be read at this moment.
  var isSilent: Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) < 0 && errno == EAGAIN
  }

  /// Whether something comes, or the end, within so many milliseconds.
  func hears(within milliseconds: Int32) -> Bool {
    var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&state, 1, milliseconds) > 0
  }

  /// One answer, by its `Content-Length`. Nil when the connection ends before it is whole.
  func answer(headOnly: Bool = false) -> RawAnswer? {
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
      guard let byte = read(1) else { return nil }
      head += byte
    }
    var answer = RawAnswer(head: String(decoding: head, as: UTF8.self))
    let length = headOnly ? 0 : answer["content-length"].flatMap { Int($0) } ?? 0
    guard let body = read(length) else { return nil }
    answer.body = String(decoding: body, as: UTF8.self)
    return answer
  }

  /// True when the other side has closed and nothing more came.
  var isClosed: Bool {
    var byte: UInt8 = 0
    let count = recv(descriptor, &byte, 1, 0)
    return count == 0 || (count < 0 && errno == ECONNRESET)
  }

  private func read(_ count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
      var piece = [UInt8](repeating: 0, count: count - bytes.count)
      let got = piece.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      guard got > 0 else { return nil }
      bytes += piece.prefix(got)
    }
    return bytes
  }
}

struct RawAnswer: Hashable, Sendable {
  var status = 0
  var headers: [[String]] = []
  var body = ""

  init(head: String) {
    let lines = head.components(separatedBy: "\r\n").filter { !$0.isEmpty }
    status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } } ?? 0
    headers = lines.dropFirst().map { line in
      let colon = line.firstIndex(of: ":") ?? line.endIndex
      return [line[..<colon].lowercased(), line[colon...].dropFirst().trimmingCharacters(in: .whitespaces)]
    }
  }

  subscript(name: String) -> String? { headers.first { $0[0] == name }?[1] }
}

/// A listener that only says whether anybody came.
final class Canary: Sendable {
  private let descriptor: Int32
  let port: Int

  init() {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(listener, generic, size)
        listen(listener, 4)
        getsockname(listener, generic, &size)
      }
      return Int(in_port_t(bigEndian: pointer.pointee.sin_port))
    }
    _ = fcntl(listener, F_SETFL, O_NONBLOCK)
    descriptor = listener
  }

  deinit { close(descriptor) }

  var wasVisited: Bool {
    let visitor = accept(descriptor, nil, nil)
    if visitor >= 0 { close(visitor) }
    return visitor >= 0
  }
}

/// Runs blocking work on a thread of its own: the tests' threads are the server's as well.
func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
  }
}
