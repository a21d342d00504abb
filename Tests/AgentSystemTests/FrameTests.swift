import AgentSystem
import SimulatedWorld
import Testing
import World

@Suite struct FrameTests {
  @Test func samplesCoverEveryOperation() {
    #expect(Set(Samples.operations.map(\.kind)) == Set(PrivilegedOperation.Kind.allCases))
  }

  @Test func everyFrameComesBackAsItWent() throws {
    for frame in Samples.frames {
      let bytes = try frame.encoded()
      #expect(try AgentFrame(decoding: bytes) == frame)
    }
  }

  @Test func answersComeBackFromTheirRecord() throws {
    for answer in Samples.answers { #expect(try PrivilegedAnswer(decoding: answer.bytes) == answer) }
  }

  @Test func everyTruncationIsATypedError() throws {
    for frame in Samples.frames {
      let bytes = try frame.encoded()
      for count in 0..<bytes.count {
        #expect(throws: FrameError.self, "\(frame) cut to \(count)") { try AgentFrame(decoding: Array(bytes.prefix(count))) }
      }
    }
  }

  @Test func everyTrailingByteIsATypedError() throws {
    for frame in Samples.frames {
      let bytes = try frame.encoded() + [0]
      #expect(throws: FrameError.self) { try AgentFrame(decoding: bytes) }
      do { _ = try AgentFrame(decoding: bytes) } catch { #expect(error.kind == .trailingBytes) }
    }
  }

  /// What is wrong, and whether the request can be answered by its id.
  @Test(
    arguments: [
      ("nothing", [], .truncated, false),
      ("unknown kind", [9], .unknownFrame, false),
      ("hello without magic", [1, 88, 65, 71, 84, 0, 1, 0, 1], .badValue, false),
      ("hello with versions the wrong way round", [1, 67, 65, 71, 84, 0, 2, 0, 1], .badValue, false),
      ("id cut off", [2, 1, 2, 3], .truncated, false),
      ("unknown asker", [2] + id + text("nobody") + deadline + [0, 11], .unknownAsker, true),
      ("asker longer than its limit", [2] + id + [0, 200], .badValue, true),
      ("asker that is not UTF-8", [2] + id + [0, 2, 0xc3, 0x28], .badValue, true),
      ("unknown operation", [2] + id + text("watchdog") + deadline + [0x7f, 0xff], .unknownOperation, true),
      ("flag of 2", [2] + id + text("watchdog") + deadline + [0, 30, 2] + text(""), .badValue, true),
      ("reason with a line feed", [2] + id + text("watchdog") + deadline + [0, 30, 1] + text("a\nb"), .badValue, true),
      ("path without a root", [2] + id + text("watchdog") + deadline + [0, 20] + text("etc"), .badValue, true),
      ("path that is a file's", [2] + id + text("watchdog") + deadline + [0, 20] + text("/etc/passwd"), .badValue, true),
      ("version with a path in it", [2] + id + text("watchdog") + deadline + [0, 2] + text("../1"), .badValue, true),
      (
        "bundle of a negative length",
        [2] + id + text("watchdog") + deadline + [0, 1] + text("1.0.0.0") + text(String(repeating: "0a", count: 32)) + [0xff]
          + Array(repeating: 0, count: 15), .badValue, true
      ),
      ("releases that are not there", [3] + id + [1, 5] + Array(repeating: 0, count: 8) + text("idle") + [0, 0, 0, 0, 64], .truncated, true),
      ("more releases than a status holds", [3] + id + [1, 5] + Array(repeating: 0, count: 8) + text("idle") + [0, 0, 0, 0, 65], .badValue, true),
      ("unknown service", [2] + id + text("watchdog") + deadline + [0, 13] + text("sshd"), .badValue, true),
      (
        "65 texts", [2] + id + text("watchdog") + deadline + [0, 21] + text(#"HKLM\A"#) + [3, 65] + Array(repeating: 0, count: 130), .badValue, true
      ),
      ("entries that are not there", [3] + id + [1, 1, 0, 0xff, 0xff], .truncated, true),
      ("status of 4", [3] + id + [4], .badValue, true),
      ("due before 1970", [3] + id + [1, 3] + text("machine") + Array(repeating: 0xff, count: 8) + text(""), .badValue, true),
      ("unknown refusal", [3] + id + [2] + text("because") + text(""), .badValue, true),
    ] as [(String, [UInt8], FrameError.Kind, Bool)])
  func malformedFrames(_ what: String, _ bytes: [UInt8], _ kind: FrameError.Kind, _ isAnswerable: Bool) {
    do {
      let frame = try AgentFrame(decoding: bytes)
      Issue.record("\(what) was read as \(frame)")
    } catch {
      #expect(error.kind == kind, "\(what): \(error)")
      #expect((error.request != nil) == isAnswerable)
      #expect(!error.detail.isEmpty)
    }
  }

  @Test func sizesAreLimitedBothWays() {
    #expect(throws: FrameError(.tooLarge, "expected at most 65536 bytes; got 65537")) {
      try AgentFrame(decoding: Array(repeating: 1, count: AgentFrame.maxSize + 1))
    }
    let many = Array(repeating: RegistryEntry(Samples.path, .string(String(repeating: "x", count: 4000))), count: 20)
    #expect(throws: FrameError.self) { try AgentFrame.answer(Samples.id, .value(.entries(many, more: false))).encoded() }
  }

  /// A detail is for people: cut, never refused, and cut between characters.
  @Test func longDetailsAreCutBetweenCharacters() throws {
    let long = String(repeating: "é", count: 4000)
    let frame = try AgentFrame(decoding: try AgentFrame.answer(Samples.id, .refused(Refusal(.busy, "x" + long))).encoded())
    guard case .answer(_, .refused(let refusal)) = frame else { return #expect(Bool(false), "another frame") }
    #expect(refusal.detail.utf8.count == 1023)
    #expect(refusal.detail.hasPrefix("xéé"))
  }

  /// Whatever bytes come: a frame or a `FrameError`, and a frame that was read is one that can be written again.
  @Test func hundredThousandMutationsNeverTrap() throws {
    let random = SeededRandom(seed: 20_261_121)
    let valid = try Samples.frames.map { try $0.encoded() }
    var (read, refused) = (0, 0)
    for _ in 0..<100_000 {
      let bytes = mutated(valid[Int(random.below(UInt64(valid.count)))], random)
      do throws(FrameError) {
        let frame = try AgentFrame(decoding: bytes)
        let again = try frame.encoded()
        #expect(again == bytes)
        read += 1
      } catch {
        refused += 1
      }
    }
    #expect(read > 1_000)
    #expect(refused > 50_000)
  }

  private func mutated(_ valid: [UInt8], _ random: SeededRandom) -> [UInt8] {
    var bytes = valid
    for _ in 0...random.below(3) {
      let at = Int(random.below(UInt64(max(1, bytes.count))))
      switch random.below(6) {
      case 0 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8(random.below(8))
      case 1 where !bytes.isEmpty: bytes[at] = UInt8(random.below(256))
      case 2: bytes.insert(UInt8(random.below(256)), at: min(at, bytes.count))
      case 3 where !bytes.isEmpty: bytes.remove(at: at)
      case 4: bytes = Array(bytes.prefix(at))
      default: bytes += random.bytes(Int(random.below(40)))
      }
    }
    return bytes
  }

  static let id: [UInt8] = Array(repeating: 7, count: 16)
  static let deadline: [UInt8] = Array(repeating: 0, count: 8)
  static func text(_ text: String) -> [UInt8] { [0, UInt8(text.utf8.count)] + Array(text.utf8) }
}
