/// The daemon's own life: provider Agent, codes 10050 to 10099.
package enum DaemonEvents {
  package static let started = EventDefinition(
    10050, "daemon.started", id: "7ce735417b0347f19f348824925e52e5", .agent, .notice,
    "connectord {version} starts as {fqdn} with its state in {directory}.",
    advice: "Nothing to do: daemon.ready follows when all services are ready.",
    fields: [
      EventField("version", .text, "the release that runs"), EventField("fqdn", .text, "the connector's fully qualified name"),
      EventField("directory", .text, "the state directory"),
    ])

  package static let ready = EventDefinition(
    10051, "daemon.ready", id: "17a213f372e74ba9a35c2ac81f0f680c", .agent, .notice,
    "Ready after {elapsed}: {services} services run.",
    advice: "Nothing to do. connectorctl health says whether the cloud is in contact too.",
    fields: [EventField("elapsed", .milliseconds, "from the start of the process"), EventField("services", .integer, "services that run")])

  package static let degraded = EventDefinition(
    10052, "daemon.degraded", id: "44c21b3e0d804a74962da83caca4c0d9", .agent, .warning,
    "The connector is degraded: {reason}.",
    advice: "connectorctl health lists every problem; other connectors of the resource location go on serving.",
    fields: [EventField("reason", .text, "the first problem, without a full stop")])

  package static let readyAgain = EventDefinition(
    10053, "daemon.ready-again", id: "53d112dd881047e497f9894a31c05cb7", .agent, .notice,
    "The connector is ready again after {elapsed}.",
    advice: "Nothing to do; if it happens often, look at the reasons of the daemon.degraded events before.",
    fields: [EventField("elapsed", .milliseconds, "how long it was degraded")])

  package static let reloading = EventDefinition(
    10054, "daemon.reloading", id: "99f85cff645e4fba80f4a18368671681", .agent, .info,
    "The configuration {file} is read again.",
    advice: "Nothing to do: daemon.reloaded or daemon.reload-refused follows.",
    fields: [EventField("file", .text, "path of the configuration file")])

  package static let reloaded = EventDefinition(
    10055, "daemon.reloaded", id: "261aa051748b4e968cd3f5889e019dfe", .agent, .notice,
    "The configuration was reloaded: {changed} settings in force ({names}), {pending} wait for a restart ({waiting}).",
    advice: "connectorctl config diff shows what waits; restart the connector when it may be away for some seconds.",
    fields: [
      EventField("changed", .integer, "changed settings in force now"), EventField("names", .text, "which, by path"),
      EventField("pending", .integer, "changed settings that need a restart"), EventField("waiting", .text, "which, by path"),
    ])

  package static let reloadRefused = EventDefinition(
    10056, "daemon.reload-refused", id: "72e32513791143889973597290ac3b49", .agent, .error,
    "The new configuration was refused at {field} ({file}:{line}): {problem}",
    advice: "The old configuration stays in force. Correct the file, try it with connectord check-config, and reload again.",
    fields: [
      EventField("file", .text, "path of the configuration file"), EventField("line", .integer, "line in it, 0 when unknown"),
      EventField("field", .text, "dotted name of the setting, such as cloud.url"),
      EventField("problem", .text, "what was found and what was expected"),
    ])

  package static let stopping = EventDefinition(
    10057, "daemon.stopping", id: "9e340f72506b42678d9e74b2b4754df2", .agent, .notice,
    "The connector stops: {reason}.",
    advice: "If nobody asked for it, the events before say why.",
    fields: [EventField("reason", .text, "such as 'asked by SIGTERM'")])

  package static let stopped = EventDefinition(
    10058, "daemon.stopped", id: "07a529b68cc54d89bc8128536877ae2c", .agent, .notice,
    "The connector stopped in {elapsed} with exit code {exit_code}.",
    advice: "Exit code 0 is a stop that was asked for; connectord --help explains the others.",
    fields: [EventField("elapsed", .milliseconds, "from the stop request to the end"), EventField("exit_code", .integer, "the process's exit code")])

  package static let stopOverdue = EventDefinition(
    10059, "daemon.stop-overdue", id: "450d7c33835a4446ae181f9edbe5fe8b", .agent, .warning,
    "Not everything stopped within {limit}; left behind: {services}.",
    advice: "The process ends all the same and loses nothing that was saved. If it repeats, raise supervision.stopWithin or report the service.",
    fields: [EventField("limit", .milliseconds, "the budget for the stop"), EventField("services", .text, "comma-separated names")])

  package static let startRefused = EventDefinition(
    10060, "daemon.start-refused", id: "5830715793dc4fdd8944d5cd6fe7a798", .agent, .critical,
    "The connector cannot start: {problem}",
    advice: "Correct what is named and start it again; nothing was changed. The exit code is explained by connectord --help.",
    fields: [EventField("problem", .text, "one sentence"), EventField("exit_code", .integer, "the process's exit code")])

  package static let previousRunUnclean = EventDefinition(
    10061, "daemon.previous-run-unclean", id: "358d2161834449689b38377947b54060", .agent, .warning,
    "The run before this one (boot {previous_boot}) ended without a clean stop.",
    advice: "It crashed, was killed or lost power. Saved state is intact; the journal around that time says which it was.",
    fields: [EventField("previous_boot", .text, "the boot id of that run, to find its events")])

  package static let eventsLost = EventDefinition(
    10062, "events.lost", id: "9e75c9bf0f954117ac043bce85482109", .agent, .warning,
    "{count} events did not reach the output {output}, which was too slow.",
    advice: "The ring may still have them (connectorctl events); the gap in the sequence numbers shows where they are missing.",
    fields: [EventField("output", .text, "such as journal or stderr"), EventField("count", .integer, "events that were lost to it")])

  package static let recordMovedAside = EventDefinition(
    10063, "state.moved-aside", id: "25dcba3ace7f4ec39749c89b5b4411ac", .agent, .error,
    "The file {path} is corrupt ({problem}) and was moved to {kept_as}.",
    advice: "What can be rebuilt is rebuilt. Keep the moved file for support, and check the disk: this does not happen by a crash alone.",
    fields: [
      EventField("path", .text, "where it was"), EventField("problem", .text, "what is wrong with it"),
      EventField("kept_as", .text, "where it is now"),
    ])

  package static let diskFull = EventDefinition(
    10064, "state.disk-full", id: "252c9d88349c4446b38cd92310186b4e", .agent, .error,
    "No space is left to write {path}.",
    advice: "Free space on that file system. The connector goes on with what it has in memory and tries again.",
    fields: [EventField("path", .text, "the file that could not be written")])

  package static let diskHasSpace = EventDefinition(
    10065, "state.disk-has-space", id: "51adc63465f34a03ac24800011ed6f1a", .agent, .notice,
    "{path} could be written again after {elapsed}.",
    advice: "Nothing to do; see to it that the file system does not fill up again.",
    fields: [EventField("path", .text, "the file that was written"), EventField("elapsed", .milliseconds, "since the disk was full")])

  package static let stateUnwritable = EventDefinition(
    10066, "state.unwritable", id: "435046df0b7d47a1bc1d1edcc77820ea", .agent, .error,
    "{path} could not be written: {problem}",
    advice: "Check owner and permissions of the state directory, and the disk's health.",
    fields: [EventField("path", .text, "the file"), EventField("problem", .text, "the system's own words")])

  package static let all: [EventDefinition] = [
    started, ready, degraded, readyAgain, reloading, reloaded, reloadRefused, stopping, stopped, stopOverdue, startRefused, previousRunUnclean,
    eventsLost,
    recordMovedAside, diskFull, diskHasSpace, stateUnwritable,
  ]
}

