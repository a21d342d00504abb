import Foundation
import Systemd
import Testing

@Suite struct JournalReaderTests {
  @Test func `A folder without a journal has no entries, and one that is not there cannot be opened`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var count = 0
    try JournalReader.entries(in: folder) { _ in count += 1 }
    #expect(count == 0)
    let problem = #expect(throws: JournalReader.Problem.self) { try JournalReader.entries(in: folder + "/none") { _ in } }
    #expect(problem?.description == "the journal cannot be opened: No such file or directory")
  }

  @Test(.enabled(if: JournalOutput.isAvailable, "no journal here: /run/systemd/journal/socket is missing"))
  func `An entry that was written is read back`() throws {
    let boot = UUID().uuidString
    JournalOutput().write(JournalEntryTests.sample(boot: boot))
    let deadline = ContinuousClock.now + .seconds(30)
    var found: [String: String]?
    repeat {
      try JournalReader.entries { if $0["CONNECTOR_BOOT"] == boot { found = $0 } }
    } while found == nil && ContinuousClock.now < deadline
    #expect(found?["CONNECTOR_SEQUENCE"] == "7" && found?["CONNECTOR_CODE"] == "10052")
    #expect(found?["CONNECTOR_REASON"] == "line one\nline two")
    #expect(found?["__REALTIME_TIMESTAMP"].flatMap { Int64($0) } ?? 0 > 1_700_000_000_000_000)
  }
}
