import ControlAPI
import Testing

@Suite struct FrameTests {
  static let good = Array(#"{"status":{}}"#.utf8)

  @Test func aFrameIsItsLengthAndItsPayload() throws {
    let frame = try ControlFrame.encode(Self.good)
    #expect(Array(frame.prefix(4)) == [0, 0, 0, 13])
    #expect(Array(frame.dropFirst(4)) == Self.good)
  }

  @Test func tooMuchAndNothingAreNotEncoded() throws {
    #expect(throws: FrameError.empty) { try ControlFrame.encode([]) }
    #expect(throws: FrameError.oversized(length: 1_048_577, limit: 1_048_576)) { try ControlFrame.encode([UInt8](repeating: 32, count: 1_048_577)) }
    #expect(try ControlFrame.encode([UInt8](repeating: 32, count: 1_048_576)).count == 1_048_580)
  }

  struct Case: Sendable {
    var bytes: [UInt8]
    var frames: Int
    var error: FrameError?
    var end: FrameError?
  }

  static let table: [Case] = [
    Case(bytes: [], frames: 0),
    Case(bytes: [0], frames: 0, end: .truncated(have: 1, want: 4)),
    Case(bytes: [0, 0, 0, 2, 123], frames: 0, end: .truncated(have: 5, want: 6)),
    Case(bytes: [0, 0, 0, 2, 123, 125], frames: 1),
    Case(bytes: [0, 0, 0, 2, 123, 125, 0, 0, 0, 1, 49], frames: 2),
    Case(bytes: [0, 0, 0, 2, 123, 125, 0, 0], frames: 1, end: .truncated(have: 2, want: 4)),
    Case(bytes: [0, 0, 0, 0], frames: 0, error: .empty),
    Case(bytes: [0, 0x10, 0, 1], frames: 0, error: .oversized(length: 1_048_577, limit: 1_048_576)),
    Case(bytes: [0, 0x10, 0, 0], frames: 0, end: .truncated(have: 4, want: 1_048_580)),
    Case(bytes: [0xff, 0xff, 0xff, 0xff], frames: 0, error: .oversized(length: 4_294_967_295, limit: 1_048_576)),
    Case(bytes: [0, 0, 0, 1, 49, 0xff, 0, 0, 0], frames: 1, error: .oversized(length: 4_278_190_080, limit: 1_048_576)),
  ]

  @Test(arguments: table) func bytesBecomeFrames(_ row: Case) {
    // Cut everywhere, the result is the same.
    for piece in 1...max(1, row.bytes.count) {
      var decoder = FrameDecoder()
      var frames = 0
      var error: FrameError?
      var rest = row.bytes[...]
      while error == nil, !rest.isEmpty {
        decoder.append(rest.prefix(piece))
        rest = rest.dropFirst(piece)
        do { while try decoder.next() != nil { frames += 1 } } catch let caught { error = caught }
      }
      #expect(frames == row.frames)
      #expect(error == row.error)
      guard error == nil else { continue }
      var end: FrameError?
      do { try decoder.finish() } catch let caught { end = caught }
      #expect(end == row.end)
      #expect(decoder.isMidFrame == (row.end != nil))
    }
  }

  /// Whatever comes, there is a request, a typed error or a wait for more; and a frame that is whole is never larger than the limit.
  @Test(arguments: 0..<4) func mutatedFramesNeverTrap(_ seed: UInt64) throws {
    var random = Draws(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    let seeds = try RequestTests.all.map { try ControlCoding.frame($0) }
    var understood = 0
    var refused = 0
    for _ in 0..<1_000 {
      var bytes = seeds[random.below(seeds.count)] + seeds[random.below(seeds.count)]
      for _ in 0..<random.below(4) {
        let at = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
        default: bytes.removeLast(min(bytes.count - 1, random.below(12)))
        }
      }
      var decoder = FrameDecoder()
      decoder.append(bytes)
      do {
        while let payload = try decoder.next() {
          #expect(payload.count <= ControlFrame.limit)
          let request: ControlRequest = try ControlCoding.decode(from: payload)
          understood += request.name.isEmpty ? 0 : 1
        }
        try decoder.finish()
      } catch {
        #expect(!error.description.isEmpty)
        refused += 1
      }
    }
    #expect(understood > 250)
    #expect(refused > 250)
  }
}

/// A small generator (splitmix64), so that a failing seed fails again.
struct Draws {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(next() % UInt64(bound)) }
}
