import ArgumentParser
import EventLogs
import Foundation
import Lab
import LiveWorld
import Systemd
import World

/// Where events are read from: a lab's folder unless told otherwise.
struct EventOptions: ParsableArguments {
  @OptionGroup var folder: LabFolder
  @Flag(help: "This machine's journal, as far as this user may read it.") var journal = false
  @Option(help: ArgumentHelp("Journal files in this folder, such as a copy of another machine's /var/log/journal.", valueName: "dir"))
  var journalFolder: String?
  @Option(
    help: ArgumentHelp(
      "Lines of 'journalctl -o json', of 'connectorctl --json events', or connectord's events.file; '-': standard input. May be given more than once.",
      valueName: "file"))
  var file: [String] = []

  func validate() throws {
    let ways = [journal, journalFolder != nil, !file.isEmpty, folder.state != nil].count { $0 }
    if ways > 1 { throw ValidationError("only one of --state, --journal, --journal-folder and --file is possible") }
  }

  var isOfLab: Bool { !journal && journalFolder == nil && file.isEmpty }

  /// For people: where the events come from.
  var from: String {
    if isOfLab { return "the lab on \(folder.paths.root)" }
    return file.isEmpty ? "the journal" : file.joined(separator: ", ")
  }

  /// Throws `LabError` when there is nothing to read, or it is not what it should be.
  ///
  /// - Parameter isWhole: of a lab, with what was before it was brought up last.
  func read(isWhole: Bool) throws -> EventLog {
    let log = try isOfLab ? LabEvents(folder.paths).log(isWhole: isWhole) : file.isEmpty ? Self.journalLog(journalFolder) : files()
    guard !log.records.isEmpty else { throw LabError(.noInput, "there are no events of connectord in \(from). \(hint)") }
    return log
  }

  private var hint: String {
    isOfLab ? "Start a lab with connector-lab up, or name its folder with --state DIR" : "Is it the right one, and may this user read all of it?"
  }

  private func files() throws -> EventLog {
    var log = EventLog()
    for path in file {
      let bytes: [UInt8]
      if path == "-" {
        bytes = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
      } else {
        do { bytes = try DiskFiles().read(DiskPath.absolute(path)) } catch { throw LabError(.noInput, "\(path) cannot be read: \(error)") }
      }
      log.add(try EventFiles.parse(bytes, path == "-" ? "standard input" : path))
    }
    return log
  }

  private static func journalLog(_ folder: String?) throws -> EventLog {
    var log = EventLog()
    do {
      try JournalReader.entries(in: folder.map { DiskPath.absolute($0) }) { fields in
        guard fields["CONNECTOR_CODE"] != nil else { return }
        do throws(EventFault) { log.records.append(try JournalRecord.record(fields)) } catch {
          throw LabError(
            .data, "an entry of the journal (\(fields["CONNECTOR_BOOT"] ?? "?"), number \(fields["CONNECTOR_SEQUENCE"] ?? "?")): \(error.text)")
        }
      }
    } catch let problem as JournalReader.Problem { throw LabError(.unavailable, "\(problem)") }
    return log
  }
}

/// Files of events.
enum EventFiles {
  static func parse(_ bytes: [UInt8], _ name: String) throws -> EventLog {
    do throws(EventLogProblem) { return try EventLogReader.read(bytes, file: name) } catch { throw LabError(.data, "\(error)") }
  }
}
