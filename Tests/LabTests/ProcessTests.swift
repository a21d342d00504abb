import Foundation
import Glibc
import LiveWorld
import Synchronization
import Testing
import World

@testable import Lab

@Suite struct KeptProcessTests {
  private func log() -> String { "\(FileManager.default.temporaryDirectory.path)/kept-\(UUID().uuidString)" }

  @Test func anEndIsToldWithItsReason() async throws {
    let log = log()
    defer { try? FileManager.default.removeItem(atPath: log) }
    let child = try ChildProcess(program: "/bin/sh", arguments: ["-c", "echo hello; exit 7"], logFile: log)
    #expect(await child.waitForEnd().description == "exit code 7")
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "hello\n")
    let killed = try ChildProcess(program: "/bin/cat", arguments: [], logFile: log)
    killed.send(SIGKILL)
    #expect(await killed.waitForEnd().description == "killed by signal 9")
  }

  @Test func aMissingProgramIsAnError() {
    #expect(throws: ChildProcess.LaunchError.self) { try ChildProcess(program: "/nonexistent", arguments: [], logFile: "/dev/null") }
  }

  @Test func whatEndsIsStartedAgainUntilItIsStopped() async throws {
    let (changes, tell) = AsyncStream.makeStream(of: KeptProcess.Change.self)
    let kept = KeptProcess(name: "x", program: "/bin/cat", arguments: [], logFile: "/dev/null", clock: LiveClock()) { _, change in tell.yield(change)
    }
    await kept.start()
    var starts = 0
    for await change in changes {
      if case .started(let pid, _) = change {
        starts += 1
        if starts == 1 { kill(pid, SIGKILL) } else { break }
      }
    }
    #expect(starts == 2)
    await kept.stop(within: .seconds(30))
    #expect(await kept.pid == nil)
  }
}
