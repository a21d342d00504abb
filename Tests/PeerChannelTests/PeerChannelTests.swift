import CloudAPI
import LabCA
import LinkIdentity
import LinkTransport
import LiveWorld
import NIOCore
import NIOPosix
import PeerChannelLive
import ServiceKit
import Synchronization
import Testing
import World

@Suite("the peer channel", .timeLimit(.minutes(1)))
struct PeerChannelTests {
  private static func credentials(_ ca: LabCA, _ id: String, customer: String = "acme", expired: Bool = false) throws -> LinkCredentials {
    let key = try KeyAndRequest(fqdn: "\(id).example.test")
    let now = LiveClock().now().wall
    let signed = try ca.sign(
      requestPEM: key.requestPEM, connectorID: id, customer: customer, fqdn: "\(id).example.test", notBefore: now + .seconds(-7_200),
      validity: .seconds(expired ? 3_600 : 14_400))
    return LinkCredentials(
      customer: customer, connectorID: id, certificatePEM: signed.certificatePEM, privateKeyPEM: key.privateKeyPEM, authorityPEM: ca.authorityPEM)
  }

  private static func hello(_ id: String, elected: String? = nil) -> PeerHello {
    PeerHello(fqdn: "\(id).example.test", connectorID: id, boot: "boot-\(id)", elected: elected)
  }

  private static func channel(_ credentials: LinkCredentials?, answering id: String?) async throws -> LivePeerChannel {
    let channel = try await LivePeerChannel.start(listen: nil) { credentials }
    if let id { channel.setAnswer { hello(id) } }
    return channel
  }

  @Test("two peers say hello to each other, again and again, and an answer can change")
  func hello() async throws {
    let ca = try LabCA.create(clock: LiveClock())
    let (one, two) = (
      try await Self.channel(Self.credentials(ca, "one"), answering: "one"), try await Self.channel(Self.credentials(ca, "two"), answering: "two")
    )
    for _ in 0..<5 {
      let fromTwo = try await one.probe(two.address, hello: Self.hello("one"), timeout: .seconds(10))
      let fromOne = try await two.probe(one.address, hello: Self.hello("two"), timeout: .seconds(10))
      #expect(fromTwo == Self.hello("two"))
      #expect(fromOne == Self.hello("one"))
    }
    two.setAnswer { Self.hello("two", elected: "one.example.test") }
    let changed = try await one.probe(two.address, hello: Self.hello("one"), timeout: .seconds(10))
    #expect(changed.elected == "one.example.test")
    await one.stop()
    await two.stop()
  }

