import BrokerXML
import Testing
import XMLExpat

@Suite struct WritingTests {
  @Test func whatIsWrittenIsReadBackTheSame() throws {
    let texts = ["", "plain", "a&b<c>d\"e'f", "Größe €  😀", " \t\n\r ", "]]>", "<!--", "\u{85}\u{2028}"]
    var writer = XMLWriter(doctype: ("a", "a.dtd"))
    writer.begin("a")
    for text in texts { writer.element("b", text, ("c", text), ("d", "1")) }
    let root = try XMLReader.read(writer.finish())
    #expect(root.children.map(\.text) == texts)
    #expect(root.children.map { $0[attribute: "c"] } == texts)
  }

  @Test func whatXMLCannotSayIsReplaced() throws {
    var writer = XMLWriter(doctype: ("a", "a.dtd"))
    writer.element("a", "1\u{0}2\u{1f}3\u{fffe}4\u{ffff}5", ("b", "\u{8}"))
    let root = try XMLReader.read(writer.finish())
    #expect(root.text == "1\u{fffd}2\u{fffd}3\u{fffd}4\u{fffd}5" && root[attribute: "b"] == "\u{fffd}")
  }

  @Test func theFormIsExact() {
    var writer = XMLWriter(doctype: ("NFuseProtocol", "NFuse.dtd"))
    writer.begin("NFuseProtocol", ("version", "5.4"))
    writer.begin("A")
    writer.element("B", "x")
    #expect(
      String(decoding: writer.finish(), as: UTF8.self) == """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE NFuseProtocol SYSTEM "NFuse.dtd">
        <NFuseProtocol version="5.4"><A><B>x</B></A></NFuseProtocol>

        """)
  }

  @Test(arguments: [("P", "PFFA"), ("Password1", "PFFAJEDBOHECJEDBODEGIMCJPOFLJKDPKLAO"), ("", ""), ("grün€😀", nil)])
  func ctx1(_ clear: String, _ scrambled: String?) {
    let made = CitrixPassword.encodeCTX1(clear)
    if let scrambled { #expect(made == scrambled) }
    #expect(CitrixPassword.decodeCTX1(made) == clear && CitrixPassword.decodeCTX1(made.lowercased()) == clear)
  }

  @Test(arguments: ["PFF", "PFFAP", "QQQQ", "1234", "PFFé"]) func whatIsNotCTX1IsNotDecoded(_ text: String) {
    #expect(CitrixPassword.decodeCTX1(text) == nil)
  }
}
