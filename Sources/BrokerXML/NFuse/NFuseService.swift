import Broker
package import World

/// The XML service: a request's document in, an answer's out. Every request gets an answer in the protocol's form, also one that cannot be read.
package struct NFuseService: Sendable {
  let asking: any BrokerAsking
  let random: any RandomSource

  /// - Parameter random: names launches, so that each request is a launch of its own.
  package init(asking: any BrokerAsking, random: any RandomSource) {
    self.asking = asking
    self.random = random
  }

  package func answer(_ root: XMLElement) async -> XMLReply {
    let request: NFuseRequest
    do throws(BrokerRefusal) { request = try NFuseRequest(root) } catch { return Self.refuse(error, of: root) }
    var answer = NFuseAnswer(version: request.version)
    switch request.body {
    case .protocolInfo: return answer.protocolInfo()
    case .capabilities: return answer.capabilities()
    case .serverFarmData:
      switch await asking.ask(.farm, from: .storeFront) {
      case .farm(let farm): return answer.serverFarmData(farm)
      case let other: return answer.refuse(.serverFarmData, .enumeration, other)
      }
    case .serverData:
      // It is asked for without credentials, so of machines it says nothing: this server is what there is.
      switch await asking.ask(.farm, from: .storeFront) {
      case .farm: return answer.serverData([asking.authority])
      case let other: return answer.refuse(.serverData, .enumeration, other)
      }
    case .appData(let credentials, let details):
      return await user(credentials, .appData, answer) { user, answer in
        switch await asking.ask(.resources(user), from: .storeFront) {
        case .resources(let resources): answer.appData(resources, for: credentials, details: details)
        case let other: answer.refuse(.appData, .enumeration, other)
        }
      }
    case .validateCredentials(let credentials, let wantsIdentity):
      guard credentials.password != nil else {
        return answer.refuse(.validateCredentials, .identification, BrokerRefusal(.badRequest, "no password was sent to be checked"))
      }
      return await user(credentials, .validateCredentials, answer) { user, answer in
        answer.validateCredentials(wantsIdentity ? user : nil, credentials)
      }
    case .reconnectSessionData(let credentials, let which):
      return await user(credentials, .reconnectSessionData, answer) { user, answer in
        switch await asking.ask(.sessions(user), from: .storeFront) {
        case .sessions(let sessions): answer.sessions(sessions.filter { which == .all || $0.isDisconnected == (which == .disconnected) })
        case let other: answer.refuse(.reconnectSessionData, .enumeration, other)
        }
      }
    case .address(let wanted):
      return await user(wanted.credentials, .address, answer) { user, answer in await address(wanted, user, &answer) }
    }
  }

  /// For a document that is none; `why` says what and where.
  package static func unreadable(_ why: String) -> XMLReply {
    var answer = NFuseAnswer(version: .newest)
    return answer.refuse(nil, .reading, BrokerRefusal(.badRequest, "the request is not readable XML: \(why)"))
  }

  private static func refuse(_ refusal: BrokerRefusal, of root: XMLElement) -> XMLReply {
    guard let version = try? NFuseRequest.version(root) else {
      guard root.named(NFuseRequest.root) else { return unreadable(refusal.detail) }
      var answer = NFuseAnswer(version: .newest)
      return answer.versionMismatch(refusal)
    }
    var answer = NFuseAnswer(version: version)
    return answer.refuse(root.children.first.flatMap(NFuseAnswer.Kind.init(request:)), .reading, refusal)
  }

  private func user(
    _ credentials: NFuseCredentials, _ kind: NFuseAnswer.Kind, _ answer: NFuseAnswer,
    _ body: (UserIdentity, inout NFuseAnswer) async -> XMLReply
  ) async -> XMLReply {
    var answer = answer
    do {
      let user = try await asking.identify(
        credentials.name, domain: credentials.domain, sid: credentials.sid, password: credentials.password)
      return await body(user, &answer)
    } catch {
      return answer.refuse(kind, .identification, BrokerRefusal.of(error))
    }
  }

  private func address(_ wanted: NFuseRequest.Address, _ user: UserIdentity, _ answer: inout NFuseAnswer) async -> XMLReply {
    switch wanted.target {
    case .resource(let resource):
      let order = LaunchOrder(id: random.uuid(), user: user, resource: resource, clientName: wanted.clientName)
      switch await asking.ask(.launch(order), from: .storeFront) {
      case .launched(let launch): return answer.address(launch.address, tag: launch.session, wanted.addressType)
      case let other: return answer.refuse(.address, .launch, other)
      }
    case .session(let id, let host):
      switch await asking.ask(.sessions(user), from: .storeFront) {
      case .sessions(let sessions):
        guard let found = sessions.first(where: { $0.session == id && (host == nil || XMLElement.same($0.machine, host ?? "")) }) else {
          return answer.refuse(.address, .launch, BrokerRefusal(.unknownResource, "the user has no session '\(id.prefix(60))' to reconnect to"))
        }
        return answer.address(found.address, tag: found.session, wanted.addressType)
      case let other: return answer.refuse(.address, .launch, other)
      }
    }
  }
}
