/// Provider AgentWatchDog, codes 11000 to 11999.
package enum WatchDogEvents {
  package static let elevationDenied = EventDefinition(
    11000, "watchdog.elevation-denied", id: "62502b81db1440b79781d51e34ada6d2", .agentWatchDog, .warning,
    "{asker} may not ask for {operation}: {reason}.",
    advice: "If the service should be able to, the table in PrivilegedOperation.swift says who may; otherwise find out why it asked.",
    fields: [
      EventField("asker", .text, "service that asked"),
      EventField("operation", .text, "operation of the table"),
      EventField("reason", .text, "why it was denied"),
    ])

  package static let administered = EventDefinition(
    11001, "watchdog.administered", id: "cad692ede1ea463b9b6370fefeca734b", .agentWatchDog, .notice,
    "{caller} asked for {operation} {detail}.",
    advice: "Nothing to do if it was you; the Agent System's audit shows what came of it.",
    fields: [
      EventField("caller", .text, "the cloud, or a user of the control socket by its id"),
      EventField("operation", .text, "operation of the table"),
      EventField("detail", .text, "its arguments, without values"),
    ])

  package static let agentSystemUnreachable = EventDefinition(
    11002, "watchdog.agent-system-unreachable", id: "bf06521228714d9ebd76e4c027bf1a45", .agentWatchDog, .error,
    "The Agent System cannot be reached: {reason}.",
    advice: "Elevated operations wait for it; connectorctl services shows its state, and its events say why it stopped.",
    fields: [EventField("reason", .text, "what went wrong")])

  package static let agentSystemReachable = EventDefinition(
    11003, "watchdog.agent-system-reachable", id: "48b735fae0504d68907d87ab384a7142", .agentWatchDog, .notice,
    "The Agent System can be reached again.",
    advice: "Nothing to do.")

  package static let serviceDown = EventDefinition(
    11010, "watchdog.service-down", id: "bb41c7ca317049fb8eec2c478a731b0b", .agentWatchDog, .warning,
    "{service} has been down for {elapsed} (state {state}).",
    advice: "connectorctl services shows its last error; connectorctl restart tries it anew.",
    fields: [
      EventField("service", .text, "which service"),
      EventField("state", .text, "state of the supervisor's table"),
      EventField("elapsed", .milliseconds, "since it was seen down"),
    ])

  package static let serviceFlapping = EventDefinition(
    11011, "watchdog.service-flapping", id: "6655e7293d3149908bed6cec0c84be07", .agentWatchDog, .warning,
    "{service} was restarted {restarts} times within {window}.",
    advice: "Look at its events and its log for the cause: a service that restarts again and again serves nobody.",
    fields: [
      EventField("service", .text, "which service"),
      EventField("restarts", .integer, "restarts within the window"),
      EventField("window", .milliseconds, "length of the window"),
    ])

  package static let serviceWell = EventDefinition(
    11012, "watchdog.service-well", id: "f0b8d14265e2413c98234b3ef9c9c268", .agentWatchDog, .notice,
    "{service} is well again after {elapsed}.",
    advice: "Nothing to do.",
    fields: [EventField("service", .text, "which service"), EventField("elapsed", .milliseconds, "since the trouble began")])

  package static let restartPending = EventDefinition(
    11020, "watchdog.restart-pending", id: "3de3601251604e818f30246ab4b99764", .agentWatchDog, .notice,
    "A restart of the machine is pending ({flag}); it was scheduled.",
    advice: "Nothing to do: the connector restarts shortly, whatever the preferred day of updates.",
    fields: [EventField("flag", .text, "registry path of the flag")])

  package static let restartNotScheduled = EventDefinition(
    11021, "watchdog.restart-not-scheduled", id: "3c4ec31e6df44480b2342077765a4fc6", .agentWatchDog, .warning,
    "A restart of the machine is pending ({flag}), but could not be scheduled: {reason}.",
    advice: "The WatchDog tries again at its next check; the reason says what to change.",
    fields: [EventField("flag", .text, "registry path of the flag"), EventField("reason", .text, "why")])

  package static let all: [EventDefinition] = [
    elevationDenied, administered, agentSystemUnreachable, agentSystemReachable, serviceDown, serviceFlapping, serviceWell, restartPending,
    restartNotScheduled,
  ]
}

extension Event {
  package static func watchDogElevationDenied(asker: String, operation: String, reason: String) -> Event {
    WatchDogEvents.elevationDenied.event(["asker": .text(asker), "operation": .text(operation), "reason": .text(reason)])
  }

  package static func watchDogAdministered(caller: String, operation: String, detail: String) -> Event {
    WatchDogEvents.administered.event(["caller": .text(caller), "operation": .text(operation), "detail": .text(detail)])
  }

  package static func watchDogAgentSystemUnreachable(reason: String) -> Event {
    WatchDogEvents.agentSystemUnreachable.event(["reason": .text(reason)])
  }

  package static func watchDogAgentSystemReachable() -> Event { WatchDogEvents.agentSystemReachable.event() }

  package static func watchDogServiceDown(service: String, state: String, elapsed: Int) -> Event {
    WatchDogEvents.serviceDown.event(["service": .text(service), "state": .text(state), "elapsed": .milliseconds(elapsed)])
  }

  package static func watchDogServiceFlapping(service: String, restarts: Int, window: Int) -> Event {
    WatchDogEvents.serviceFlapping.event(["service": .text(service), "restarts": .integer(restarts), "window": .milliseconds(window)])
  }

  package static func watchDogServiceWell(service: String, elapsed: Int) -> Event {
    WatchDogEvents.serviceWell.event(["service": .text(service), "elapsed": .milliseconds(elapsed)])
  }

  package static func watchDogRestartPending(flag: String) -> Event {
    WatchDogEvents.restartPending.event(["flag": .text(flag)])
  }

  package static func watchDogRestartNotScheduled(flag: String, reason: String) -> Event {
    WatchDogEvents.restartNotScheduled.event(["flag": .text(flag), "reason": .text(reason)])
  }
}
