import Broker
import BrokerXML
import Testing
import XMLExpat

@Suite struct NFuseRefusalTests {
  private static let launch = "<RequestAddress><Name><AppName>x</AppName></Name>\(credentials)</RequestAddress>"

  /// Each kind that a broker may answer with, and the form it takes in the answer to a launch.
  @Test(arguments: BrokerRefusal.Kind.allCases) func aLaunchThatIsRefused(_ kind: BrokerRefusal.Kind) async throws {
    let expected: String =
      switch kind {
      case .notElected, .notServing, .cloudUnreachable, .noConfiguration: "<ErrorId>service-unavailable</ErrorId>"
      case .overloaded: "<ErrorId>mfserver-overloaded</ErrorId>"
      case .noMachine, .inMaintenance, .notInOutage, .notRegistered, .inSinBin: "<ErrorId>no-available-workstation</ErrorId>"
      case .prepareFailed: "<ErrorId>connection-refused</ErrorId>"
      case .unknownResource: "<ErrorId>unspecified</ErrorId><MPSError type=\"IMA\">0x80060001</MPSError>"
      case .notSimulated: "<ErrorId>unspecified</ErrorId><MPSError type=\"IMA\">0x80000009</MPSError>"
      case .badRequest: "<ErrorId>unspecified</ErrorId><MPSError type=\"IMA\">0x8000000A</MPSError>"
      case .notEntitled, .disabled, .unknownMachine, .registrationRefused, .unknownTicket:
        "<ErrorId>unspecified</ErrorId><MPSError type=\"IMA\">0x8000000D</MPSError>"
      }
    let refusal = BrokerRefusal(kind, "why")
    let answer = try await StubBroker { _ in .refused(refusal) }.nfuse(nfuse(Self.launch))
    #expect(answer.text == nfuse("<ResponseAddress>\(expected)</ResponseAddress>") && answer.refusal == refusal)
  }

  @Test func aMachineThatIsOnItsWayIsAskedForAgain() async throws {
    let broker = StubBroker { _ in .refused(BrokerRefusal(.noMachine, "one starts", retryAfterSeconds: 30)) }
    #expect(try await broker.nfuse(nfuse(Self.launch)).text == nfuse("<ResponseAddress><ErrorId>retry-required</ErrorId></ResponseAddress>"))
    let list = try await broker.nfuse(nfuse("<RequestAppData>\(credentials)</RequestAppData>"))
    #expect(list.text == nfuse("<ResponseAppData><ErrorId>no-available-workstation</ErrorId></ResponseAppData>"))
  }

  @Test(arguments: [
    (BrokerRefusal.Kind.notEntitled, "<ErrorId>failed-credentials</ErrorId>"), (.badRequest, "<ErrorId>failed-credentials</ErrorId>"),
    (.disabled, "<ErrorId>account-disabled</ErrorId>"), (.cloudUnreachable, "<ErrorId>service-unavailable</ErrorId>"),
  ])
  func aUserWhoIsNotKnown(_ kind: BrokerRefusal.Kind, _ expected: String) async throws {
    let broker = StubBroker(user: { _, _, _, _ in throw BrokerRefusal(kind, "why") }, answers: { _ in .noted })
    for (request, response) in [
      ("ValidateCredentials", "ValidateCredentials"), ("AppData", "AppData"), ("ReconnectSessionData", "ReconnectSessionData"),
    ] {
      let answer = try await broker.nfuse(nfuse("<Request\(request)>\(credentials)</Request\(request)>"))
      #expect(answer.text == nfuse("<Response\(response)>\(expected)</Response\(response)>"))
    }
    #expect(broker.asked.isEmpty)
  }

  @Test func nothingIsValidatedWithoutAPassword() async throws {
    let broker = StubBroker { _ in .noted }
    let answer = try await broker.nfuse(
      nfuse("<RequestValidateCredentials><Credentials><UserName>alice</UserName></Credentials></RequestValidateCredentials>"))
    #expect(answer.text == nfuse("<ResponseValidateCredentials><ErrorId>failed-credentials</ErrorId></ResponseValidateCredentials>"))
    #expect(broker.identified.isEmpty)
  }

  @Test func aBrokerThatAnswersSomethingElse() async throws {
    for request in ["<RequestServerFarmData/>", "<RequestServerData/>", Self.launch, "<RequestAppData>\(credentials)</RequestAppData>"] {
      let answer = try await StubBroker { _ in .noted }.nfuse(nfuse(request))
      #expect(answer.text.contains("<ErrorId>service-unavailable</ErrorId>") && answer.refusal?.kind == .notServing)
    }
  }

  @Test(arguments: [
    ("<RequestAppData/>", "<ResponseAppData>", "no <Credentials>"),
    ("<RequestAppData><Credentials/></RequestAppData>", "<ResponseAppData>", "names no user"),
    (
      "<RequestAppData><Credentials><UserName>a</UserName><Password encoding='ctx1'>x</Password></Credentials></RequestAppData>", "<ResponseAppData>",
      "ctx1"
    ),
    (
      "<RequestAppData><Credentials><UserName>a</UserName><Password encoding='rot13'>x</Password></Credentials></RequestAppData>",
      "<ResponseAppData>", "rot13"
    ),
    ("<RequestAddress>\(credentials)</RequestAddress>", "<ResponseAddress>", "names nothing"),
  ])
  func aRequestThatLacksSomething(_ body: String, _ inside: String, _ why: String) async throws {
    let broker = StubBroker { _ in .noted }
    let answer = try await broker.nfuse(nfuse(body))
    #expect(answer.text.contains("\(inside)<ErrorId>unspecified</ErrorId><MPSError type=\"IMA\">0x8000000A</MPSError></"))
    #expect(answer.refusal?.detail.contains(why) == true && broker.asked.isEmpty && broker.identified.isEmpty)
  }

  @Test func whatIsNotUnderstoodHasNoElementOfItsOwn() async throws {
    let broker = StubBroker { _ in .noted }
    let unknown = try await broker.nfuse(nfuse("<RequestLaunchRef/>", version: "5.1"))
    #expect(unknown.text == nfuse("<ErrorId>unspecified</ErrorId><MPSError type=\"IMA\">0x80000009</MPSError>", version: "5.1"))
    let bad = nfuse("<ErrorId>unspecified</ErrorId><MPSError type=\"IMA\">0x8000000A</MPSError>")
    #expect(try await broker.nfuse(nfuse("")).text == bad)
    #expect(try await broker.nfuse("<CtxSTAProtocol version='4.0'/>").text == bad)
    #expect(String(decoding: NFuseService.unreadable("line 1, column 1: no").bytes, as: UTF8.self) == bad)
    let version = try await broker.nfuse(nfuse("<RequestCapabilities/>", version: "new"))
    #expect(version.text == nfuse("<ErrorId>version-mismatch</ErrorId>") && version.refusal?.detail.contains("'new'") == true)
  }

  @Test func anonymousUsersAreRefused() async throws {
    let answer = try await StubBroker { _ in .noted }.nfuse(nfuse("<RequestAppData><Credentials><AnonymousUser/></Credentials></RequestAppData>"))
    #expect(answer.text.contains("<ErrorId>unspecified</ErrorId>") && answer.refusal?.kind == .notEntitled)
  }
}
