import Foundation
import Glibc
import Testing

extension SweepTests {
  /// A lab killed at each step of its own start leaves nobody behind and comes up on the same folder.
  @Test(.timeLimit(.minutes(10))) func aLabKilledAtEachStepOfItsStart() async throws {
    let own = ["lab.connector-configuration", "lab.running", "lab.built-release", "evergreen.record.seed", "evergreen.install"]
    let points = try await Self.record("CONNECTOR_LAB") { environment in
      let lab = try LabUnderTest(connectors: 1, environment: environment)
      try await lab.await("c1", "healthy")
      #expect(try await lab.stop() == 0)
    }
    let steps = SweepPoint.steps(points)
    for step in own { #expect(steps.contains(step), "the run does not pass \(step): \(steps)") }

    let here = points.filter { own.contains($0.step) && $0.isTried() }
    await SweepQueue(here).sweep("lab") { _, point in
      let lab = try LabUnderTest(connectors: 1, environment: ["CONNECTOR_LAB_DIE_AT": "\(point)"])
      let code = await lab.program.end()
      guard code == SIGKILL else { throw SweptConnector.Wrong(description: "it was not killed there, but ended with \(code)") }
      try await LabUnderTest.awaitNone(naming: lab.folder)
      let again = try LabUnderTest(connectors: 1, folder: lab.folder)
      try await again.await("c1", "healthy")
      let stopped = try await again.stop()
      guard stopped == 0 else { throw SweptConnector.Wrong(description: "the lab ended with \(stopped)") }
    }
  }
}
