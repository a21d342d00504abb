import Broker
import BrokerXML
import Foundation
import NIOCore
import NIOHTTP1
import World
import XMLExpat

/// What is answered to a request that has come whole.
struct BrokerReply: Sendable {
  var status: HTTPResponseStatus
  var contentType = "text/plain; charset=utf-8"
  var server = "connectord"
  var bytes: [UInt8]
  var headers: [(String, String)] = []

  /// A sentence for people.
  init(_ status: HTTPResponseStatus, _ sentence: String, headers: [(String, String)] = []) {
    self.status = status
    bytes = Array((sentence + "\n").utf8)
    self.headers = headers
  }

  init(_ reply: XMLReply, server: String) {
    status = .ok
    contentType = "text/xml"
    self.server = server
    bytes = reply.bytes
    if let refusal = reply.refusal { headers = [(Self.refusalHeader, Self.oneLine("\(refusal)"))] }
  }

  init(_ status: HTTPResponseStatus, json answer: BrokerAnswer) {
    self.status = status
    contentType = "application/json"
    bytes = (try? JSONEncoder().encode(answer)).map { Array($0) } ?? []
  }

  /// Says why nothing was done, for people: the protocols' own forms say only which kind of error it is.
  static let refusalHeader = "Connectord-Refusal"

  /// Printable ASCII, at most 500 bytes: it may quote what a client sent.
  static func oneLine(_ text: String) -> String {
    String(decoding: text.utf8.prefix(500).map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }
}

/// Finds what is asked for and has it answered.
struct BrokerDoor: Sendable {
  enum Path: Hashable, Sendable {
    case xmlService, ticketAuthority, machines

    /// By the target of a request: letter case does not count, nor do doubled slashes; a back slash is a slash, and what follows a `?` is passed over.
    init?(_ target: String) {
      var path = target.prefix { $0 != "?" && $0 != "#" }
      if let scheme = path.range(of: "://") { path = path[scheme.upperBound...].drop { $0 != "/" } }
      let parts = path.replacing("%5C", with: "/").replacing("%5c", with: "/").split { $0 == "/" || $0 == "\\" }.map { $0.lowercased() }
      switch parts {
      case ["scripts", "wpnbr.dll"]: self = .xmlService
      case ["scripts", "ctxsta.dll"]: self = .ticketAuthority
      case ["vda", "v1"]: self = .machines
      default: return nil
      }
    }
  }

  private let asking: any BrokerAsking
  private let xmlService: NFuseService
  private let ticketAuthority: STAService
  private let xml: XMLLimits

  init(asking: any BrokerAsking, random: any RandomSource, limits: BrokerServer.Limits) {
    self.asking = asking
    xmlService = NFuseService(asking: asking, random: random)
    ticketAuthority = STAService(asking: asking, random: random)
    var xml = XMLLimits()
    xml.bytes = limits.bodyBytes
    xml.depth = limits.xmlDepth
    self.xml = xml
  }

  /// Known from the head alone: what will not be answered whatever follows.
  func refusal(_ head: HTTPRequestHead) -> BrokerReply? {
    guard Path(head.uri) != nil else {
      return BrokerReply(.notFound, "nothing is here; POST to /scripts/wpnbr.dll, /scripts/CtxSTA.dll or /vda/v1")
    }
    guard head.method == .POST else { return BrokerReply(.methodNotAllowed, "use POST", headers: [("Allow", "POST")]) }
    return nil
  }

  func answer(_ head: HTTPRequestHead, _ body: ByteBuffer) async -> BrokerReply {
    guard let path = Path(head.uri) else { return BrokerReply(.notFound, "nothing is here") }
    let bytes = body.readableBytesView
    switch path {
    case .xmlService: return BrokerReply(await answer(bytes, NFuseService.unreadable, xmlService.answer), server: "Citrix Web PN Server")
    case .ticketAuthority: return BrokerReply(await answer(bytes, STAService.unreadable, ticketAuthority.answer), server: "Citrix Web PN Server")
    case .machines: return await machine(bytes)
    }
  }

  private func answer(_ bytes: ByteBufferView, _ unreadable: (String) -> XMLReply, _ answer: (XMLElement) async -> XMLReply) async -> XMLReply {
    let root: XMLElement
    do throws(XMLReadError) { root = try XMLReader.read(bytes, limits: xml) } catch { return unreadable("\(error)") }
    return await answer(root)
  }

  private func machine(_ bytes: ByteBufferView) async -> BrokerReply {
    let request: BrokerRequest
    do { request = try JSONDecoder().decode(BrokerRequest.self, from: Data(bytes)) } catch {
      return BrokerReply(.badRequest, json: .refused(BrokerRefusal(.badRequest, "the body is no broker request in JSON: \(Self.why(error))")))
    }
    return BrokerReply(.ok, json: await asking.ask(request, from: .machine))
  }

  private static func why(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return context.debugDescription + (path.isEmpty ? "" : " (at \(path.prefix(200)))")
    }
    return switch error {
    case DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.keyNotFound(_, let context):
      place(context)
    default: "\(error)"
    }
  }
}
