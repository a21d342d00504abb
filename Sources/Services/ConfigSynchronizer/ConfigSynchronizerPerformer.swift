package import BrokerConfiguration
import CloudAPI
import ConnectorSettings
import EventCatalog
package import ServiceKit
import World

/// Does what the logic says: asks the cloud, imports, waits, emits.
package struct ConfigSynchronizerPerformer: DirectivePerformer {
  private let context: ServiceContext
  private let database: any ConfigurationDatabase
  private let board: ConfigurationBoard

  package init(_ context: ServiceContext, database: any ConfigurationDatabase, board: ConfigurationBoard = ConfigurationBoard()) {
    self.context = context
    self.database = database
    self.board = board
  }

  package func perform(_ directive: ConfigSynchronizerLogic.Directive) -> Background<ConfigSynchronizerLogic.Event>? {
    switch directive {
    case .open:
      return Background { [database, board] in
        let found = await database.open()
        if let current = found.current { board.uses(current.revision) }
        return .opened(found)
      }
    case .fetch(let known): return Background { [context] in .fetched(await Self.fetch(known, context)) }
    case .importConfiguration(let revision, let bytes, let isChanges):
      return Background { [context, database, board] in
        let result = await board.importing {
          isChanges ? await Self.apply(bytes, revision, to: database, context) : await Self.load(revision, bytes, into: database)
        }
        return .imported(revision: (try? result.get().revision) ?? revision, result)
      }
    case .wait(let until, let spread):
      let moment = until + context.random.jitter(spread)
      return Background { [context] in
        do { try await context.clock.sleep(until: moment) } catch { return nil }
        return .due
      }
    case .emit(let event):
      context.emit(event)
      return nil
    case .answer: return nil
    }
  }

  private static func fetch(_ known: Int?, _ context: ServiceContext) async -> FetchedConfiguration {
    let path = ConnectorPaths.configuration + (known.map { "?revision=\($0)" } ?? "")
    let accept = known == nil ? "application/json" : "\(ConfigurationChanges.contentType), application/json"
    let response: LinkResponse
    // Registering for the first time, or deleted in the cloud.
    let isStranger = [.registering, .deleted].contains(context.cloud.status().state)
    do {
      response = try await context.cloud.ask(LinkRequest(path: path, headers: ["accept": accept]))
    } catch is LinkFailure where isStranger {
      return .notRegistered
    } catch let failure as LinkFailure {
      return .unreachable(failure.description)
    } catch {
      return .unreachable("\(error)")
    }
    return interpret(response)
  }

  /// What an answer of the cloud means.
  static func interpret(_ response: LinkResponse) -> FetchedConfiguration {
    switch response.status {
    case 304: return .notModified
    case 204, 404: return .nothing
    case 200: break
    default: return .unreachable("it answered \(response.status): \(excerpt(response.body))")
    }
    let header = response.headers["configuration-revision"]
    guard let revision = header.flatMap(Int.init), revision >= 0 else {
      return .rejected(revision: 0, reason: "the header configuration-revision is '\(header ?? "missing")'; it must be a whole number from 0")
    }
    guard response.body.count <= BrokerConfiguration.sizeLimit else {
      return .rejected(revision: revision, reason: "it is \(response.body.count) bytes; at most \(BrokerConfiguration.sizeLimit) are read")
    }
    let isChanges = response.headers["content-type"]?.hasPrefix(ConfigurationChanges.contentType) == true
    return .received(revision: revision, response.body, isChanges: isChanges)
  }

  /// Applies what has changed to what is in use; what does not fit, or does not come to the cloud's digest, is fetched whole.
  private static func apply(
    _ bytes: [UInt8], _ revision: Int, to database: any ConfigurationDatabase, _ context: ServiceContext
  ) async -> Result<ConfigurationSummary, ConfigurationImportFailed> {
    let reason: String
    do {
      let changes = try ConfigurationChanges.read(json: bytes)
      if changes.revision == revision { return .success(try await database.replace(by: changes)) }
      reason = "they come to revision \(changes.revision) and the cloud's answer is revision \(revision)"
    } catch let failure as ConfigurationImportFailed where failure.step != .read {
      return .failure(failure)
    } catch {
      reason = "\(error)"
    }
    context.emit(.configurationChangesRefused(revision: revision, reason: reason))
    switch await fetch(nil, context) {
    case .received(let revision, let bytes, false): return await load(revision, bytes, into: database)
    case .unreachable(let reason): return .failure(ConfigurationImportFailed(.read, "the whole of it could not be fetched: \(reason)"))
    default: return .failure(ConfigurationImportFailed(.read, "the cloud does not serve the whole of it now"))
    }
  }

  private static func load(
    _ revision: Int, _ bytes: [UInt8], into database: any ConfigurationDatabase
  ) async -> Result<ConfigurationSummary, ConfigurationImportFailed> {
    do {
      var configuration = try BrokerConfiguration.read(json: bytes)
      // The header counts: it is what the cloud compares with at the next check.
      configuration.revision = revision
      return .success(try await database.replace(with: configuration))
    } catch let failure as ConfigurationImportFailed {
      return .failure(failure)
    } catch {
      return .failure(ConfigurationImportFailed(.read, "\(error)"))
    }
  }

  private static func excerpt(_ body: [UInt8]) -> String {
    let text = String(decoding: body.prefix(200), as: UTF8.self)
    return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
  }
}
