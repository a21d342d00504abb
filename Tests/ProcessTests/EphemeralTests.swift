import Foundation
import Glibc
import Testing

extension HardshipTests {
  /// `up --ephemeral`: a lab whose state goes with it.
  @Suite struct EphemeralTests {
    private static func states(_ folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "\(folder)/tmp").filter { $0.hasPrefix("connectord-lab.") }
    }

    @Test(.timeLimit(.minutes(4))) func itsStateIsGoneAfterCtrlC() async throws {
      let lab = try LabUnderTest(connectors: 1, isEphemeral: true)
      try await lab.await("c1", "healthy")
      #expect(try Self.states(lab.folder).count == 1)
      lab.program.signal(SIGINT)
      #expect(await lab.program.end() == 0)
      #expect(try Self.states(lab.folder).isEmpty)
      #expect(LabUnderTest.processes(naming: lab.folder).isEmpty)
      try FileManager.default.removeItem(atPath: lab.folder)
    }

    @Test(.timeLimit(.minutes(4))) func oneThatWasKilledDoesNotDisturbTheNext() async throws {
      let killed = try LabUnderTest(connectors: 1, isEphemeral: true)
      try await killed.await("c1", "healthy")
      killed.program.signal(SIGKILL)
      #expect(await killed.program.end() == SIGKILL)
      let left = try Self.states(killed.folder)
      #expect(left.count == 1)

      let next = try LabUnderTest(connectors: 1, folder: killed.folder, isEphemeral: true)
      try await next.await("c1", "healthy")
      try await LabUnderTest.awaitNone(naming: "\(killed.folder)/tmp/\(left[0])")
      next.program.signal(SIGINT)
      #expect(await next.program.end() == 0)
      // What the killed one left is the owner's to look at; the other's is gone.
      #expect(try Self.states(killed.folder) == left)
      try FileManager.default.removeItem(atPath: killed.folder)
    }
  }
}
