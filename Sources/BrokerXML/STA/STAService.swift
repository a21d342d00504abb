import Broker
package import World

/// A Secure Ticket Authority: a request's document in, an answer's out.
package struct STAService: Sendable {
  private let asking: any BrokerAsking
  private let random: any RandomSource

  /// - Parameter random: draws tickets.
  package init(asking: any BrokerAsking, random: any RandomSource) {
    self.asking = asking
    self.random = random
  }

  package func answer(_ root: XMLElement) async -> XMLReply {
    let request: STARequest
    do throws(BrokerRefusal) { request = try STARequest(root) } catch {
      var answer = STAAnswer(version: STARequest.newest)
      return answer.refuse(root.named(STARequest.root) ? root.children.first.flatMap(STAAnswer.Kind.init(request:)) : nil, error)
    }
    var answer = STAAnswer(version: request.version)
    switch request.body {
    case .ticket(let values, let isRefreshable):
      let order = TicketOrder(ticket: Self.draw(random), values: values, isRefreshable: isRefreshable)
      switch await asking.ask(.ticket(order), from: .storeFront) {
      case .ticket(let ticket, let authority, _): return answer.ticket(.ticket, ticket, authority: authority, version: request.ticketVersion)
      case let other: return answer.refuse(.ticket, other)
      }
    case .data(let name):
      switch await asking.ask(.ticketData(ticket: name.ticket), from: .gateway) {
      case .ticketData(let values): return answer.data(values)
      case let other: return answer.refuse(.data, explained(other, name))
      }
    case .refresh(let name):
      switch await asking.ask(.ticketRefresh(ticket: name.ticket), from: .gateway) {
      case .ticket(let ticket, let authority, _): return answer.ticket(.refresh, ticket, authority: authority, version: request.ticketVersion)
      case .noted: return answer.ticket(.refresh, name.ticket, authority: asking.authority, version: request.ticketVersion)
      case let other: return answer.refuse(.refresh, explained(other, name))
      }
    }
  }

  /// For a document that is none; `why` says what and where.
  package static func unreadable(_ why: String) -> XMLReply {
    var answer = STAAnswer(version: STARequest.newest)
    return answer.refuse(nil, BrokerRefusal(.badRequest, "the request is not readable XML: \(why)"))
  }

  /// 32 upper-case letters and digits, about 165 bits.
  package static func draw(_ random: any RandomSource) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
    return String(decoding: (0..<32).map { _ in letters[Int(random.below(UInt64(letters.count)))] }, as: UTF8.self)
  }

  /// A ticket is looked for whatever authority it names: another connector of the location may have given it out and be gone since. One that is not found is explained: it names
  /// another authority, or a name that several share, where one cannot tell the other's tickets from invented ones.
  private func explained(_ answer: BrokerAnswer, _ name: STARequest.TicketName) -> BrokerAnswer {
    guard case .refused(var refusal) = answer, refusal.kind == .unknownTicket else { return answer }
    if let authority = name.authority, !XMLElement.same(authority, asking.authority) {
      refusal.detail +=
        ". The ticket is of the authority \(authority.prefix(40)), and this is \(asking.authority): ask that one, by the id in the ticket"
      return .refused(refusal)
    }
    guard asking.authority == STAIdentity.shared else { return answer }
    refusal.detail +=
      ". This authority calls itself \(STAIdentity.shared), as others may, also those of other customers: a ticket of one of them comes here by mistake and is unknown. "
      + "Give each connector an id of its own (remoteBroker.staIdentity empty makes one), and bind to one gateway connectors of one customer only"
    return .refused(refusal)
  }
}