  @Test("many probes at once")
  func parallel() async throws {
    let ca = try LabCA.create(clock: LiveClock())
    let (one, two) = (
      try await Self.channel(Self.credentials(ca, "one"), answering: "one"), try await Self.channel(Self.credentials(ca, "two"), answering: "two")
    )
    let answers = try await withThrowingTaskGroup(of: PeerHello.self) { group in
      for _ in 0..<30 { group.addTask { try await one.probe(two.address, hello: Self.hello("one"), timeout: .seconds(20)) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers == Array(repeating: Self.hello("two"), count: 30))
    await one.stop()
    await two.stop()
  }

  @Test("a parcel is taken before its answer, and hellos beside it are answered in order")
  func parcels() async throws {
    let ca = try LabCA.create(clock: LiveClock())
    let (one, two) = (
      try await Self.channel(Self.credentials(ca, "one"), answering: "one"), try await Self.channel(Self.credentials(ca, "two"), answering: "two")
    )
    var hello = Self.hello("one")
    hello.parcel = PeerParcel(kind: "ticket", number: 3, body: "first")
    let before = try await one.probe(two.address, hello: hello, timeout: .seconds(10))
    #expect(before == Self.hello("two"), "who takes no parcels answers as a release that knows none")
    let taken = Mutex<[String]>([])
    two.setTaker { parcel in
      taken.withLock { $0.append(parcel.body) }
      return parcel.kind == "ticket"
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask {
          var hello = Self.hello("one")
          if number % 2 == 0 { hello.parcel = PeerParcel(kind: number % 4 == 0 ? "ticket" : "other", number: UInt64(number), body: "\(number)") }
          let answer = try await one.probe(two.address, hello: hello, timeout: .seconds(20))
          #expect(answer.kept == (number % 4 == 0 ? UInt64(number) : nil))
        }
      }
      try await group.waitForAll()
    }
    #expect(Set(taken.withLock { $0 }) == Set(stride(from: 0, to: 40, by: 2).map(String.init)))
    hello.parcel?.body = String(repeating: "\u{1}", count: PeerParcel.largest)
    #expect(try await one.probe(two.address, hello: hello, timeout: .seconds(10)).kept == 3, "the largest, with every byte escaped")
    hello.parcel?.body += "x"
    let tooLarge = await #expect(throws: PeerFailure.self) { try await one.probe(two.address, hello: hello, timeout: .seconds(10)) }
    #expect(tooLarge?.kind == .protocolViolation)
    await one.stop()
    await two.stop()
  }

  @Test("a peer that restarts on the same address answers again")
  func restart() async throws {
    let ca = try LabCA.create(clock: LiveClock())
    let credentials = try Self.credentials(ca, "two")
    let one = try await Self.channel(Self.credentials(ca, "one"), answering: "one")
    let two = try await Self.channel(credentials, answering: "two")
    _ = try await one.probe(two.address, hello: Self.hello("one"), timeout: .seconds(10))
    await two.stop()
    let gone = await #expect(throws: PeerFailure.self) { _ = try await one.probe(two.address, hello: Self.hello("one"), timeout: .seconds(10)) }
    #expect(gone?.kind == .unreachable)
    let again = try await LivePeerChannel.start(listen: two.address) { credentials }
    again.setAnswer { Self.hello("two", elected: "x") }
    let answer = try await one.probe(two.address, hello: Self.hello("one"), timeout: .seconds(10))
    #expect(answer.elected == "x")
    await one.stop()
    await again.stop()
  }

  @Test("who is not a connector of the same customer and authority is not believed, in both directions")
  func strangers() async throws {
    let (ca, other) = (try LabCA.create(clock: LiveClock()), try LabCA.create(name: "other", clock: LiveClock()))
    let one = try await Self.channel(Self.credentials(ca, "one"), answering: "one")
    let strangers = [
      try Self.credentials(other, "two"), try Self.credentials(ca, "two", customer: "globex"), try Self.credentials(ca, "two", expired: true),
    ]
    for credentials in strangers {
      let stranger = try await Self.channel(credentials, answering: "two")
      let outward = await #expect(throws: PeerFailure.self) {
        _ = try await one.probe(stranger.address, hello: Self.hello("one"), timeout: .seconds(10))
      }
      #expect(outward?.kind == .untrusted)
      // The stranger trusts our authority here, so that the refusal is ours.
      var trusting = credentials
      trusting.authorityPEM = ca.authorityPEM
      trusting.customer = "acme"
      let caller = try await Self.channel(trusting, answering: nil)
      let inward = await #expect(throws: PeerFailure.self) {
        _ = try await caller.probe(one.address, hello: Self.hello("two"), timeout: .seconds(10))
      }
      #expect(inward?.kind == .untrusted || inward?.kind == .unreachable)
      await stranger.stop()
      await caller.stop()
    }
    await one.stop()
  }

  @Test("a hello in somebody else's name is not believed, in both directions")
  func liar() async throws {
    let ca = try LabCA.create(clock: LiveClock())
    let one = try await Self.channel(Self.credentials(ca, "one"), answering: "one")
    let liar = try await Self.channel(Self.credentials(ca, "two"), answering: "three")
    let outward = await #expect(throws: PeerFailure.self) { _ = try await one.probe(liar.address, hello: Self.hello("one"), timeout: .seconds(10)) }
    #expect(outward?.kind == .untrusted)
    let inward = await #expect(throws: PeerFailure.self) { _ = try await liar.probe(one.address, hello: Self.hello("three"), timeout: .seconds(10)) }
    #expect(inward?.kind == .unreachable)
    await one.stop()
    await liar.stop()
  }

  @Test("without an identity or an answer there is no hello; with one later there is")
  func identity() async throws {
    let ca = try LabCA.create(clock: LiveClock())
    let late = Mutex<LinkCredentials?>(nil)
    let one = try await LivePeerChannel.start(listen: nil) { late.withLock { $0 } }
    let two = try await Self.channel(Self.credentials(ca, "two"), answering: nil)
    func kind() async -> PeerFailure.Kind? {
      do {
        _ = try await one.probe(two.address, hello: Self.hello("one"), timeout: .seconds(10))
        return nil
      } catch { return (error as? PeerFailure)?.kind }
    }
    let before = await kind()
    #expect(before == .noIdentity)
    let credentials = try Self.credentials(ca, "one")
    late.withLock { $0 = credentials }
    let mute = await kind()
    #expect(mute == .unreachable)
    two.setAnswer { Self.hello("two") }
    let good = await kind()
    #expect(good == nil)
    await one.stop()
    await two.stop()
  }

  @Test("what does not pass is lost both ways, and goes on when it passes again", arguments: [PeerDirection.out, .into])
  func split(_ lost: PeerDirection) async throws {
    let ca = try LabCA.create(clock: LiveClock())
    let credentials = try Self.credentials(ca, "one")
    let isSplit = Mutex(false)
    let one = try await LivePeerChannel.start(
      listen: nil, credentials: { credentials }, passes: { $0 != lost || !isSplit.withLock { $0 } })
    one.setAnswer { Self.hello("one") }
    let two = try await Self.channel(Self.credentials(ca, "two"), answering: "two")
    func both(_ timeout: Duration) async -> [PeerFailure.Kind?] {
      var out: [PeerFailure.Kind?] = []
      for (from, to) in [(one, two), (two, one)] {
        do {
          _ = try await from.probe(to.address, hello: Self.hello(from === one ? "one" : "two"), timeout: timeout)
          out.append(nil)
        } catch { out.append((error as? PeerFailure)?.kind) }
      }
      return out
    }
    #expect(await both(.seconds(10)) == [nil, nil])
    isSplit.withLock { $0 = true }
    #expect(await both(.milliseconds(200)) == [.timeout, .timeout])
    isSplit.withLock { $0 = false }
    #expect(await both(.seconds(10)) == [nil, nil])
    await one.stop()
    await two.stop()
  }

  @Test("garbage, silence and bad addresses")
  func garbage() async throws {
    let ca = try LabCA.create(clock: LiveClock())
    let one = try await Self.channel(Self.credentials(ca, "one"), answering: "one")
    let mute = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
    let cases: [(String, PeerFailure.Kind)] = [
      ("nowhere", .badAddress), ("127.0.0.1:1", .unreachable), ("127.0.0.1:\(mute.localAddress?.port ?? 0)", .timeout),
    ]
    for (address, kind) in cases {
      let failure = await #expect(throws: PeerFailure.self) {
        _ = try await one.probe(address, hello: Self.hello("one"), timeout: .milliseconds(200))
      }
      #expect(failure?.kind == kind, "\(address): \(String(describing: failure))")
    }
    let place = try #require(LinkAddress(one.address))
    let raw = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: place.host, port: place.port).get()
    try await raw.writeAndFlush(ByteBuffer(bytes: [UInt8](repeating: 65, count: 9_000)))
    try await raw.closeFuture.get()
    let two = try await Self.channel(Self.credentials(ca, "two"), answering: "two")
    let tls = try LinkTLS.client(
      authorityPEM: ca.authorityPEM, own: Self.credentials(ca, "two"), protocols: ["connectord-peer/1"], checkName: false)
    for bytes in [Array("{}\n".utf8), [UInt8](repeating: 65, count: 100_000), Array("\n\n\n".utf8), [0, 255, 10]] {
      let (channel, _) = try await TLSDialer.dial(
        place, tls: tls, expecting: "connectord-peer/1", within: .seconds(10), on: MultiThreadedEventLoopGroup.singleton
      ) { _ in () }
      channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
      try await channel.closeFuture.get()
    }
    let answer = try await two.probe(one.address, hello: Self.hello("two"), timeout: .seconds(10))
    #expect(answer == Self.hello("one"))
    let inUse = await #expect(throws: PeerFailure.self) { _ = try await LivePeerChannel.start(listen: one.address) { nil } }
    #expect(inUse?.kind == .unreachable)
    try await mute.close().get()
    await one.stop()
    await two.stop()
  }
}
