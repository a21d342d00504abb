package import World

/// Decides who may ask for what. Pure: the table in `PrivilegedOperation.swift` and the writers in `KnownRegistryKeys.swift` are all that it knows.
package enum Authorizer {
  package enum Decision: Hashable, Sendable {
    case allow
    case deny(Refusal)
  }

  /// - Parameters:
  ///   - caller: whose connection it is, as the transport proves it (in process by the context, over the socket by the peer's unit).
  ///   - asker: for whom the caller asks, as the request says.
  package static func decide(_ operation: PrivilegedOperation, asker: ServiceName, caller: ServiceName) -> Decision {
    guard caller == .watchDog else {
      return .deny(Refusal(.notTheWatchDog, "only \(ServiceName.watchDog.rawValue) may call the Agent System; this is \(caller.rawValue)"))
    }
    let askers = operation.kind.rule.askers
    guard askers.contains(asker) else {
      let who = askers.map(\.rawValue).sorted().joined(separator: ", ")
      return .deny(Refusal(.notPermitted, "\(operation.kind.name) may be asked for by \(who); not by \(asker.rawValue)"))
    }
    switch operation {
    case .registryWrite(let path, _), .registryDelete(let path):
      return KnownRegistryKeys.refusal(of: asker, changing: path).map { .deny($0) } ?? .allow
    default: return .allow
    }
  }
}
