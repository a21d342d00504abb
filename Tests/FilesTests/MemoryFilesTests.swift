import SimulatedWorld
import Testing
import World

/// What only a disk in memory can be made to do.
struct MemoryFilesTests {
  private func disk(capacity: Int = .max) throws -> MemoryFiles {
    let files = MemoryFiles(capacity: capacity)
    try files.makeDirectory("/s", mode: 0o700)
    return files
  }

  @Test func aCrashLosesWhatWasNotSynced() throws {
    let files = try disk()
    try files.append("/s/log", [1], mode: 0o600, sync: true)
    try files.append("/s/log", [2], mode: 0o600, sync: false)
    try files.append("/s/unsynced", [3], mode: 0o600, sync: false)
    try files.replace("/s/record", with: [4], mode: 0o600, step: "test")
    #expect(try files.read("/s/log") == [1, 2])
    files.crash()
    #expect(try files.read("/s/log") == [1])
    #expect(try files.info("/s/unsynced") == nil)
    #expect(try files.read("/s/record") == [4])
    #expect(try files.list("/s") == ["log", "record"])
  }

  @Test func aTornCrashKeepsAPrefixOfTheTail() throws {
    var lengths: Set<Int> = []
    for seed in UInt64(0)..<40 {
      let files = try disk()
      try files.append("/s/log", [1, 2], mode: 0o600, sync: true)
      try files.append("/s/log", [3, 4, 5], mode: 0o600, sync: false)
      files.crash(tearing: SeededRandom(seed: seed))
      let bytes = try files.read("/s/log")
      #expect([1, 2, 3, 4, 5].starts(with: bytes) && bytes.count >= 2)
      lengths.insert(bytes.count)
    }
    #expect(lengths == [2, 3, 4, 5])
  }

  @Test func aRenameDoesNotMakeBytesDurable() throws {
    let files = try disk()
    try files.append("/s/a", [1], mode: 0o600, sync: true)
    try files.append("/s/a", [2], mode: 0o600, sync: false)
    try files.append("/s/b", [3], mode: 0o600, sync: false)
    try files.rename("/s/a", to: "/s/a1", step: "test")
    try files.rename("/s/b", to: "/s/b1", step: "test")
    files.crash()
    #expect(try files.read("/s/a1") == [1])
    #expect(try files.read("/s/b1") == [])
    #expect(try files.list("/s") == ["a1", "b1"])
  }

  @Test func aFullDiskChangesNothing() throws {
    let files = try disk(capacity: 10)
    try files.replace("/s/r", with: [1, 2, 3, 4], mode: 0o600, step: "test")
    #expect(kind { try files.append("/s/log", Array(repeating: 0, count: 7), mode: 0o600, sync: true) } == .noSpace)
    // The old record stays until the new one is complete: both need room.
    #expect(kind { try files.replace("/s/r", with: Array(repeating: 0, count: 7), mode: 0o600, step: "test") } == .noSpace)
    #expect(try files.read("/s/r") == [1, 2, 3, 4])
    #expect(try files.list("/s") == ["r"])
    files.setCapacity(.max)
    try files.append("/s/log", [1], mode: 0o600, sync: true)
    #expect(try files.read("/s/log") == [1])
  }

  @Test func failuresStrikeWhereTheyAreTold() throws {
    let files = try disk()
    try files.replace("/s/a", with: [1], mode: 0o600, step: "test")
    files.fail(.read, at: "/s/a", with: .notPermitted, times: 1)
    #expect(kind { _ = try files.read("/s/a") } == .notPermitted)
    #expect(try files.read("/s/a") == [1])
    files.fail(.replace, with: .noSpace)
    #expect(kind { try files.replace("/s/b", with: [], mode: 0o600, step: "test") } == .noSpace)
    #expect(kind { try files.replace("/s/a", with: [], mode: 0o600, step: "test") } == .noSpace)
    files.healFailures()
    try files.replace("/s/a", with: [2], mode: 0o600, step: "test")
    #expect(try files.read("/s/a") == [2])
  }

  @Test func aCrashMayBringBackWhatWasDiscarded() throws {
    let files = try disk()
    try files.replace("/s/a", with: [1], mode: 0o600, step: "test")
    try files.discard("/s/a")
    #expect(try files.list("/s") == [])
    files.crash()
    #expect(try files.read("/s/a") == [1])
  }

  @Test func bytesRot() throws {
    let files = try disk()
    try files.replace("/s/a", with: [0, 1, 2], mode: 0o600, step: "test")
    #expect(files.corrupt("/s/a", byte: 1))
    #expect(!files.corrupt("/s/a", byte: 3))
    #expect(!files.corrupt("/s/none", byte: 0))
    files.crash()
    #expect(try files.read("/s/a") == [0, 254, 2])
    files.truncate("/s/a", to: 1)
    files.crash()
    #expect(try files.read("/s/a") == [0])
  }

  @Test(arguments: StepPhase.allCases) func downAtEachPhase(_ phase: StepPhase) throws {
    let files = try disk()
    try files.replace("/s/r", with: [1], mode: 0o600, step: "test.r")
    files.crash(at: "test.r", phase)
    #expect(kind { try files.replace("/s/r", with: [2], mode: 0o600, step: "test.r") } == .other)
    #expect(files.isDown)
    #expect(kind { _ = try files.read("/s/r") } == .other)
    files.recover()
    // Renamed but not synced: a power loss brings the old record back, unlike the death of a process.
    #expect(try files.read("/s/r") == (phase == .durable ? [2] : [1]))
    try files.replace("/s/r", with: [3], mode: 0o600, step: "test.r")
    #expect(try files.read("/s/r") == [3])
  }
}
