import FleetReports
import Foundation
import FoundationXML
import Testing

@Suite struct JUnitReportTests {
  /// What a parser reads: elements with their attributes, and the text of each.
  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [(name: String, attributes: [String: String])] = []
    var texts: [String: String] = [:]
    private var open: [String] = []

    func parser(_: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]) {
      elements.append((name, attributes))
      open.append(name)
    }
    func parser(_: XMLParser, didEndElement _: String, namespaceURI: String?, qualifiedName: String?) { open.removeLast() }
    func parser(_: XMLParser, foundCharacters text: String) { texts[open.last ?? "", default: ""] += text }
  }

  private func read(_ report: JUnitReport) throws -> Reader {
    let parser = XMLParser(data: Data(report.text.utf8))
    let reader = Reader()
    parser.delegate = reader
    try #require(parser.parse(), "\(String(describing: parser.parserError)) in \(report.text)")
    return reader
  }

  @Test func aParserReadsWhatWasMeant() throws {
    var report = JUnitReport(suite: "sim <\"&'>")
    report.add(.init(name: "seed 1"))
    let odd = "a <b> & \"c\" ]]> 'd'\n\tnext line"
    report.add(.init(name: "seed 2", problem: .init(type: "F2", message: odd, text: odd)))
    report.add(.init(name: "seed 3", problem: .init(isError: true, type: "died", message: "signal 4", text: "x"), output: "again: connector-lab"))
    let reader = try read(report)
    #expect(reader.elements.map(\.name) == ["testsuites", "testsuite", "testcase", "testcase", "failure", "testcase", "error", "system-out"])
    #expect(reader.elements[1].attributes == ["name": "sim <\"&'>", "tests": "3", "failures": "1", "errors": "1"])
    #expect(reader.elements[3].attributes["name"] == "seed 2")
    #expect(reader.elements[4].attributes == ["type": "F2", "message": odd])
    #expect(reader.texts["failure"] == odd)
    #expect(reader.texts["system-out"] == "again: connector-lab")
  }

  /// Whatever a run says, a parser reads the file.
  @Test func noCharacterBreaksIt() throws {
    for value in 0...0x2FF as ClosedRange<UInt32> { try whole(value) }
    for value in [0xD7FF, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x1F600, 0x10FFFF] as [UInt32] { try whole(value) }
  }

  private func whole(_ value: UInt32) throws {
    guard let scalar = Unicode.Scalar(value) else { return }
    var report = JUnitReport(suite: "s\(scalar)")
    report.add(.init(name: "n\(scalar)", problem: .init(type: "t\(scalar)", message: "m\(scalar)", text: "x\(scalar)y"), output: "\(scalar)"))
    let reader = try read(report)
    let text = reader.texts["failure"] ?? ""
    let isCarried = value >= 0x20 && !(0x7F...0x9F).contains(value) && value < 0xFFFE || value > 0xFFFF || [9, 10, 13].contains(value)
    #expect(text == (isCarried ? "x\(scalar)y" : "x\\u{\(String(value, radix: 16, uppercase: true))}y"))
  }

  @Test func nothingIsAFileToo() throws { #expect(try read(JUnitReport(suite: "none")).elements.count == 2) }
}
