import BrokerXML
import Testing
import XMLExpat

@Suite struct ReadingTests {
  static func read(_ text: String, _ change: (inout XMLLimits) -> Void = { _ in }) throws(XMLReadError) -> XMLElement {
    var limits = XMLLimits()
    change(&limits)
    return try XMLReader.read(Array(text.utf8), limits: limits)
  }

  @Test func aTreeKeepsOrderAttributesAndText() throws {
    let root = try Self.read("<a x='1' Y=\"2\">one<b/>two<c z='&lt;'><![CDATA[<d>]]></c>three</a>")
    let expected = XMLElement(
      "a", attributes: [.init("x", "1"), .init("Y", "2")],
      children: [XMLElement("b"), XMLElement("c", attributes: [.init("z", "<")], text: "<d>")], text: "onetwothree")
    #expect(root == expected)
    #expect(root[attribute: "y"] == "2" && root["C"]?.text == "<d>" && root.word("b") == nil)
  }

  @Test(arguments: [
    "<!DOCTYPE NFuseProtocol SYSTEM \"NFuse.dtd\"><NFuseProtocol/>", "<!DOCTYPE NFuseProtocol SYSTEM \"NFuse.dtd\"[]><NFuseProtocol/>",
    "<!DOCTYPE NFuseProtocol><NFuseProtocol/>", "<!DOCTYPE NFuseProtocol PUBLIC \"-//x//y\" \"http://127.0.0.1:1/NFuse.dtd\"><NFuseProtocol/>",
    "\u{feff}<?xml version='1.0' encoding='utf-8'?><!-- x --><?pi y?><NFuseProtocol/>\n<!-- z -->",
    "<!DOCTYPE NFuseProtocol [<!ELEMENT NFuseProtocol ANY><!ATTLIST NFuseProtocol v CDATA #IMPLIED>]><NFuseProtocol/>",
  ])
  func documentTypesAndMarksAreTolerated(_ text: String) throws { #expect(try Self.read(text) == XMLElement("NFuseProtocol")) }

  @Test func prefixesAreStripped() throws {
    let root = try Self.read("<s:Envelope xmlns:s='http://a' xmlns='http://b'><s:Body s:id='1'><undeclared:X/></s:Body></s:Envelope>")
    #expect(root == XMLElement("Envelope", children: [XMLElement("Body", attributes: [.init("id", "1")], children: [XMLElement("X")])]))
  }

  @Test func characterReferencesAreTheOnlyOnesBesideTheFive() throws {
    #expect(try Self.read("<a b='&#x26;&#65;&quot;'>&amp;&lt;&gt;&quot;&apos;&#8364;</a>").text == "&<>\"'€")
  }

  // MARK: Encodings

  static let sentence = "Größe €"

  static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
    text.utf16.flatMap { unit in bigEndian ? [UInt8(unit >> 8), UInt8(unit & 0xff)] : [UInt8(unit & 0xff), UInt8(unit >> 8)] }
  }

  @Test(arguments: [true, false], [true, false])
  func utf16InBothOrders(_ bigEndian: Bool, _ marked: Bool) throws {
    let text = (marked ? "\u{feff}" : "") + "<?xml version='1.0' encoding='UTF-16'?><a b='\(Self.sentence)☂&amp;'>\(Self.sentence)</a>"
    let root = try XMLReader.read(Self.utf16(text, bigEndian: bigEndian))
    #expect(root.text == Self.sentence && root[attribute: "b"] == Self.sentence + "☂&")
  }

  @Test(arguments: ["windows-1252", "CP1252"]) func windows1252HasTheEuro(_ name: String) throws {
    let head = Array("<?xml version='1.0' encoding='\(name)'?><a>".utf8)
    #expect(try XMLReader.read(head + [0x80, 0xe4, 0x99] + Array("</a>".utf8)).text == "€ä™")
    let error = try #require(throws: XMLReadError.self) { try XMLReader.read(head + [0x81] + Array("</a>".utf8)) }
    #expect(error.kind == .encoding)
  }

  @Test func latin1() throws {
    #expect(try XMLReader.read(Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xe4] + Array("</a>".utf8)).text == "ä")
  }

  @Test(arguments: [
    // Names one that is not read.
    Array("<?xml version='1.0' encoding='EBCDIC-CP-US'?><a/>".utf8), Array("<?xml version='1.0' encoding='shift_jis'?><a/>".utf8),
    // Is not what it says, or says nothing and is not UTF-8.
    Array("<?xml version='1.0' encoding='UTF-16'?><a/>".utf8), Array("<a>".utf8) + [0xe4] + Array("</a>".utf8),
    Array("<?xml version='1.0' encoding='US-ASCII'?><a>".utf8) + [0xe4] + Array("</a>".utf8),
  ])
  func aWrongEncodingIsSaid(_ bytes: [UInt8]) throws {
    let error = try #require(throws: XMLReadError.self) { try XMLReader.read(bytes) }
    #expect(error.kind == .encoding && error.line == 1 && error.column > 0, "\(error)")
  }
}
