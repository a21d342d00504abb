import SimulatedWorld
import Testing
import World

@testable import Lab

@Suite struct LabEventFilesTests {
  @Test func `What is there when a lab is brought up is of the time before`() throws {
    let files = MemoryFiles()
    try files.makeDirectory("/lab/c1", mode: 0o700)
    func put(_ path: String, _ text: String) throws { try files.append(path, Array(text.utf8), mode: 0o600, sync: true) }
    func text(_ path: String) -> String? { (try? files.read(path)).map { String(decoding: $0, as: UTF8.self) } }
    LabEventFiles.begin("/lab", files: files)
    #expect(try files.list("/lab/c1") == [], "nothing was there")
    for (number, path) in LabEventFiles.current("/lab/c1").enumerated() { try put(path, "first \(number)") }
    LabEventFiles.begin("/lab", files: files)
    #expect(text(LabEventFiles.before("/lab/c1")) == "first 1")
    #expect(LabEventFiles.current("/lab/c1").allSatisfy { text($0) == nil })
    try put(LabEventFiles.current("/lab/c1")[1], "second")
    LabEventFiles.begin("/lab", files: files)
    #expect(text(LabEventFiles.before("/lab/c1")) == "second")
  }
}
