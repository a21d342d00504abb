import BrokerConfiguration
import ServiceKit
import Synchronization

/// What others hear of without asking the service: the revision in use, and whether an import is under way, which can be given up.
package final class ConfigurationBoard: Sendable {
  let revision = Latest<Int>()
  let isImporting = Latest<Bool>()
  private let work = Mutex<Task<Result<ConfigurationSummary, ConfigurationImportFailed>, Never>?>(nil)

  package init() { isImporting.set(false) }

  func uses(_ revision: Int) { self.revision.set(revision) }

  /// Does an import as a task of its own, which `abandon` cancels, and tells of both its ends.
  func importing(
    _ load: @escaping @Sendable () async -> Result<ConfigurationSummary, ConfigurationImportFailed>
  ) async -> Result<ConfigurationSummary, ConfigurationImportFailed> {
    let task = Task { await load() }
    work.withLock { $0 = task }
    isImporting.set(true)
    let result = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    work.withLock { $0 = nil }
    if case .success(let summary) = result { revision.set(summary.revision) }
    isImporting.set(false)
    return result
  }

  func abandon() { work.withLock { $0 }?.cancel() }

  func finish() {
    revision.finish()
    isImporting.finish()
  }
}
