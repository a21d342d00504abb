/// Every kind of event there is.
package enum Catalog {
  package static let all: [EventDefinition] =
    LinkEvents.all + DaemonEvents.all + SupervisorEvents.all + ControlEvents.all + WatchDogEvents.all + AgentSystemEvents.all + LoggerEvents.all
    + ADProviderEvents.all + CredentialProviderEvents.all + ConfigSynchronizerEvents.all + HighAvailabilityEvents.all + RemoteBrokerEvents.all
    + EvergreenEvents.all + EvergreenUpdaterEvents.all + CloudEvents.all + RolloutEvents.all + FaultEvents.all

  package static func definition(code: Int) -> EventDefinition? { all.first { $0.code == code } }
  package static func definition(named name: String) -> EventDefinition? { all.first { $0.name == name } }

  /// Names that no event may give a field: in the journal they would stand where the envelope's `CONNECTOR_…` stand.
  package static let reservedFields: Set<String> = [
    "name", "boot", "sequence", "code", "event", "provider", "emitter", "advice", "vendor_provider", "vendor_id",
  ]
}
