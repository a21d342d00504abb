package import AgentSystem
package import Releases

extension Refusal.Reason {
  /// Why a version is not installed or tried, as the Agent System answers it.
  package init(_ refusal: UpdateRefusal) {
    switch refusal {
    case .wrongPlatform: self = .wrongPlatform
    case .older: self = .olderRelease
    case .runsAlready: self = .alreadyActive
    case .floor: self = .floorMissing
    case .tooOldForFIPS: self = .reinstallNeeded
    case .failedHere, .tooManyAttempts: self = .failedBefore
    }
  }
}
