import CloudAPI
import SimulatedCloud
import Testing
import World

@Suite struct RegistrationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var refusal: CloudRefusal.Kind?
    var status: Int?
    var kind: LinkFailure.Kind?
    var change: @Sendable (inout RegistrationCall) -> Void
    init(
      _ name: String, _ refusal: CloudRefusal.Kind?, _ status: Int?, _ kind: LinkFailure.Kind?,
      _ change: @escaping @Sendable (inout RegistrationCall) -> Void
    ) {
      (testDescription, self.refusal, self.status, self.kind, self.change) = (name, refusal, status, kind, change)
    }
  }

  @Test(arguments: [
    Case("all right", nil, nil, nil) { _ in },
    Case("wrong secret", .wrongSecret, 401, .wrongSecret) { $0.secretDigest = "x" },
    Case("unknown client", .wrongSecret, 401, .wrongSecret) { $0.client = "x" },
    Case("unknown customer", .wrongCustomer, 403, .wrongCustomer) { $0.customer = "x" },
    Case("another customer's client", .wrongCustomer, 403, .wrongCustomer) { ($0.client, $0.secretDigest) = ("bolt-client", "bolt-secret") },
    Case("another customer's client with a wrong secret", .wrongSecret, 401, .wrongSecret) {
      ($0.client, $0.secretDigest) = ("bolt-client", "guess")
    },
    Case("unknown location", .unknownResourceLocation, 404, .unknownResourceLocation) { $0.location = "x" },
    Case("another customer's location", .unknownResourceLocation, 404, .unknownResourceLocation) { $0.location = "bolt-rl" },
    Case("no host name", .badRequest, 400, .protocolViolation) { $0.fqdn = "a b.test" },
    Case("empty host name", .badRequest, 400, .protocolViolation) { $0.fqdn = "" },
    Case("no time", .badRequest, 400, .protocolViolation) { $0.time = "yesterday" },
    Case("slow by six minutes", .clockSkew, 400, .clockSkew) { $0.time = WallTime(seconds: 1_800_000_000 - 360).iso8601() },
    Case("fast by six minutes", .clockSkew, 400, .clockSkew) { $0.time = WallTime(seconds: 1_800_000_000 + 360).iso8601() },
    Case("fast by five minutes", nil, nil, nil) { $0.time = WallTime(seconds: 1_800_000_000 + 300).iso8601() },
  ])
  func refusals(_ c: Case) {
    var cloud = CloudFixture()
    var call = cloud.registration("c1")
    c.change(&call)
    guard case .refused(let refusal) = cloud.ask(.register(call)) else {
      #expect(c.refusal == nil, "it was accepted")
      return
    }
    #expect(refusal.kind == c.refusal && refusal.status == c.status && refusal.failure == c.kind)
    #expect(cloud.events == ["cloud.registration-refused"])
    #expect(!refusal.detail.contains("bolt-secret"))
  }

  @Test func theSameNameKeepsItsIDAndItsOldCertificateIsRevoked() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    var call = cloud.registration("c1")
    call.newID = "another"
    call.fqdn = "C1.ACME.test"
    guard case .grant(let grant) = cloud.ask(.register(call)) else {
      Issue.record("refused")
      return
    }
    #expect(grant.connector == "acme-c1")
    _ = cloud.ask(.registered(grant, serial: "2"))
    #expect(cloud.directives.contains(.revoke(serial: "1")))
    #expect(cloud.events == ["cloud.registered"])
    guard case .admission(let old) = cloud.ask(.admit(cloud.peer("c1"))), case .admission(let new) = cloud.ask(.admit(cloud.peer("c1", serial: "2")))
    else {
      Issue.record("no verdict")
      return
    }
    #expect(old?.kind == .certificateRevoked && new == nil)
    #expect(cloud.logic.revokedSerials == ["1"])
    #expect(cloud.state("c1") == .notInContact)
  }

  /// After a lost database a connector's certificate is good and unknown: the answer is the one that makes it register anew.
  @Test func aConnectorWhoseRecordWasLostIsToldToRegister() {
    var cloud = CloudFixture()
    #expect(cloud.ask(.admit(cloud.peer("c1"))).failure == .certificateUntrusted)
    cloud.register("c1", serial: "7")
    #expect(cloud.ask(.admit(cloud.peer("c1", serial: "6"))).failure == .certificateUntrusted)
    #expect(cloud.ask(.admit(cloud.peer("c1", serial: "7"))).failure == nil)
    #expect(cloud.ask(.admit(LinkPeer(customer: "none", connectorID: "acme-c1", serial: "7"))).failure == .wrongCustomer)
  }

  @Test func aCertificateThatCannotBeSignedIsRefusedAndLeavesNothing() {
    var cloud = CloudFixture()
    guard case .grant(let grant) = cloud.ask(.register(cloud.registration("c1"))) else {
      Issue.record("refused")
      return
    }
    let answer = cloud.ask(.registrationFailed(grant, detail: "the certificate request is no PEM"))
    #expect(answer.status == 400)
    #expect(cloud.events == ["cloud.registration-refused"])
    #expect(cloud.logic.state(at: cloud.now).connectors.isEmpty)
  }
}
