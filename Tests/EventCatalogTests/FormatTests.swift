import EventCatalog
import Foundation
import Testing

private let hostile = EventDefinition(
  10999, "test.hostile", id: "00000000000000000000000000000001", .agent, .warning, "A <b>bold</b> & \"quoted\" 100% of {what} at {elapsed}.",
  advice: "Don't | panic\n-- 00000000000000000000000000000002\u{1b}[31m.",
  fields: [EventField("what", .text, "a <thing> & more"), EventField("elapsed", .milliseconds, "how long")],
  vendor: VendorEvent(provider: "Vendor \"A\" <&>", id: 7, source: "facts | here"))

@Suite struct FormatTests {
  @Test(arguments: CatalogExport.Format.allCases) func `Every event is in every format`(_ format: CatalogExport.Format) {
    let text = CatalogExport.text(format)
    for event in Catalog.all {
      #expect(text.contains(event.messageID), "\(event.name) is missing")
      #expect(text.contains("\(event.code)"))
    }
    #expect(text.contains("simulated"), "each format says whose numbers they are")
    #expect(text.hasSuffix("\n"))
  }

  @Test(arguments: CatalogExport.Format.allCases) func `Files have distinct names and together hold every event`(_ format: CatalogExport.Format) {
    let files = CatalogExport.files(format)
    #expect(Set(files.map(\.name)).count == files.count)
    for event in Catalog.all { #expect(files.filter { $0.text.contains(event.messageID) }.count == 1, "\(event.name)") }
  }

  @Test func `Markdown shows code, severity, text, advice, fields and the vendor's number with its source`() {
    let page = CatalogExport.text(.markdown)
    for event in Catalog.all {
      #expect(page.contains("### \(event.code) \(event.name)"))
      #expect(page.contains("severity: \(event.severity.name)"))
      #expect(page.contains(event.advice.prefix(30)))
      for field in event.fields { #expect(page.contains("`\(field.journalName)`")) }
    }
    #expect(page.contains("the vendor's: 10000 of Citrix Cloud Agent (source: facts/product.md 1.5)"))
    let hard = CatalogExport.text(.markdown, of: [hostile])
    #expect(hard.contains("&lt;b>bold&lt;/b>") && !hard.contains("\u{1b}"))
  }

  @Test func `JSON parses and keeps the types`() throws {
    let object = try #require(try JSONSerialization.jsonObject(with: Data(CatalogExport.text(.json).utf8)) as? [String: Any])
    let events = try #require(object["events"] as? [[String: Any]])
    #expect(events.count == Catalog.all.count)
    let connected = try #require(events.first { $0["code"] as? Int == 10000 })
    #expect(connected["message_id"] as? String == "8c1a3a0c54d04f2c9d5e0d5f6f6b1a01")
    #expect((connected["fields"] as? [[String: Any]])?.first?["journal"] as? String == "CONNECTOR_CLOUD")
  }

  @Test(arguments: [Catalog.all, [hostile]]) func `XML is well-formed and says what the catalog says`(_ definitions: [EventDefinition]) throws {
    for text in [CatalogExport.text(.xml, of: definitions)] + CatalogExport.files(.xml, of: definitions).map(\.text) {
      let problem = WellFormed.problem(in: text)
      #expect(problem == nil)
    }
    let manifest = CatalogExport.text(.xml, of: [hostile])
    #expect(manifest.contains(#"value="A &lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot; 100%% of %1 at %2 ms.""#))
    #expect(manifest.contains(#"connectord:vendorId="7""#))
    #expect(!manifest.contains("\u{1b}"))
    let agents = CatalogExport.files(.xml).map(\.name)
    #expect(agents.contains("connectord.Agent.xml") && agents.contains("connectord.AgentWatchDog.xml"), "the two manifests of the seed")
  }

  @Test func `The check of well-formedness finds what is wrong`() {
    #expect(WellFormed.problem(in: "<a><b></a>") != nil)
    #expect(WellFormed.problem(in: "<a x=\"1\" x=\"2\"/>") != nil)
    #expect(WellFormed.problem(in: "<a x=\"<\"/>") != nil)
    #expect(WellFormed.problem(in: "<a>1 & 2</a>") != nil)
    #expect(WellFormed.problem(in: "<a/><b/>") != nil)
    #expect(WellFormed.problem(in: "<a>&lt;</a>") == nil)
  }

  @Test func `A hostile text cannot start an entry of the journal's catalog`() {
    let lines = CatalogExport.text(.catalog, of: [hostile]).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.filter { $0.hasPrefix("-- ") } == ["-- 00000000000000000000000000000001"])
    #expect(lines.contains { $0.contains("@CONNECTOR_WHAT@ at @CONNECTOR_ELAPSED@ ms") })
  }

  @Test func `One line stays one line`() {
    #expect(OneLine.escape("plain HKLM\\Software ü") == "plain HKLM\\Software ü")
    #expect(OneLine.escape("a\nb\r\tc\u{1b}[0m\u{85}\u{2028}\u{202e}") == "a\\nb\\r\\tc\\u{1b}[0m\\u{85}\\u{2028}\\u{202e}")
  }
}

private let journalctl = ["/usr/bin/journalctl", "/bin/journalctl"].first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite struct JournalctlTests {
  @Test(.enabled(if: journalctl != nil, "journalctl is not installed, so the real reader of the catalog cannot be asked"))
  func `The real journalctl compiles the catalog`() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("catalog-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    let folder = root.appendingPathComponent("usr/lib/systemd/catalog")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(at: root.appendingPathComponent("var/lib/systemd/catalog"), withIntermediateDirectories: true)
    try Data(CatalogExport.text(.catalog).utf8).write(to: folder.appendingPathComponent("connectord.catalog"))

    let update = try run(["--update-catalog", "--root=\(root.path)"])
    #expect(update.status == 0, "\(update.output)")
    #expect(!update.output.contains("Ignoring") && !update.output.contains("duplicate"), "\(update.output)")

    let dump = try run(["--dump-catalog", "--root=\(root.path)"])
    #expect(dump.status == 0)
    for event in Catalog.all {
      #expect(dump.output.contains("-- \(event.messageID)"), "\(event.name)")
      #expect(dump.output.contains("Subject: \(event.name): "))
    }
  }

  private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(journalctl))
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
