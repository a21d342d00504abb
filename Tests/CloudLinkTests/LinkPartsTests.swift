import CloudAPI
import CloudLinkLive
import EventCatalog
import Glibc
import LinkTransport
import LiveWorld
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTP2
import Testing
import World

@Suite("link: its parts")
struct LinkPartsTests {
  @Test("input is re-cut into whole frames, however it comes in", arguments: [1, 2, 3, 8, 9, 10, 100, 1_000, 20_000])
  func recut(piece: Int) throws {
    let magic = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    let longest = piece < 1_000 ? [100, 700] : [16_384, 65_536]
    let frames = ([0, 1, 8, 9] + longest + [0, 3]).enumerated().map { number, length in
      [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), 0, 0, 0, 0, 0, UInt8(number)]
        + SplitMix(seed: UInt64(number)).bytes(length)
    }
    let channel = EmbeddedChannel(handler: FrameRecutter(expectsPreface: true))
    let input = magic + frames.joined()
    for start in stride(from: 0, to: input.count, by: piece) {
      try channel.writeInbound(ByteBuffer(bytes: input[start..<min(start + piece, input.count)]))
    }
    var output: [[UInt8]] = []
    while let buffer = try channel.readInbound(as: ByteBuffer.self) { output.append(Array(buffer.readableBytesView)) }
    while output.first.map({ $0.count < magic.count }) == true, output.count > 1 { output.replaceSubrange(0...1, with: [output[0] + output[1]]) }
    #expect(output == [magic] + frames)
    _ = try channel.finish()
  }

  @Test("a frame longer than agreed goes through as it is, for the parser to refuse")
  func tooLong() throws {
    let channel = EmbeddedChannel(handler: FrameRecutter(expectsPreface: false))
    try channel.writeInbound(ByteBuffer(bytes: [255, 255]))
    try channel.writeInbound(ByteBuffer(bytes: [255, 0, 0, 0, 0, 0, 1, 7]))
    try channel.writeInbound(ByteBuffer(bytes: [8, 9]))
    var all: [UInt8] = []
    while let buffer = try channel.readInbound(as: ByteBuffer.self) { all += buffer.readableBytesView }
    #expect(all == [255, 255, 255, 0, 0, 0, 0, 0, 1, 7, 8, 9])
    _ = try channel.finish()
  }

  @Test(
    "addresses",
    arguments: [
      ("127.0.0.1:80", "127.0.0.1", 80), ("[::1]:443", "::1", 443), ("a.example.test:65535", "a.example.test", 65_535), ("::1:443", nil, 0),
      ("a:0", nil, 0), ("a:65536", nil, 0), (":80", nil, 0), ("a", nil, 0), ("a b:80", nil, 0), ("", nil, 0), ("u@a:80", nil, 0),
    ] as [(String, String?, Int)])
  func addresses(text: String, host: String?, port: Int) {
    let address = LinkAddress(text)
    #expect(address?.host == host)
    if host != nil {
      #expect(address?.port == port)
      #expect(address?.description == text)
    }
  }

  @Test("addresses of the cloud's API")
  func urls() {
    #expect(LinkAddress.parse(https: "https://cloud.test:8443/base/")?.path == "/base")
    #expect(LinkAddress.parse(https: "https://cloud.test")?.address == LinkAddress(host: "cloud.test", port: 443))
    #expect(LinkAddress.parse(https: "http://cloud.test") == nil)
    #expect(LinkAddress.parse(https: "https://") == nil)
  }

  @Test("the back-off doubles up to its limit and draws from the whole range")
  func backOff() {
    struct Highest: RandomSource { func next() -> UInt64 { .max } }
    var backOff = BackOff(initial: .milliseconds(500), max: .seconds(3))
    var waits: [Double] = []
    for _ in 0..<5 { waits.append(backOff.next(Highest()).inSeconds) }
    #expect(zip(waits, [0.5, 1, 2, 3, 3]).allSatisfy { abs($0 - $1) < 1e-6 })
    backOff.reset()
    #expect(backOff.attempts == 0)
    #expect(backOff.ceiling == .milliseconds(500))
    var long = BackOff(initial: .seconds(1), max: .seconds(100_000_000))
    for _ in 0..<200 { _ = long.next(SystemRandom()) }
    #expect(long.ceiling == .seconds(100_000_000))
  }

  @Test("deleted: said once, asked rarely whatever else fails, until the cloud lets it in")
  func redial() {
    struct Highest: RandomSource { func next() -> UInt64 { .max } }
    var redial = Redial(backOff: BackOff(initial: .seconds(1), max: .seconds(60)), deletedRetry: .seconds(3_600))
    let plain = redial.failed(.connect, Highest())
    #expect(plain.state == .backingOff && plain.isNews && plain.wait <= .seconds(1))
    let helpless = redial.failed(.wrongSecret, Highest())
    #expect(helpless.state == .backingOff && helpless.wait > .seconds(59))
    let first = redial.failed(.connectorDeleted, Highest())
    #expect(first.state == .deleted && first.wait == .seconds(3_600) && first.isNews)
    for kind in [LinkFailure.Kind.connectorDeleted, .connect, .timeout] {
      let again = redial.failed(kind, Highest())
      #expect(again.state == .deleted && again.wait == .seconds(3_600) && !again.isNews)
    }
    redial.connected()
    #expect(redial.failed(.connect, Highest()).state == .backingOff)
    #expect(redial.failed(.connectorDeleted, Highest()).isNews)
  }

  @Test("an error of the network is one clear sentence without its library's words")
  func words() {
    let place = "127.0.0.1:7443"
    let refused = LinkFailure.of(IOError(errnoCode: ECONNREFUSED, reason: "connect(descriptor:addr:size:)"), at: place)
    #expect(
      refused == LinkFailure(.connect, "nothing listens at 127.0.0.1:7443 (connection refused); check that it runs and that the address is right"))
    for code in [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT, ECONNRESET, EPIPE, EACCES, EMFILE, EADDRNOTAVAIL, EIO] {
      let text = LinkFailure.of(IOError(errnoCode: code, reason: "connect(descriptor:addr:size:)"), at: place).detail
      #expect(text.contains(place) && !text.contains("descriptor:") && !text.contains("errno") && !text.hasSuffix("."), "\(text)")
    }
    let errors: [any Error] = [ChannelError.alreadyClosed, ChannelError.eof, HTTPParserError.invalidVersion, NIOHTTP2Errors.badClientMagic()]
    for error in errors {
      let text = LinkFailure.of(error, at: place).detail
      #expect(text.contains(place) && !text.contains("(file:") && !text.hasSuffix("."), "\(text)")
    }
  }

  @Test(
    "the date header",
    arguments: [("Sun, 06 Nov 1994 08:49:37 GMT", Int64(784_111_777)), ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("", nil), ("x", nil)])
  func date(text: String, seconds: Int64?) {
    #expect(ClockSkew.httpDate(text)?.seconds == seconds)
    #expect(ClockSkew.time(in: ["date": text])?.seconds == seconds)
  }

  @Test("every kind of failure has an event and advice of its own")
  func kinds() {
    let definitions = LinkFailure.Kind.allCases.map(\.definition)
    #expect(Set(definitions.map(\.code)).count == LinkFailure.Kind.allCases.count)
    #expect(definitions.allSatisfy { LinkEvents.all.contains($0) && !$0.advice.isEmpty })
    #expect(Set(LinkEvents.all.map(\.code)).count == LinkEvents.all.count)
    #expect(Set(LinkEvents.all.map(\.messageID)).count == LinkEvents.all.count)
    #expect(LinkEvents.all.allSatisfy { (10_000..<10_050).contains($0.code) })
    #expect(LinkEvents.connected.code == 10_000)
  }

  @Test("the makers fill every field of their events")
  func makers() {
    let events: [Event] =
      [
        .linkConnected(cloud: "c", elapsed: 1), .linkDisconnected(cloud: "c", kind: "k", reason: "r"),
        .linkLeft(cloud: "c", reason: "r"),
        .linkRegistered(cloud: "c", connectorID: "i", resourceLocation: "l"), .linkRenewed(serial: "s", notAfter: "n"),
        .linkIdentityCorrupt(path: "p", movedTo: "m", detail: "d"), .linkIdentitySuperseded(stored: "s", configured: "c"),
        .linkIdentityNotSaved(path: "p", detail: "d"), .linkBackingOff(attempt: 1, kind: "k", wait: 2), .linkClockSkewNoticed(skew: 3),
        .linkRenewalFailed(notAfter: "n", kind: "k", detail: "d"),
      ] + LinkFailure.Kind.allCases.map { .linkFailed($0.definition, cloud: "c", attempt: 1, detail: "d") }
    for event in events {
      #expect(Set(event.values.keys) == Set(event.definition.fields.map(\.name)), "\(event.definition.name)")
      #expect(!event.message.contains("?"))
    }
    #expect(Set(events.map(\.definition.code)) == Set(LinkEvents.all.map(\.code)))
  }
}
