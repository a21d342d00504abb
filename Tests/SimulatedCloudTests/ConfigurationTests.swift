import CloudAPI
import Foundation
import SimulatedCloud
import Testing
import World

@Suite struct ConfigurationTests {
  @Test func revisionsGrowWithWhatIsServed() {
    var cloud = CloudFixture()
    cloud.register("c1")
    #expect(cloud.ask(.configuration(cloud.peer("c1"), known: nil)).status == 404)
    let bytes = Array(#"{"machines":[]}"#.utf8)
    #expect(cloud.ask(.publish(customer: "acme", location: "acme-rl", bytes: bytes, digest: "d1")) == .published(revision: 1))
    #expect(cloud.ask(.publish(customer: "acme", location: "acme-rl", bytes: bytes, digest: "d1")) == .published(revision: 1))
    #expect(cloud.directives.isEmpty)
    #expect(cloud.ask(.configuration(cloud.peer("c1"), known: 1)) == .notModified(revision: 1))
    cloud.register("c2")
    guard case .configuration(let served) = cloud.ask(.configuration(cloud.peer("c1"), known: 1)) else {
      Issue.record("not served")
      return
    }
    #expect(served.record.revision == 2 && served.record.bytes == bytes)
    #expect(served.edgeServers.map(\.fqdn) == ["c1.acme.test", "c2.acme.test"])
    cloud.ask(.linkUp(cloud.peer("c2"), link: 1))
    cloud.beat("c2")
    cloud.beat("c2")
    cloud.beat("c2") { $0.peerAddress = nil }
    guard case .configuration(let again) = cloud.ask(.configuration(cloud.peer("c1"), known: 2)) else {
      Issue.record("not served")
      return
    }
    #expect(again.record.revision == 3, "one new revision for one new peer address")
    #expect(again.edgeServers.map(\.peerAddress) == [nil, "127.0.0.1:9001"])
    _ = cloud.api(.deleteConnector("acme-c2"))
    #expect(cloud.logic.state(at: cloud.now).locations.first?.configurationRevision == 4)
    #expect(cloud.ask(.configuration(cloud.peer("c2"), known: nil)).status == 403)
    #expect(cloud.ask(.publish(customer: "acme", location: "none", bytes: bytes, digest: "d")).status == 404)
  }

  static let servers = [
    EdgeServerEntry(fqdn: "a.test", uuid: "u\"1\\", peerAddress: nil), EdgeServerEntry(fqdn: "b.test", uuid: "u2", peerAddress: "127.0.0.1:9"),
  ]

  @Test(arguments: [
    "{}", " { } \n", #"{"a":1}"#, #"{"edgeServers":[],"revision":7}"#,
    #"{"x":{"edgeServers":[1,2],"s":"}]\","},"edgeServers":[{"a":[1,{}]}],"y":[[],{}]}"#,
    "{\n  \"revision\" : 9 ,\n  \"z\" : \"\\u00e9 \\\\\" ,\n  \"edgeServers\": [ ]\n}\n",
    #"{"edgeServers":1,"n":-1.50e3,"edgeServers":2,"t":true,"u":null}"#,
    "\u{FEFF}{\"a\":\"b\"}",
  ])
  func mergingChangesTwoMembersAndNothingElse(_ text: String) throws {
    let merged = try #require(EdgeServerMerge.merge(Array(text.utf8), revision: 42, edgeServers: Self.servers))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(merged)) as? [String: Any])
    #expect(object["revision"] as? Int == 42)
    let list = try #require(object["edgeServers"] as? [[String: Any]])
    #expect(list.map { $0["fqdn"] as? String } == ["a.test", "b.test"] && list[0]["uuid"] as? String == "u\"1\\")
    #expect(list[0]["peerAddress"] is NSNull && list[1]["peerAddress"] as? String == "127.0.0.1:9")
    var rest = object
    (rest["revision"], rest["edgeServers"]) = (nil, nil)
    let plain = text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
    var original = try #require(try JSONSerialization.jsonObject(with: Data(plain.utf8)) as? [String: Any])
    (original["revision"], original["edgeServers"]) = (nil, nil)
    #expect(NSDictionary(dictionary: rest) == NSDictionary(dictionary: original))
    #expect(String(decoding: merged, as: UTF8.self).components(separatedBy: "\"revision\":").count == 2, "no member twice")
  }

  @Test(arguments: ["", "[]", "{", "{\"a\"", "{\"a\":1", "{\"a\":1]", "{\"a\" 1}", "{\"a\":\"x}", "{}x", "{\"a\":1,}", "null", "{,}", "{\"a\":[}"])
  func whatIsNoObjectIsNotMerged(_ text: String) {
    #expect(EdgeServerMerge.merge(Array(text.utf8), revision: 1, edgeServers: []) == nil)
  }

  /// Whatever bytes come, merging neither traps nor hangs.
  @Test func anyTruncationIsRefusedOrObject() {
    let text = Array(#"{"x":{"y":"a\"b\\"},"edgeServers":[1,[2]],"z":"\u00e9"}"#.utf8)
    for end in 0..<text.count { #expect(EdgeServerMerge.merge(Array(text[..<end]), revision: 1, edgeServers: []) == nil, "cut at \(end)") }
  }
}
