import BrokerXML
import Foundation
import Testing
import XMLExpat

@Suite struct RefusalTests {
  @Test(arguments: [
    ("", "no element found", 1, 1), ("<a>\n  <b>\n</a>", "mismatched tag", 3, 3), ("<a", "unclosed token", 1, 1), ("<a/><b/>", "junk", 1, 5),
    ("plain", "syntax error", 1, 1), ("<a b='1' b='2'/>", "duplicate attribute", 1, 10), ("<a>\u{1}</a>", "not well-formed", 1, 4),
  ])
  func whatIsMalformedIsSaidWithItsPlace(_ text: String, _ what: String, _ line: Int, _ column: Int) throws {
    let error = try #require(throws: XMLReadError.self) { try ReadingTests.read(text) }
    #expect(error.kind == .malformed && error.what.contains(what) && (error.line, error.column) == (line, column), "\(error)")
  }

  @Test func limitsHoldAtTheirBorder() throws {
    func nested(_ depth: Int) -> String { String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth) }
    func attributes(_ count: Int) -> String { "<a \((0..<count).map { "x\($0)='1'" }.joined(separator: " "))/>" }
    let rows: [(XMLReadError.Kind, String, String)] = [
      (.tooDeep, nested(64), nested(65)),
      (.tooMany, "<a>\(String(repeating: "<b/>", count: 19_999))</a>", "<a>\(String(repeating: "<b/>", count: 20_000))</a>"),
      (.tooMany, attributes(64), attributes(65)),
      (.tooLarge, "<a>\(String(repeating: "x", count: (1 << 20) - 7))</a>", "<a>\(String(repeating: "x", count: (1 << 20) - 6))</a>"),
    ]
    for (kind, good, bad) in rows {
      #expect(throws: Never.self) { try ReadingTests.read(good) }
      #expect(try #require(throws: XMLReadError.self) { try ReadingTests.read(bad) }.kind == kind)
    }
    #expect(throws: Never.self) { try ReadingTests.read("<a b='12'>345</a>") { $0.text = 5 } }
    #expect(throws: XMLReadError.self) { try ReadingTests.read("<a b='12'>345</a>") { $0.text = 4 } }
  }

  /// Ten entities, each ten of the one before: a billion of the innermost.
  static let billionLaughs =
    "<!DOCTYPE lolz [<!ENTITY lol \"lol\">"
    + (1...9).map { number in
      "<!ENTITY lol\(number) \"\(String(repeating: "&lol\(number == 1 ? "" : String(number - 1));", count: 10))\">"
    }.joined() + "]><lolz>&lol9;</lolz>"

  @Test(arguments: [
    (billionLaughs, "lol"), ("<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "x"), ("<!DOCTYPE a [<!ENTITY % p 'y'> %p;]><a/>", "p"),
    ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "x"), ("<a>&nbsp;</a>", "undefined"),
    ("<!DOCTYPE a SYSTEM 'a.dtd'><a>&nbsp;</a>", "nbsp"), ("<!DOCTYPE a SYSTEM 'a.dtd'><a b='&nbsp;'/>", "nbsp"),
  ])
  func entitiesAreRefused(_ text: String, _ named: String) throws {
    let error = try #require(throws: XMLReadError.self) { try ReadingTests.read(text) }
    #expect(error.kind == .entity && error.what.contains(named), "\(error)")
    // The same in UTF-16, where its bytes lie otherwise.
    let wide = try #require(throws: XMLReadError.self) { try XMLReader.read(ReadingTests.utf16("\u{feff}" + text, bigEndian: false)) }
    #expect(wide.kind == error.kind && wide.what == error.what)
  }

  /// A file that only a reader which opens things could tell of: one with a first line that would be an error in the document type.
  @Test func nothingOutsideIsOpened() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "canary-\(UUID().uuidString)")
    try Data("<!ENTITY nbsp 'canary'> %broken".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(try ReadingTests.read("<!DOCTYPE a SYSTEM '\(file.absoluteString)'><a>x</a>").text == "x")
    #expect(throws: XMLReadError.self) { try ReadingTests.read("<!DOCTYPE a SYSTEM '\(file.absoluteString)'><a>&nbsp;</a>") }
  }

  /// Good documents with a few bytes changed: each is read or refused.
  @Test func changedDocumentsAreReadOrRefused() {
    var number: UInt64 = 7
    func next(_ bound: Int) -> Int {
      number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(number >> 33) % bound
    }
    let seeds = [
      Self.billionLaughs, "<?xml version='1.0' encoding='windows-1252'?><!DOCTYPE a SYSTEM 'a.dtd'[]><x:a b='&amp;&#65;'>t<![CDATA[u]]></x:a>",
    ]
    for turn in 0..<4_000 {
      var bytes = turn % 3 == 0 ? ReadingTests.utf16(seeds[turn % 2], bigEndian: turn % 2 == 0) : Array(seeds[turn % 2].utf8)
      for _ in 0...next(4) { bytes[next(bytes.count)] = UInt8(next(256)) }
      bytes.withUnsafeBytes { _ = fuzzXML($0) }
    }
  }
}
