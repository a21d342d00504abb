import Foundation
import Testing
import World

@testable import LiveWorld

/// What only a real disk has: other people's links, a full device, and a process that dies.
@Suite(.serialized) struct DiskFilesTests {
  @Test func symbolicLinksAreNotFollowed() throws {
    let bench = try Bench(.disk)
    let (secret, link) = (bench.root + "/secret", bench.root + "/link")
    try bench.files.replace(secret, with: [1], mode: 0o600, step: "test")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: secret)
    let error = #expect(throws: FileError.self) { _ = try bench.files.read(link) }
    #expect(error?.detail.contains("symbolic link") == true)
    #expect(throws: FileError.self) { try bench.files.append(link, [2], mode: 0o600, sync: false) }
    // A replace takes the link's place and leaves what it pointed to alone.
    try bench.files.replace(link, with: [3], mode: 0o600, step: "test")
    #expect(try bench.files.read(secret) == [1])
    #expect(try bench.files.read(link) == [3])
  }

  @Test func aPlantedTemporaryFileIsNotWrittenThrough() throws {
    let bench = try Bench(.disk)
    let (secret, temporary) = (bench.root + "/secret", bench.root + "/.record.replace~")
    try bench.files.replace(secret, with: [1], mode: 0o600, step: "test")
    try FileManager.default.linkItem(atPath: secret, toPath: temporary)
    try bench.files.replace(bench.root + "/record", with: [2], mode: 0o600, step: "test")
    #expect(try bench.files.read(secret) == [1])
    #expect(try bench.files.read(bench.root + "/record") == [2])
  }

  @Test func aFullDeviceIsNoSpace() {
    #expect(kind { try DiskFiles().append("/dev/full", [1, 2, 3], mode: 0o600, sync: false) } == .noSpace)
  }

  @Test func devicesAreNotRead() {
    #expect(kind { _ = try DiskFiles().read("/dev/zero") } == .other)
  }

  @Test(arguments: [
    (ENOENT, FileError.Kind.notFound), (ENOSPC, .noSpace), (EDQUOT, .noSpace), (EACCES, .notPermitted), (EPERM, .notPermitted),
    (EROFS, .notPermitted), (EIO, .other), (ELOOP, .other),
  ])
  func errorsAreTyped(code: Int32, kind: FileError.Kind) {
    let error = FileError.system(code, "/p", "open")
    #expect(error.kind == kind)
    #expect(error.description.hasPrefix("/p: open: "))
  }

  /// The process is killed at each phase; the record is the old one or the new one, never a mixture, and the next writer is not in the way.
  @Test(arguments: StepPhase.allCases) func killedAtEachPhase(_ phase: StepPhase) async throws {
    let bench = try Bench(.disk)
    let path = bench.root + "/record"
    try bench.files.replace(path, with: Array("old".utf8), mode: 0o600, step: "test.record")
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, phase = phase.rawValue as String] in
      let files = DiskFiles { _, reached in if reached.rawValue == phase { kill(getpid(), SIGKILL) } }
      try files.replace(path, with: Array("new".utf8), mode: 0o600, step: "test.record")
    }
    let isNew = phase == .afterRename || phase == .durable
    #expect(String(decoding: try bench.files.read(path), as: UTF8.self) == (isNew ? "new" : "old"))
    #expect(try bench.files.list(bench.root) == ["record"])
    try bench.files.replace(path, with: [1], mode: 0o600, step: "test.record")
    #expect(try bench.files.read(path) == [1])
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.root) == ["record"])
  }
}
