import Foundation
import Lab
import LiveWorld
import SimulatedCloud

/// Tells a running lab that its releases have changed, and says what its cloud made of that. The change itself is made either way.
enum LabNotice {
  static func lines(_ paths: LabPaths) async -> [String] {
    guard RunningLabFile.isHeld(paths) else { return ["no lab runs on \(paths.root); the next connector-lab up takes it up"] }
    do {
      return try await UpdateDesk.with(paths) { desk in
        let answer = try await desk.order(.init("look"))
        let told: Set<String> = ["notice", "warning", "error", "critical"]
        let lines = answer.lines.filter { told.contains($0.severity) }.map { "cloud: \($0.text)" }
        if !lines.isEmpty { return lines }
        return ["cloud: \(UpdateTable.head(try await desk.status()))"]
      }
    } catch {
      return ["the running lab could not be told (\(error)); its cloud finds it by itself"]
    }
  }
}
