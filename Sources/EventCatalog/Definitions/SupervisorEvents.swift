/// The supervisor, provider Agent, codes 10100 to 10149.
package enum SupervisorEvents {
  private static let service = EventField("service", .text, "the service's name")
  private static let incarnation = EventField("incarnation", .integer, "counts the service's starts since the daemon started")

  package static let childStarted = EventDefinition(
    10100, "child.started", id: "1d92d2db91df40be96c930761bb2ae38", .agent, .info,
    "Service {service} started, incarnation {incarnation}.",
    advice: "Nothing to do: readiness comes next.",
    fields: [service, incarnation])
  package static let childReady = EventDefinition(
    10101, "child.ready", id: "58cd7833b62c481fa9fe74ad7ef59c37", .agent, .info,
    "Service {service} is ready after {elapsed}.",
    advice: "Nothing to do.",
    fields: [service, incarnation, EventField("elapsed", .milliseconds, "how long it took")])
  package static let childFailed = EventDefinition(
    10102, "child.failed", id: "2198c7014d10468895d8b30b0da4931a", .agent, .error,
    "Service {service} failed: {reason}.",
    advice: "A service that must run is restarted. If it keeps failing, look for the reason in its log.",
    fields: [service, incarnation, EventField("reason", .text, "the service's own words")])
  package static let childHung = EventDefinition(
    10103, "child.hung", id: "c20ed13f40cc4131ad74bb0063d2b36a", .agent, .error,
    "Service {service} left its liveness ping unanswered for {waited} and is replaced.",
    advice: "It is restarted like a service that failed. If this repeats, collect the logs before the next restart.",
    fields: [service, incarnation, EventField("waited", .milliseconds, "how long the supervisor waited")])
  package static let childAbandoned = EventDefinition(
    10104, "child.abandoned", id: "f7fc6ba64fab4b36b0ac41e73bf309c8", .agent, .error,
    "Service {service}, incarnation {incarnation}, did not stop within {waited} and is abandoned: a new incarnation takes its place.",
    advice: "Its late results are ignored. It holds its memory until the daemon restarts; restart the daemon at a quiet time.",
    fields: [service, incarnation, EventField("waited", .milliseconds, "how long the supervisor waited")])
  package static let childRestarting = EventDefinition(
    10105, "child.restarting", id: "f0897ee4c28d4b5aa03fd7cf5cc2fbfb", .agent, .notice,
    "Service {service} restarts in {delay}.",
    advice: "Nothing to do. connectorctl restart with the service's name starts it at once.",
    fields: [service, EventField("delay", .milliseconds, "the back-off, with jitter")])
  package static let budgetSpent = EventDefinition(
    10106, "supervisor.budget-spent", id: "73bd4798ddd34d14808eae9a88d9cd82", .agent, .critical,
    "Service {service} needed one restart more than the {budget} that are allowed within {window}; the daemon stops.",
    advice: "systemd starts the daemon again. Look for the reason in the failures before this event.",
    fields: [
      service, EventField("budget", .integer, "restarts that are allowed within the window"),
      EventField("window", .milliseconds, "the time in which restarts are counted; time spent in stopping services stands still"),
      EventField("reason", .text, "the service's own words"),
    ])
  package static let stopping = EventDefinition(
    10107, "supervisor.stopping", id: "cc3ae0e618bd475bba8a257f682a966f", .agent, .notice,
    "All services are being stopped, the last one first.",
    advice: "Nothing to do.")
  package static let childStopped = EventDefinition(
    10108, "child.stopped", id: "7c1f7a2f13724b0e9cbc34791ffef005", .agent, .info,
    "Service {service} stopped.",
    advice: "Nothing to do.",
    fields: [service, incarnation])
  package static let stopBudgetExceeded = EventDefinition(
    10109, "child.stop-budget-exceeded", id: "c40668f3f5e74be6b43a7e89b53cf0eb", .agent, .warning,
    "Service {service} did not stop within its {budget}; the shutdown goes on without it.",
    advice: "Its last writes may be missing; durable records are whole. If this repeats, report the service's log.",
    fields: [service, incarnation, EventField("budget", .milliseconds, "the time it had")])
  package static let stopped = EventDefinition(
    10110, "supervisor.stopped", id: "fda6dc7fe9114bb59e21f6a5ed994f9d", .agent, .notice,
    "All services are stopped after {elapsed}.",
    advice: "Nothing to do.",
    fields: [EventField("elapsed", .milliseconds, "how long it took")])
  package static let restartRequested = EventDefinition(
    10111, "child.restart-requested", id: "80b5579484f147b6b0f93ecf3884db3d", .agent, .notice,
    "A restart of service {service} was asked for.",
    advice: "Nothing to do: it does not count against the restart budget.",
    fields: [service])
  package static let childEnded = EventDefinition(
    10112, "child.ended", id: "aed80fd15afe4937aaabe7c163cf167b", .agent, .notice,
    "Service {service} has done its work and is not restarted.",
    advice: "Nothing to do.",
    fields: [service, incarnation])

  package static let all: [EventDefinition] = [
    childStarted, childReady, childFailed, childHung, childAbandoned, childRestarting, budgetSpent,
    stopping, childStopped, stopBudgetExceeded, stopped, restartRequested, childEnded,
  ]
}

