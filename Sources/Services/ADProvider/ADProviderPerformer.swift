package import Directory
import EventCatalog
package import ServiceKit
import Synchronization
import World

/// Reads the description through `Files`, hands its text to `load`, and asks the directory that comes of it.
package final class ADProviderPerformer: DirectivePerformer {
  package typealias Event = ADProviderLogic.Event

  /// Bytes; a longer description is not read.
  static let largestFile: Int64 = 16 << 20

  private let context: ServiceContext
  private let file: String?
  private let load: @Sendable (String) throws -> any DirectoryReading
  private let directory = Mutex<(any DirectoryReading)?>(nil)

  package init(_ context: ServiceContext, file: String?, load: @escaping @Sendable (String) throws -> any DirectoryReading) {
    self.context = context
    self.file = file
    self.load = load
  }

  package func perform(_ directive: ADProviderLogic.Directive) -> Background<Event>? {
    switch directive {
    case .load: return Background { [self] in await .loaded(read()) }
    case .look(let number, let question): return Background { [self] in await .answered(number, look(question)) }
    case .check: return Background { [self] in await .checked(check()) }
    case .wake(let moment, let event):
      let clock = context.clock
      return Background { (try? await clock.sleep(until: moment)) == nil ? nil : event }
    case .emit(let event):
      context.emit(event)
      return nil
    case .answer: return nil
    }
  }

  /// The directory changes only when everything about the new one is known to be right.
  private func read() async -> Result<[DomainView], ADProviderLogic.LoadFailure> {
    guard let file else { return .failure(.init("no file is configured")) }
    do {
      guard let info = try context.files.info(file) else { return .failure(.init("\(file): no such file")) }
      guard info.size <= Self.largestFile else { return .failure(.init("\(file): expected at most \(Self.largestFile) bytes, found \(info.size)")) }
      guard let text = String(validating: try context.files.read(file), as: UTF8.self) else { return .failure(.init("\(file): expected UTF-8 text")) }
      let new = try load(text)
      let domains = try await new.domains()
      directory.withLock { $0 = new }
      return .success(domains)
    } catch {
      return .failure(.init("\(error)"))
    }
  }

  private func look(_ question: DirectoryQuestion) async -> Result<DirectoryAnswer, DirectoryError> {
    guard let directory = directory.withLock({ $0 }) else { return .failure(.notFound(question.text)) }
    do throws(DirectoryError) {
      switch question {
      case .find(let query): return .success(.principal(try await directory.find(query)))
      case .groups(let query, let effective):
        let principal = try await directory.find(query)
        let groups =
          effective
          ? try await directory.effectiveGroups(of: principal.sid) : EffectiveGroups(groups: try await directory.directGroups(of: principal.sid))
        return .success(.groups(of: principal, groups))
      }
    } catch {
      return .failure(error)
    }
  }

  private func check() async -> Result<[ControllerHealth], DirectoryError> {
    guard let directory = directory.withLock({ $0 }) else { return .success([]) }
    do throws(DirectoryError) { return .success(try await directory.domainControllers()) } catch { return .failure(error) }
  }
}
