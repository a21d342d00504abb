/// Provider Logger, codes 13000 to 13999.
package enum LoggerEvents {
  package static let linesDropped = EventDefinition(
    13000, "logger.lines-dropped", id: "ec138aae9baf4f309905aa8c62344704", .logger, .warning,
    "{count} log lines of {log} were dropped because the queue was full.",
    advice: "Lower the level of that log (connectorctl, set-level) or raise logger.queue; if the disk is slow or full, an event says so.",
    fields: [EventField("log", .text, "the service whose lines they were"), EventField("count", .integer, "lines dropped since the last such event")])

  package static let diskFull = EventDefinition(
    13001, "logger.disk-full", id: "d42fc4e3f5b9421b940baac1b0fc455a", .logger, .error,
    "The logs cannot be written because the disk is full ({path}).",
    advice: "Free space on that file system. The services go on; lines wait in memory and are dropped and counted when the queue is full.",
    fields: [EventField("path", .text, "the file that could not be written")])

  package static let diskRecovered = EventDefinition(
    13002, "logger.disk-recovered", id: "df2929f7de8244268b738d25777e04cb", .logger, .notice,
    "The logs are written again after {elapsed}; {count} lines were lost.",
    advice: "Nothing to do; each log has a line where its own are missing.",
    fields: [EventField("elapsed", .milliseconds, "how long the disk was full"), EventField("count", .integer, "lines that were lost meanwhile")])

  package static let fileFailed = EventDefinition(
    13003, "logger.file-failed", id: "1bb43cdaf717431397573bb7864156c9", .logger, .error,
    "The log {path} cannot be written: {problem}",
    advice: "Check the owner and permissions of the log directory and the disk's health; the other logs go on.",
    fields: [EventField("path", .text, "the file"), EventField("problem", .text, "the system's own words")])

  package static let fileRecovered = EventDefinition(
    13004, "logger.file-recovered", id: "40da9605ffbc4c228824dead0c195351", .logger, .notice,
    "The log {path} is written again; {count} lines were lost.",
    advice: "Nothing to do; the log has a line where others are missing.",
    fields: [EventField("path", .text, "the file"), EventField("count", .integer, "lines that were lost meanwhile")])

  package static let collected = EventDefinition(
    13005, "logger.collected", id: "291bc4b5f91c4517aa81d0ad6392b0f0", .logger, .notice,
    "The logs were collected for {caller}: {files} files in {bytes} bytes, {left_out} left out.",
    advice: "If you did not expect it, ask who asked; the cloud may collect logs without notice (a documented habit of the modelled product).",
    fields: [
      EventField("caller", .text, "the cloud, or the user of the control socket"), EventField("files", .integer, "files in the archive"),
      EventField("bytes", .integer, "size of the archive"), EventField("left_out", .integer, "files beyond the size limit, named in its manifest"),
    ])

  package static let collectFailed = EventDefinition(
    13006, "logger.collect-failed", id: "58bc6af5b6064f8c9cddb7368340a636", .logger, .error,
    "The logs could not be collected for {caller}: {problem}",
    advice: "The logs themselves are untouched. Try again, with a smaller maxBytes if memory is short.",
    fields: [EventField("caller", .text, "the cloud, or the user of the control socket"), EventField("problem", .text, "one sentence")])

  package static let levelChanged = EventDefinition(
    13007, "logger.level-changed", id: "e8063b2aefd84581abf20ce320b7ad0f", .logger, .notice,
    "The log level of {log} is now {level}, as {caller} asked.",
    advice: "It lasts until the daemon starts again; set logger.level in the configuration to keep it.",
    fields: [
      EventField("log", .text, "a service, or 'all services'"), EventField("level", .text, "error, warning, info or debug"),
      EventField("caller", .text, "the cloud, or the user of the control socket"),
    ])

  package static let all: [EventDefinition] = [
    linesDropped, diskFull, diskRecovered, fileFailed, fileRecovered, collected, collectFailed, levelChanged,
  ]
}

extension Event {
  package static func logLinesDropped(log: String, count: Int) -> Event {
    LoggerEvents.linesDropped.event(["log": .text(log), "count": .integer(count)])
  }

  package static func logDiskFull(path: String) -> Event { LoggerEvents.diskFull.event(["path": .text(path)]) }

  package static func logDiskRecovered(elapsed milliseconds: Int, count: Int) -> Event {
    LoggerEvents.diskRecovered.event(["elapsed": .milliseconds(milliseconds), "count": .integer(count)])
  }

  package static func logFileFailed(path: String, problem: String) -> Event {
    LoggerEvents.fileFailed.event(["path": .text(path), "problem": .text(problem)])
  }

  package static func logFileRecovered(path: String, count: Int) -> Event {
    LoggerEvents.fileRecovered.event(["path": .text(path), "count": .integer(count)])
  }

  package static func logsCollected(caller: String, files: Int, bytes: Int, leftOut: Int) -> Event {
    LoggerEvents.collected.event(["caller": .text(caller), "files": .integer(files), "bytes": .integer(bytes), "left_out": .integer(leftOut)])
  }

  package static func logCollectFailed(caller: String, problem: String) -> Event {
    LoggerEvents.collectFailed.event(["caller": .text(caller), "problem": .text(problem)])
  }

  package static func logLevelChanged(log: String, level: String, caller: String) -> Event {
    LoggerEvents.levelChanged.event(["log": .text(log), "level": .text(level), "caller": .text(caller)])
  }
}
