package import Broker

/// Who a request is for. The password is checked by whoever identifies; a request without one was let in by StoreFront, which has checked it.
package struct NFuseCredentials: Hashable, Sendable {
  /// Empty when only a SID is known.
  package var name: String
  package var domain: String?
  package var sid: String?
  package var password: String?

  package init(name: String, domain: String? = nil, sid: String? = nil, password: String? = nil) {
    self.name = name
    self.domain = domain
    self.sid = sid
    self.password = password
  }

  /// `<UserName>`, `<Password encoding="cleartext|ctx1">` and `<Domain type="NT">`, or `<ID type="SAM|UPN|SID">` of one who is logged on already.
  package init(_ element: XMLElement) throws(BrokerRefusal) {
    guard element["AnonymousUser"] == nil else { throw BrokerRefusal(.notEntitled, "nothing is published for anonymous users") }
    let ids = element.all("ID")
    func id(_ type: String) -> String? { ids.first { XMLElement.same($0[attribute: "type"] ?? "SAM", type) && !$0.word.isEmpty }?.word }
    let named = element.word("UserName") ?? id("SAM") ?? id("UPN")
    name = named ?? ""
    domain = element.word("Domain")
    if let slash = name.firstIndex(of: "\\") {
      domain = domain ?? String(name[..<slash])
      name = String(name[name.index(after: slash)...])
    }
    // Beside a name the SIDs are its groups, in any order, and are not believed: the directory knows them.
    sid = named == nil ? id("SID") : nil
    guard !name.isEmpty || sid != nil else { throw BrokerRefusal(.badRequest, "<Credentials> names no user: expected <UserName> or <ID>") }
    password = try element["Password"].map(Self.clear)
  }

  private static func clear(_ element: XMLElement) throws(BrokerRefusal) -> String {
    let encoding = element[attribute: "encoding"] ?? "cleartext"
    switch encoding.lowercased() {
    case "cleartext": return element.text
    case "ctx1":
      guard let clear = CitrixPassword.decodeCTX1(element.word) else {
        throw BrokerRefusal(.badRequest, "<Password encoding=\"ctx1\"> is not so encoded: expected letters A to P, four for a character")
      }
      return clear
    default: throw BrokerRefusal(.badRequest, "<Password> has the encoding '\(encoding.prefix(20))'; cleartext and ctx1 are read")
    }
  }
}