extension Event {
  package static func childStarted(_ service: String, incarnation: Int) -> Event {
    SupervisorEvents.childStarted.event(["service": .text(service), "incarnation": .integer(incarnation)])
  }
  package static func childReady(_ service: String, incarnation: Int, elapsed milliseconds: Int) -> Event {
    SupervisorEvents.childReady.event(["service": .text(service), "incarnation": .integer(incarnation), "elapsed": .milliseconds(milliseconds)])
  }
  package static func childFailed(_ service: String, incarnation: Int, reason: String) -> Event {
    SupervisorEvents.childFailed.event(["service": .text(service), "incarnation": .integer(incarnation), "reason": .text(reason)])
  }
  package static func childHung(_ service: String, incarnation: Int, waited milliseconds: Int) -> Event {
    SupervisorEvents.childHung.event(["service": .text(service), "incarnation": .integer(incarnation), "waited": .milliseconds(milliseconds)])
  }
  package static func childAbandoned(_ service: String, incarnation: Int, waited milliseconds: Int) -> Event {
    SupervisorEvents.childAbandoned.event(["service": .text(service), "incarnation": .integer(incarnation), "waited": .milliseconds(milliseconds)])
  }
  package static func childRestarting(_ service: String, delay milliseconds: Int) -> Event {
    SupervisorEvents.childRestarting.event(["service": .text(service), "delay": .milliseconds(milliseconds)])
  }
  package static func budgetSpent(_ service: String, budget: Int, window milliseconds: Int, reason: String) -> Event {
    SupervisorEvents.budgetSpent.event([
      "service": .text(service), "budget": .integer(budget), "window": .milliseconds(milliseconds), "reason": .text(reason),
    ])
  }
  package static func supervisorStopping() -> Event { SupervisorEvents.stopping.event() }
  package static func childStopped(_ service: String, incarnation: Int) -> Event {
    SupervisorEvents.childStopped.event(["service": .text(service), "incarnation": .integer(incarnation)])
  }
  package static func stopBudgetExceeded(_ service: String, incarnation: Int, budget milliseconds: Int) -> Event {
    SupervisorEvents.stopBudgetExceeded.event([
      "service": .text(service), "incarnation": .integer(incarnation), "budget": .milliseconds(milliseconds),
    ])
  }
  package static func supervisorStopped(elapsed milliseconds: Int) -> Event {
    SupervisorEvents.stopped.event(["elapsed": .milliseconds(milliseconds)])
  }
  package static func restartRequested(_ service: String) -> Event { SupervisorEvents.restartRequested.event(["service": .text(service)]) }
  package static func childEnded(_ service: String, incarnation: Int) -> Event {
    SupervisorEvents.childEnded.event(["service": .text(service), "incarnation": .integer(incarnation)])
  }
}
