/// Provider AgentSystem, codes 12000 to 12999.
package enum AgentSystemEvents {
  package static let started = EventDefinition(
    12000, "agent-system.started", id: "62bc5ecb31fe4c77b45c33702ac64e68", .agentSystem, .info,
    "The Agent System started with {entries} settings of its own.",
    advice: "Nothing to do.",
    fields: [EventField("entries", .integer, "settings that are set")])

  package static let operationAllowed = EventDefinition(
    12001, "agent-system.operation-allowed", id: "11a08842246a4692b2288a4b29392002", .agentSystem, .info,
    "{asker} may {operation} {detail}.",
    advice: "Nothing to do: the result follows under the same request id.",
    fields: [
      EventField("operation", .text, "operation of the table"),
      EventField("detail", .text, "its arguments, without values"),
      EventField("asker", .text, "service that asked for it"),
      EventField("request", .text, "128-bit id of the request"),
    ])

  package static let operationDenied = EventDefinition(
    12002, "agent-system.operation-denied", id: "c022352b46b042f8a442e071b0137bf1", .agentSystem, .warning,
    "{asker} may not {operation} {detail}: {reason}.",
    advice: "If the service should be able to, the table in PrivilegedOperation.swift says who may; otherwise find out why it asked.",
    fields: [
      EventField("operation", .text, "operation of the table"),
      EventField("detail", .text, "its arguments, without values"),
      EventField("asker", .text, "service that asked for it"),
      EventField("request", .text, "128-bit id of the request"),
      EventField("caller", .text, "service whose connection it came over"),
      EventField("reason", .text, "why it was denied"),
    ])

  package static let operationFinished = EventDefinition(
    12003, "agent-system.operation-finished", id: "ebc38366e509467ba1d97f09bfaa296a", .agentSystem, .info,
    "{operation} for {asker}: {result} after {elapsed}.",
    advice: "Nothing to do.",
    fields: [
      EventField("operation", .text, "operation of the table"),
      EventField("detail", .text, "its arguments, without values"),
      EventField("asker", .text, "service that asked for it"),
      EventField("request", .text, "128-bit id of the request"),
      EventField("result", .text, "done, or how it was refused or failed"),
      EventField("elapsed", .milliseconds, "from its arrival to its answer"),
    ])

  package static let operationFailed = EventDefinition(
    12004, "agent-system.operation-failed", id: "a46a402f171641b8b10aa85ba7cd3b29", .agentSystem, .warning,
    "{operation} for {asker}: {result} after {elapsed}: {reason}.",
    advice: "Refused means that nothing was done; failed means that something may have been done. The reason says what to change.",
    fields: [
      EventField("operation", .text, "operation of the table"),
      EventField("detail", .text, "its arguments, without values"),
      EventField("asker", .text, "service that asked for it"),
      EventField("request", .text, "128-bit id of the request"),
      EventField("result", .text, "how it was refused or failed"),
      EventField("elapsed", .milliseconds, "from its arrival to its answer"),
      EventField("reason", .text, "why, in words"),
    ])

  package static let deadlineMissed = EventDefinition(
    12005, "agent-system.deadline-missed", id: "db5f734abf7349c08bf034816658474b", .agentSystem, .warning,
    "{operation} for {asker} took {elapsed}; its deadline had passed by then.",
    advice: "Look for a slow disk or a hanging service; the asker has given up and may ask again.",
    fields: [
      EventField("operation", .text, "operation of the table"),
      EventField("detail", .text, "its arguments, without values"),
      EventField("asker", .text, "service that asked for it"),
      EventField("request", .text, "128-bit id of the request"),
      EventField("elapsed", .milliseconds, "from its arrival to its answer"),
    ])

  package static let requestRepeated = EventDefinition(
    12006, "agent-system.request-repeated", id: "c9dfd6afb1584a2688a43ed00142325f", .agentSystem, .notice,
    "The request {request} came again; it was answered from the record and not done twice.",
    advice: "Nothing to do: its first answer was lost.",
    fields: [EventField("request", .text, "128-bit id of the request"), EventField("operation", .text, "operation of the table")])

  package static let frameRejected = EventDefinition(
    12007, "agent-system.frame-rejected", id: "7251d260a3b840ff9c54be0714082d14", .agentSystem, .warning,
    "A message from {caller} was not a valid frame: {reason}.",
    advice: "If both sides are of one release, something else writes to the connection: find out what.",
    fields: [EventField("caller", .text, "service whose connection it came over"), EventField("reason", .text, "what was expected and what came")])

  package static let registryRebuilt = EventDefinition(
    12008, "agent-system.registry-rebuilt", id: "0b51bef435b44091b71cd2db2c4d7f07", .agentSystem, .error,
    "The settings in {file} could not be read ({reason}); they were moved to {aside} and begun anew with defaults.",
    advice: "Compare the file that was moved aside with connectorctl registry list and set again what is missed; then look for a failing disk.",
    fields: [
      EventField("file", .text, "the settings registry"),
      EventField("aside", .text, "where it was moved"),
      EventField("reason", .text, "what was wrong with it"),
    ])

  package static let registryUnusable = EventDefinition(
    12009, "agent-system.registry-unusable", id: "8582e378eaa748c3b5c4ba4a46560db4", .agentSystem, .error,
    "The settings in {file} can neither be read nor moved aside: {reason}.",
    advice:
      "Until then settings show their defaults and nothing can be changed. Check the owner and mode of the state directory, and the disk.",
    fields: [EventField("file", .text, "the settings registry"), EventField("reason", .text, "what the system said")])

  package static let maintenanceChanged = EventDefinition(
    12010, "agent-system.maintenance-changed", id: "1aba6bf150f8487c9f4da5ad651bc8e1", .agentSystem, .notice,
    "The connector {change} maintenance: {reason}.",
    advice: "A connector in maintenance takes no new work; leave it with connectorctl once the work on it is done.",
    fields: [
      EventField("on", .flag, "whether the connector is in maintenance"), EventField("change", .text, "enters or leaves"),
      EventField("reason", .text, "why"),
    ])

  package static let restartScheduled = EventDefinition(
    12011, "agent-system.restart-scheduled", id: "4f9887458f8e46f59cd8dd0e2eaf4cdb", .agentSystem, .notice,
    "A restart of the {target} is due at {due_at}: {reason}.",
    advice: "Cancel it with the WatchDog's cancel-restart if it comes at a bad time.",
    fields: [EventField("target", .text, "process or machine"), EventField("due_at", .text, "UTC"), EventField("reason", .text, "why")])

  package static let restartCancelled = EventDefinition(
    12012, "agent-system.restart-cancelled", id: "3b71edcf16db4b7eac9650969080b2b8", .agentSystem, .notice,
    "The scheduled restart was cancelled.",
    advice: "Nothing to do.")

  package static let restartBegun = EventDefinition(
    12013, "agent-system.restart-begun", id: "5c47731f6c5b44d5a77708739516f17c", .agentSystem, .notice,
    "Restarting the {target}: {reason}.",
    advice: "Nothing to do: the connector is back within a minute.",
    fields: [EventField("target", .text, "process or machine"), EventField("reason", .text, "why")])

  package static let restartFailed = EventDefinition(
    12014, "agent-system.restart-failed", id: "30577eba39f040c5ab084f2d27eec304", .agentSystem, .error,
    "The {target} was not restarted: {reason}.",
    advice: "Free space on the state directory's disk, or restart it by hand; a restart that could not be recorded is tried again.",
    fields: [EventField("target", .text, "process or machine"), EventField("reason", .text, "what went wrong")])

  package static let auditFailed = EventDefinition(
    12015, "agent-system.audit-failed", id: "e3c7e321d23140918fbe26a48e25a46a", .agentSystem, .error,
    "The audit record {file} could not be written: {reason}.",
    advice: "Free space on the state directory's disk: until then no privileged operation is done.",
    fields: [EventField("file", .text, "the audit record"), EventField("reason", .text, "what the system said")])

  package static let callerDenied = EventDefinition(
    12016, "agent-system.caller-denied", id: "6c96e0269c1f41139121e49fcd59c4d3", .agentSystem, .warning,
    "{caller} opened a connection to the Agent System; only the WatchDog may.",
    advice: "Find out why it did: no service but the WatchDog has a reason to.",
    fields: [EventField("caller", .text, "service whose connection it is")])

  package static let all: [EventDefinition] = [
    started, operationAllowed, operationDenied, operationFinished, operationFailed, deadlineMissed, requestRepeated, frameRejected,
    registryRebuilt, registryUnusable, maintenanceChanged, restartScheduled, restartCancelled, restartBegun, restartFailed, auditFailed,
    callerDenied,
  ]
}

