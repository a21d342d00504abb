import CloudAPI
import Foundation
import LiveWorld

/// The way of another process to a running lab's cloud, over its lab pages.
struct LabDoor: Sendable {
  let paths: LabPaths
  let lab: RunningLab
  private let view: CloudView

  /// Throws `LabError` `.unavailable` when no lab runs there, or its cloud has not started yet.
  init(_ paths: LabPaths) throws {
    guard RunningLabFile.isHeld(paths), let lab = RunningLabFile.read(paths) else {
      throw LabError(.unavailable, "no lab runs on \(paths.root); start one with connector-lab up, or name its folder with --state DIR")
    }
    guard let bytes = try? DiskFiles().read("\(paths.cloud)/cloud.json"),
      let endpoints = try? JSONDecoder().decode(CloudEndpoints.self, from: Data(bytes))
    else { throw LabError(.unavailable, "the cloud of the lab on \(paths.root) has not started; try again, or see \(paths.cloud)/cloud.log") }
    self.paths = paths
    self.lab = lab
    view = try CloudView(endpoints)
  }

  func close() async { await view.close() }

  /// Throws `LabError`: `.unavailable` when the cloud does not answer, `.failed` with the cloud's own words when it refuses.
  func call<Answer: Decodable>(_ method: String, _ path: String, _ body: Data?) async throws -> Answer {
    guard let answer = await view.call(method, path, body) else {
      throw LabError(.unavailable, "the cloud of the lab on \(paths.root) does not answer; see connector-lab status, and \(paths.cloud)/cloud.log")
    }
    guard answer.status == 200 else {
      let detail = (try? JSONDecoder().decode(APIErrorBody.self, from: answer.body))?.detail
      throw LabError(.failed, detail ?? "the cloud answered with status \(answer.status)")
    }
    do { return try JSONDecoder().decode(Answer.self, from: answer.body) } catch {
      throw LabError(.failed, "the cloud's answer cannot be read; does it run another version of this program? (\(error))")
    }
  }
}
