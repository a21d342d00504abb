import Directory
import ServiceKit

/// The interface for the services after this one.
struct DirectoryDesk: DirectoryLooking {
  let shell: ADProviderShell

  func user(_ name: DirectoryUserName) async throws -> DirectoryUser {
    let query = try Self.query(name)
    do {
      guard
        case .looked(.groups(let user, let groups), _, _) = try await shell.ask({ .asked($0, .look(.groups(query, effective: true))) })
      else { throw DirectoryLookUpFailed(.unavailable, "the answer was of another kind; report this as a fault") }
      return DirectoryUser(
        sid: user.sid.description, name: user.downLevelName, groups: groups.groups.map(\.sid.description), missing: groups.missing,
        isEnabled: user.enabled)
    } catch let error as DirectoryError {
      throw Self.failure(error)
    } catch let error as ADProviderError {
      throw DirectoryLookUpFailed(error == .joinedToNothing ? .joinedToNothing : .unavailable, error.description)
    }
  }

  private static func query(_ name: DirectoryUserName) throws(DirectoryLookUpFailed) -> DirectoryQuery {
    do throws(IdentifierError) {
      switch name {
      case .name(let text): return DirectoryQuery(.name(try NameForm(text)), kind: .user)
      case .sid(let text): return DirectoryQuery(.sid(try SID(text)), kind: .user)
      }
    } catch {
      throw DirectoryLookUpFailed(.badName, error.description)
    }
  }

  private static func failure(_ error: DirectoryError) -> DirectoryLookUpFailed {
    switch error {
    case .notFound, .ambiguous, .otherForest, .unknownDomain: DirectoryLookUpFailed(.notFound, error.description)
    case .unreachable: DirectoryLookUpFailed(.unavailable, error.description)
    }
  }
}