extension Event {
  package static func agentSystemStarted(entries: Int) -> Event {
    AgentSystemEvents.started.event(["entries": .integer(entries)])
  }

  package static func agentSystemOperationAllowed(operation: String, detail: String, asker: String, request: String) -> Event {
    AgentSystemEvents.operationAllowed.event([
      "operation": .text(operation), "detail": .text(detail), "asker": .text(asker), "request": .text(request),
    ])
  }

  package static func agentSystemOperationDenied(operation: String, detail: String, asker: String, request: String, caller: String, reason: String)
    -> Event
  {
    AgentSystemEvents.operationDenied.event([
      "operation": .text(operation), "detail": .text(detail), "asker": .text(asker), "request": .text(request), "caller": .text(caller),
      "reason": .text(reason),
    ])
  }

  package static func agentSystemOperationFinished(operation: String, detail: String, asker: String, request: String, result: String, elapsed: Int)
    -> Event
  {
    AgentSystemEvents.operationFinished.event([
      "operation": .text(operation), "detail": .text(detail), "asker": .text(asker), "request": .text(request), "result": .text(result),
      "elapsed": .milliseconds(elapsed),
    ])
  }

  package static func agentSystemOperationFailed(
    operation: String, detail: String, asker: String, request: String, result: String, elapsed: Int, reason: String
  ) -> Event {
    AgentSystemEvents.operationFailed.event([
      "operation": .text(operation), "detail": .text(detail), "asker": .text(asker), "request": .text(request), "result": .text(result),
      "elapsed": .milliseconds(elapsed), "reason": .text(reason),
    ])
  }

