package import World

/// Who may do what: the whole rule in one place. A caller only ever reaches its own namespace; this says what it may do there.
package enum SecretAccess {
  /// The services that have something to keep. The others are denied, so that a mistake shows.
  package static let owners: Set<ServiceName> = [
    .watchDog, .adProvider, .agentDiscovery, .webRelay, .configSynchronizer, .connectionLeaseExchange, .highAvailability, .itsmAdapter, .cloudGateway,
    .remoteBroker, .remoteHCL, .wemAuthentication, .wemMessaging,
  ]

  /// The rule that forbids a request; nil when it is allowed.
  package static func refusal(_ request: CredentialRequest) -> String? {
    switch (request.caller, request.operation) {
    case (.service(let name), .put), (.service(let name), .get), (.service(let name), .remove):
      owners.contains(name) ? nil : "service \(name.rawValue) keeps no secrets"
    case (.service, _): "a service may only put, get and remove its own secrets"
    case (.control, _): nil
    case (.cloud, .rotate): "only an administrator of this machine may rotate keys"
    case (.cloud, _): nil
    }
  }
}