extension Event {
  package static func daemonStarted(version: String, fqdn: String, directory: String) -> Event {
    DaemonEvents.started.event(["version": .text(version), "fqdn": .text(fqdn), "directory": .text(directory)])
  }

  package static func daemonReady(elapsed milliseconds: Int, services: Int) -> Event {
    DaemonEvents.ready.event(["elapsed": .milliseconds(milliseconds), "services": .integer(services)])
  }

  package static func daemonDegraded(reason: String) -> Event {
    DaemonEvents.degraded.event(["reason": .text(reason.hasSuffix(".") ? String(reason.dropLast()) : reason)])
  }

  package static func daemonReadyAgain(elapsed milliseconds: Int) -> Event { DaemonEvents.readyAgain.event(["elapsed": .milliseconds(milliseconds)]) }

  package static func daemonReloading(file: String) -> Event { DaemonEvents.reloading.event(["file": .text(file)]) }

  /// - Parameters: the paths of the settings, such as `logger.level`.
  package static func daemonReloaded(changed: [String], pending: [String]) -> Event {
    func names(_ paths: [String]) -> EventValue { .text(paths.isEmpty ? "none" : paths.joined(separator: ", ")) }
    return DaemonEvents.reloaded.event([
      "changed": .integer(changed.count), "names": names(changed), "pending": .integer(pending.count), "waiting": names(pending),
    ])
  }

  package static func daemonReloadRefused(file: String, line: Int, field: String, problem: String) -> Event {
    DaemonEvents.reloadRefused.event(["file": .text(file), "line": .integer(line), "field": .text(field), "problem": .text(problem)])
  }

  package static func daemonStopping(reason: String) -> Event { DaemonEvents.stopping.event(["reason": .text(reason)]) }

  package static func daemonStopped(elapsed milliseconds: Int, exitCode: Int) -> Event {
    DaemonEvents.stopped.event(["elapsed": .milliseconds(milliseconds), "exit_code": .integer(exitCode)])
  }

  package static func daemonStopOverdue(limit milliseconds: Int, services: [String]) -> Event {
    DaemonEvents.stopOverdue.event(["limit": .milliseconds(milliseconds), "services": .text(services.joined(separator: ", "))])
  }

  package static func daemonStartRefused(problem: String, exitCode: Int) -> Event {
    DaemonEvents.startRefused.event(["problem": .text(problem), "exit_code": .integer(exitCode)])
  }

  package static func daemonPreviousRunUnclean(previousBoot: String) -> Event {
    DaemonEvents.previousRunUnclean.event(["previous_boot": .text(previousBoot)])
  }

  package static func eventsLost(output: String, count: Int) -> Event {
    DaemonEvents.eventsLost.event(["output": .text(output), "count": .integer(count)])
  }

  package static func stateMovedAside(path: String, problem: String, keptAs: String) -> Event {
    DaemonEvents.recordMovedAside.event(["path": .text(path), "problem": .text(problem), "kept_as": .text(keptAs)])
  }

  package static func stateDiskFull(path: String) -> Event { DaemonEvents.diskFull.event(["path": .text(path)]) }

  package static func stateDiskHasSpace(path: String, elapsed milliseconds: Int) -> Event {
    DaemonEvents.diskHasSpace.event(["path": .text(path), "elapsed": .milliseconds(milliseconds)])
  }

  package static func stateUnwritable(path: String, problem: String) -> Event {
    DaemonEvents.stateUnwritable.event(["path": .text(path), "problem": .text(problem)])
  }
}