  package static func agentSystemDeadlineMissed(operation: String, detail: String, asker: String, request: String, elapsed: Int) -> Event {
    AgentSystemEvents.deadlineMissed.event([
      "operation": .text(operation), "detail": .text(detail), "asker": .text(asker), "request": .text(request), "elapsed": .milliseconds(elapsed),
    ])
  }

  package static func agentSystemRequestRepeated(request: String, operation: String) -> Event {
    AgentSystemEvents.requestRepeated.event(["request": .text(request), "operation": .text(operation)])
  }

  package static func agentSystemFrameRejected(caller: String, reason: String) -> Event {
    AgentSystemEvents.frameRejected.event(["caller": .text(caller), "reason": .text(reason)])
  }

  package static func agentSystemRegistryRebuilt(file: String, aside: String, reason: String) -> Event {
    AgentSystemEvents.registryRebuilt.event(["file": .text(file), "aside": .text(aside), "reason": .text(reason)])
  }

  package static func agentSystemRegistryUnusable(file: String, reason: String) -> Event {
    AgentSystemEvents.registryUnusable.event(["file": .text(file), "reason": .text(reason)])
  }

  package static func agentSystemMaintenanceChanged(on: Bool, reason: String) -> Event {
    AgentSystemEvents.maintenanceChanged.event(["on": .flag(on), "change": .text(on ? "enters" : "leaves"), "reason": .text(reason)])
  }

  package static func agentSystemRestartScheduled(target: String, dueAt: String, reason: String) -> Event {
    AgentSystemEvents.restartScheduled.event(["target": .text(target), "due_at": .text(dueAt), "reason": .text(reason)])
  }

  package static func agentSystemRestartCancelled() -> Event { AgentSystemEvents.restartCancelled.event() }

  package static func agentSystemRestartBegun(target: String, reason: String) -> Event {
    AgentSystemEvents.restartBegun.event(["target": .text(target), "reason": .text(reason)])
  }

  package static func agentSystemRestartFailed(target: String, reason: String) -> Event {
    AgentSystemEvents.restartFailed.event(["target": .text(target), "reason": .text(reason)])
  }

  package static func agentSystemAuditFailed(file: String, reason: String) -> Event {
    AgentSystemEvents.auditFailed.event(["file": .text(file), "reason": .text(reason)])
  }

  package static func agentSystemCallerDenied(caller: String) -> Event {
    AgentSystemEvents.callerDenied.event(["caller": .text(caller)])
  }
}
