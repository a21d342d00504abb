import Foundation
import Glibc
import Testing

extension HardshipTests {
  /// Bytes that are no message, on every socket there is.
  @Suite struct IntrusionTests {
    @Test(.timeLimit(.minutes(3))) func garbageOnAnySocketHurtsNobodyElse() async throws {
      let lab = try LabUnderTest(connectors: 2)
      try await lab.awaitAll(["c1", "c2"], "healthy")
      let socket = "\(lab.folder)/c1/state/control.sock"
      let frames: [(what: String, bytes: [UInt8], half: Bool)] = [
        ("oversized", [0x7f, 0xff, 0xff, 0xff, 1, 2, 3], false), ("empty", [0, 0, 0, 0], false), ("no JSON", [0, 0, 0, 4, 1, 2, 3, 4], false),
        ("another JSON", [0, 0, 0, 2] + Array("[]".utf8), false), ("half", [0, 0, 1, 0] + Array("{".utf8), true),
        ("HTTP", Array("GET / HTTP/1.1\r\n\r\n".utf8), false),
      ]
      for frame in frames {
        let before = try await Self.badFrames(lab)
        let answer = try await Self.send(frame.bytes, to: .unix(socket), hangUp: frame.half)
        #expect(answer != nil, "\(frame.what): the connection was not closed")
        let after = try await LabProcessTests.eventually {
          try await Self.badFrames(lab)
        } until: {
          $0 > before
        }
        #expect(after > before, "\(frame.what): no event")
        #expect(try await lab.ctl("c1", ["health"]).code == 0)
      }

      // The link, the API, and the channel between the connectors.
      let endpoints = try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(lab.folder)/cloud/cloud.json"))) as? [String: Any])
      var ports = [endpoints["link"], endpoints["api"]].compactMap { ($0 as? String)?.split(separator: ":").last.flatMap { UInt16($0) } }
      ports.append(try await Self.peerPort(lab))
      #expect(ports.count == 3)
      let noise = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
      for port in ports {
        for bytes in [noise, Array("GET / HTTP/1.1\r\n\r\n".utf8), [0x16, 0x03, 0x01, 0xff, 0xff], []] {
          _ = try await Self.send(bytes, to: .tcp(port), hangUp: true)
        }
      }
      for name in ["c1", "c2"] { #expect(try await lab.ctl(name, ["health"]).code == 0) }
      let restarts = try await lab.ctl("c1", ["--json", "services"])
      #expect(!restarts.output.contains(#""restarts":1"#), "\(restarts.output)")
      #expect(try await lab.stop() == 0)
    }

    private static func badFrames(_ lab: LabUnderTest) async throws -> Int {
      try await lab.ctl("c1", ["events", "--code", "10152"]).output.split(separator: "\n").count
    }

    private enum Target: Sendable {
      case unix(String)
      case tcp(UInt16)
    }

    /// Writes the bytes and reads until the other end closes; nil when it cannot connect.
    private static func send(_ bytes: [UInt8], to target: Target, hangUp: Bool) async throws -> [UInt8]? {
      await withCheckedContinuation { continuation in
        Thread { continuation.resume(returning: exchange(bytes, target, hangUp)) }.start()
      }
    }

    private static func exchange(_ bytes: [UInt8], _ target: Target, _ hangUp: Bool) -> [UInt8]? {
      let descriptor: Int32
      let connected: Bool
      switch target {
      case .unix(let path):
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        connected = Self.connect(descriptor, &address)
      case .tcp(let port):
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        connected = Self.connect(descriptor, &address)
      }
      defer { close(descriptor) }
      guard connected else { return nil }
      _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      if hangUp { shutdown(descriptor, Int32(SHUT_WR)) }
      var answer: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = recv(descriptor, &piece, piece.count, 0)
        if count <= 0 { return answer }
        answer += piece.prefix(count)
      }
    }

    private static func connect<Address>(_ descriptor: Int32, _ address: inout Address) -> Bool {
      withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size)) == 0 }
      }
    }

    /// The port that c1 answers its peers on, as c2 knows it.
    private static func peerPort(_ lab: LabUnderTest) async throws -> UInt16 {
      let pattern = #/"address":"127\.0\.0\.1:([0-9]+)"/#
      let answer = try await LabProcessTests.eventually {
        try await lab.ctl("c2", ["--json", "ha", "status"])
      } until: {
        $0.output.contains(pattern)
      }
      return try #require(answer.output.firstMatch(of: pattern).flatMap { UInt16($0.1) })
    }
  }
}
