import Foundation
import LiveWorld
import SimulatedWorld
import Synchronization
import Testing
import World

/// The two disks that keep to one contract.
enum Fidelity: String, CaseIterable, Sendable { case disk, memory }

/// A disk, an existing folder on it, and the steps that it went through.
final class Bench: Sendable {
  let files: any Files
  let root: String
  let steps = StepLog()
  private let isReal: Bool

  init(_ fidelity: Fidelity) throws {
    let steps = steps
    isReal = fidelity == .disk
    switch fidelity {
    case .disk:
      root = FileManager.default.temporaryDirectory.path + "/files-tests-" + SystemRandom().uuid()
      files = DiskFiles { steps.add($0, $1) }
    case .memory:
      root = "/state"
      files = MemoryFiles { steps.add($0, $1) }
    }
    try files.makeDirectory(root, mode: 0o700)
  }

  deinit { if isReal { try? FileManager.default.removeItem(atPath: root) } }
}

final class StepLog: Sendable {
  private let steps = Mutex<[String]>([])
  func add(_ step: DurableStep, _ phase: StepPhase) { steps.withLock { $0.append("\(step.rawValue) \(phase.rawValue)") } }
  var all: [String] { steps.withLock { $0 } }
}

func kind(_ body: () throws -> Void) -> FileError.Kind? {
  do { try body() } catch let error as FileError { return error.kind } catch {}
  return nil
}

/// One body, run against the disk and against memory.
@Suite(.serialized) struct FilesContractTests {
  @Test(arguments: Fidelity.allCases) func replaceIsRead(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let path = bench.root + "/record"
    for bytes in [[1, 2, 3], [], Array(repeating: 7, count: 3_000_001), [9]] as [[UInt8]] {
      try bench.files.replace(path, with: bytes, mode: 0o600, step: "test.record")
      #expect(try bench.files.read(path) == bytes)
      #expect(try bench.files.info(path)?.size == Int64(bytes.count))
    }
    #expect(try bench.files.list(bench.root) == ["record"])
  }

  @Test(arguments: Fidelity.allCases) func spaceIsToldOfWhatExists(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let space = try bench.files.space(bench.root)
    #expect(space.bytes > 0 && space.files != 0 && !space.isReadOnly)
    #expect(kind { _ = try bench.files.space(bench.root + "/none") } == .notFound)
  }

  @Test(arguments: Fidelity.allCases) func modesAreExact(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    for mode: UInt32 in [0o600, 0o644, 0o666, 0o400] {
      try bench.files.replace(bench.root + "/r", with: [1], mode: mode, step: "test.mode")
      #expect(try bench.files.info(bench.root + "/r")?.mode == mode)
      try bench.files.append(bench.root + "/a\(mode)", [1], mode: mode, sync: false)
      #expect(try bench.files.info(bench.root + "/a\(mode)")?.mode == mode)
      try bench.files.makeDirectory(bench.root + "/d\(mode)", mode: mode | 0o111)
      #expect(try bench.files.info(bench.root + "/d\(mode)")?.mode == mode | 0o111)
    }
  }

