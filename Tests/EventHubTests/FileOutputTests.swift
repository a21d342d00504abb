import EventCatalog
import EventHub
import SimulatedWorld
import Testing
import World

@Suite struct FileOutputTests {
  private static let path = "/lab/c1/events.jsonl"

  private static func record(_ number: UInt64, _ text: String = "") -> EventRecord {
    EventRecord(
      event: .daemonDegraded(reason: text), sequence: number, boot: "b", time: WallTime(seconds: 1_795_000_000), connector: "c1", service: nil)
  }

  private static func numbers(_ files: MemoryFiles, _ path: String = path) throws -> [UInt64] {
    try String(decoding: files.read(path), as: UTF8.self).split(separator: "\n").map { try EventLine(jsonLine: String($0)).sequence }
  }

  @Test func `Each record is a line, and a run begins its part with an empty one`() throws {
    let files = MemoryFiles()
    try files.makeDirectory("/lab/c1", mode: 0o700)
    let first = FileOutput(files: files, path: Self.path)
    first.write(Self.record(1))
    first.write(Self.record(2))
    try files.append(Self.path, Array("{\"cut".utf8), mode: 0o600, sync: false)
    FileOutput(files: files, path: Self.path).write(Self.record(3))
    let lines = String(decoding: try files.read(Self.path), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 5 && lines[2] == "{\"cut" && lines[4].isEmpty)
    #expect(try EventLine(jsonLine: String(lines[3])).sequence == 3)
  }

  @Test func `At its size a new file begins, and the one before stays`() throws {
    let files = MemoryFiles()
    try files.makeDirectory("/lab/c1", mode: 0o700)
    let output = FileOutput(files: files, path: Self.path)
    let half = String(repeating: "x", count: Int(FileOutput.largest) / 4)
    for number in 1...4 { output.write(Self.record(UInt64(number), half)) }
    #expect(try Self.numbers(files) == [3, 4])
    #expect(try Self.numbers(files, "/lab/c1/events.1.jsonl") == [1, 2])
    #expect(FileOutput.older("/a.b/events") == "/a.b/events.1")
  }

  @Test func `What the disk does not take waits for the next event`() throws {
    let files = MemoryFiles()
    let output = FileOutput(files: files, path: Self.path)
    output.write(Self.record(1))
    output.write(Self.record(2))
    try files.makeDirectory("/lab/c1", mode: 0o700)
    output.write(Self.record(3))
    #expect(try Self.numbers(files) == [1, 2, 3])
  }
}
