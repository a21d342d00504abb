import SimulatedWorld
import Testing
import World

/// What a crash, a full disk and a fault do to writers, links and trees.
struct MemoryStreamsTests {
  private func disk(capacity: Int = .max) throws -> MemoryFiles {
    let files = MemoryFiles(capacity: capacity)
    try files.makeDirectory("/s", mode: 0o700)
    return files
  }

  @Test func aCrashEndsStreams() throws {
    let files = try disk()
    try files.replace("/s/old", with: [1, 2], mode: 0o600, step: "test")
    let (writer, reader) = (try files.writer(to: "/s/new", mode: 0o600), try files.reader(of: "/s/old"))
    try writer.write([1])
    files.crash()
    #expect(kind { try writer.commit(step: "test") } == .other)
    #expect(kind { _ = try reader.read(upTo: 1) } == .other)
    #expect(try files.info("/s/new") == nil)
    // The next process may write it; the end of the old writer does not disturb it.
    let next = try files.writer(to: "/s/new", mode: 0o600)
    try next.write([2])
    writer.discard()
    try next.commit(step: "test")
    #expect(try files.read("/s/new") == [2])
  }

  @Test(arguments: StepPhase.allCases) func aWriterDownAtEachPhase(_ phase: StepPhase) throws {
    let files = try disk()
    try files.replace("/s/r", with: [1], mode: 0o600, step: "test")
    files.crash(at: "test.r", phase)
    let writer = try files.writer(to: "/s/r", mode: 0o600)
    try writer.write([2])
    #expect(kind { try writer.commit(step: "test.r") } == .other)
    files.recover()
    #expect(try files.read("/s/r") == (phase == .durable ? [2] : [1]))
    #expect(try files.freeSpace("/s") == Int64(Int.max - 1))
  }

  @Test(arguments: StepPhase.allCases) func aLinkDownAtEachPhase(_ phase: StepPhase) throws {
    let files = try disk()
    try files.replaceLink("/s/link", to: "one", step: "test")
    files.crash(at: "test.link", phase)
    #expect(kind { try files.replaceLink("/s/link", to: "two", step: "test.link") } == .other)
    files.recover()
    #expect(try files.readLink("/s/link") == (phase == .durable ? "two" : "one"))
  }

  @Test(arguments: StepPhase.allCases) func aTreeDownAtEachPhase(_ phase: StepPhase) throws {
    let files = try disk()
    try files.makeDirectory("/s/t/sub", mode: 0o700)
    for name in ["a", "b", "sub/c", "sub/d"] { try files.replace("/s/t/\(name)", with: [1], mode: 0o600, step: "test") }
    files.crash(at: "test.tree", phase)
    #expect(kind { try files.removeTree("/s/t", step: "test.tree") } == .other)
    files.recover()
    switch phase {
    case .beforeWrite: #expect(try files.list("/s/t/sub") == ["c", "d"])
    // Removed and not synced: what was gone durably before stays gone (the leaves), the rest comes back.
    case .afterWrite, .afterRename: #expect(try files.list("/s/t") == ["a", "b"])
    case .durable: #expect(try files.info("/s/t") == nil)
    }
    try files.removeTree("/s/t")
    #expect(try files.list("/s") == [])
  }

  @Test func roomIsOfWritersToo() throws {
    let files = try disk(capacity: 10)
    let writer = try files.writer(to: "/s/a", mode: 0o600)
    try writer.write([1, 2, 3, 4, 5, 6])
    #expect(try files.freeSpace("/s") == 4)
    #expect(kind { try writer.write([1, 2, 3, 4, 5]) } == .noSpace)
    #expect(kind { try files.replace("/s/b", with: [1, 2, 3, 4, 5], mode: 0o600, step: "test") } == .noSpace)
    writer.discard()
    #expect(try files.freeSpace("/s") == 10)
  }

  @Test func faultsStrike() throws {
    let files = try disk()
    try files.replace("/s/a", with: [1], mode: 0o600, step: "test")
    let (writer, reader) = (try files.writer(to: "/s/w", mode: 0o600), try files.reader(of: "/s/a"))
    for operation in [MemoryFiles.Operation.write, .commit, .read, .writer, .reader, .replaceLink, .readLink, .removeTree, .space] {
      files.fail(operation, with: .notPermitted, times: 1)
    }
    #expect(kind { try writer.write([1]) } == .notPermitted)
    #expect(kind { try writer.commit(step: "test") } == .notPermitted)
    #expect(kind { _ = try reader.read(upTo: 1) } == .notPermitted)
    #expect(kind { _ = try files.writer(to: "/s/x", mode: 0o600) } == .notPermitted)
    #expect(kind { _ = try files.reader(of: "/s/a") } == .notPermitted)
    #expect(kind { try files.replaceLink("/s/l", to: "a", step: "test") } == .notPermitted)
    #expect(kind { _ = try files.readLink("/s/l") } == .notPermitted)
    #expect(kind { try files.removeTree("/s/a") } == .notPermitted)
    #expect(kind { _ = try files.freeSpace("/s") } == .notPermitted)
    #expect(try files.read("/s/a") == [1])
  }
}