  @Test(arguments: Fidelity.allCases) func stepsAreNamedInOrder(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    try bench.files.replace(bench.root + "/a", with: [1], mode: 0o600, step: "one")
    try bench.files.rename(bench.root + "/a", to: bench.root + "/b", step: "two")
    #expect(
      bench.steps.all == [
        "one beforeWrite", "one afterWrite", "one afterRename", "one durable", "two beforeWrite", "two afterRename", "two durable",
      ])
  }

  @Test(arguments: Fidelity.allCases) func missingThings(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let (files, none) = (bench.files, bench.root + "/none")
    #expect(kind { _ = try files.read(none) } == .notFound)
    #expect(kind { _ = try files.list(none) } == .notFound)
    #expect(kind { try files.rename(none, to: none + "2", step: "test") } == .notFound)
    #expect(kind { try files.replace(none + "/record", with: [], mode: 0o600, step: "test") } == .notFound)
    #expect(kind { try files.append(none + "/record", [], mode: 0o600, sync: true) } == .notFound)
    #expect(try files.info(none) == nil)
    #expect(try files.info(none + "/below") == nil)
    try files.remove(none)
    #expect(try files.list(bench.root) == [])
  }

  @Test(arguments: Fidelity.allCases) func whatIsDiscardedIsGone(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    try bench.files.append(bench.root + "/probe", [1], mode: 0o600, sync: false)
    try bench.files.discard(bench.root + "/probe")
    try bench.files.discard(bench.root + "/none")
    #expect(try bench.files.list(bench.root) == [])
    #expect(kind { try bench.files.discard(bench.root) } != nil)
  }

  @Test(arguments: Fidelity.allCases) func foldersAreNotFiles(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let (files, folder, file) = (bench.files, bench.root + "/folder", bench.root + "/file")
    try files.makeDirectory(folder, mode: 0o700)
    try files.replace(file, with: [1], mode: 0o600, step: "test")
    #expect(kind { _ = try files.read(folder) } == .other)
    #expect(kind { try files.replace(folder, with: [1], mode: 0o600, step: "test") } == .other)
    #expect(kind { try files.append(folder, [1], mode: 0o600, sync: false) } == .other)
    #expect(kind { try files.remove(folder) } == .other)
    #expect(kind { _ = try files.list(file) } == .other)
    #expect(kind { try files.makeDirectory(file, mode: 0o700) } == .other)
    #expect(try files.list(bench.root) == ["file", "folder"])
    #expect(try files.info(folder)?.isDirectory == true)
    #expect(try files.info(file)?.isDirectory == false)
  }

  @Test(arguments: Fidelity.allCases) func directoriesAreMadeWithTheirParents(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let deep = bench.root + "/a/b/c"
    try bench.files.makeDirectory(deep, mode: 0o750)
    try bench.files.makeDirectory(deep, mode: 0o750)
    for path in ["/a", "/a/b", "/a/b/c"] { #expect(try bench.files.info(bench.root + path)?.mode == 0o750) }
    #expect(try bench.files.list(bench.root + "/a") == ["b"])
  }

  @Test(arguments: Fidelity.allCases, [true, false]) func appendsAddUp(_ fidelity: Fidelity, _ sync: Bool) throws {
    let bench = try Bench(fidelity)
    let path = bench.root + "/log"
    for part: [UInt8] in [[1], [], [2, 3]] { try bench.files.append(path, part, mode: 0o640, sync: sync) }
    #expect(try bench.files.read(path) == [1, 2, 3])
  }

  @Test(arguments: Fidelity.allCases) func renameReplacesAndRemoveRemoves(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let (files, a, b) = (bench.files, bench.root + "/a", bench.root + "/sub/b")
    try files.makeDirectory(bench.root + "/sub", mode: 0o700)
    try files.replace(a, with: [1], mode: 0o600, step: "test")
    try files.replace(b, with: [2], mode: 0o600, step: "test")
    try files.rename(a, to: b, step: "test")
    #expect(try files.read(b) == [1])
    #expect(try files.info(a) == nil)
    try files.remove(b)
    #expect(try files.list(bench.root + "/sub") == [])
  }

  @Test(arguments: Fidelity.allCases) func writersOfOneRecordDoNotMix(_ fidelity: Fidelity) async throws {
    let bench = try Bench(fidelity)
    let path = bench.root + "/shared"
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in UInt8(1)...4 {
        group.addTask {
          for _ in 0..<10 { try bench.files.replace(path, with: Array(repeating: writer, count: 5_000), mode: 0o600, step: "test.shared") }
        }
      }
      try await group.waitForAll()
    }
    let bytes = try bench.files.read(path)
    #expect(bytes.count == 5_000 && Set(bytes).count == 1)
    #expect(try bench.files.list(bench.root) == ["shared"])
  }
}
