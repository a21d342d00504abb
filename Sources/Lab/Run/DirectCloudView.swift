import CloudAPI
import CloudServer
import Foundation
import SimulatedCloud
import World

/// The look at a cloud in this very process: without a connection and without a time limit, so that a busy machine is never taken for a cloud that is away.
struct DirectCloudView: CloudViewing {
  let cloud: LabCloud

  func state() async -> CloudLook {
    guard let service = cloud.service else { return .outOfReach("it has ended") }
    var state = await service.state()
    state.faults = await cloud.faults?.shown()
    return .said(state)
  }

  func ask(_ connector: String, _ service: ServiceName, _ operation: String, _ body: Data) async -> (status: Int, body: Data)? {
    guard let cloud = cloud.service else { return nil }
    // The link's own wait cannot be cancelled: whoever is cancelled here leaves it behind, and the stop is not held up.
    let (answers, answered) = AsyncStream.makeStream(of: (status: Int, body: Data)?.self)
    let asking = Task {
      let response = try? await cloud.call(connector, service: service.rawValue, operation: operation, body: Array(body))
      answered.yield(response.map { ($0.status, Data($0.body)) })
      answered.finish()
    }
    for await answer in answers { return answer }
    asking.cancel()
    return nil
  }

  func settle(_ fault: Int, _ verdict: FaultVerdict) async { await cloud.faults?.settle(fault, verdict) }
  func close() async {}
}
