import EventCatalog
import FoundationEssentials

/// Reads events back: lines of JSON as `journalctl -o json` writes them, and as connectord's `events.file` and `connectorctl --json events` do.
package enum EventLogReader {
  /// - Parameter file: its name in what is thrown.
  package static func read(_ bytes: [UInt8], file: String) throws(EventLogProblem) -> EventLog {
    var log = EventLog()
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      // A run begins its part of a file with an empty line.
      if line.allSatisfy({ $0 == 32 || $0 == 13 }) { continue }
      do throws(EventFault) { try add(line, to: &log) } catch {
        // The last one is being written, or a crash cut it off: then the run after it began a line of its own.
        let isLast = index == lines.count - 1
        let isFollowedByNothing = index + 1 < lines.count - 1 && lines[index + 1].isEmpty
        guard error.isNoJSON, isLast || isFollowedByNothing else { throw EventLogProblem(file: file, line: index + 1, text: error.text) }
        log.cutOff += 1
      }
    }
    return log
  }

  private static func add(_ line: ArraySlice<UInt8>, to log: inout EventLog) throws(EventFault) {
    let data = Data(line)
    if let entry = try? JSONDecoder().decode([String: JournalValue].self, from: data), entry.keys.contains(where: isOfJournals) {
      guard entry["CONNECTOR_CODE"] != nil else {
        log.foreign += 1
        return
      }
      log.records.append(try JournalRecord.record(entry.compactMapValues(\.text)))
      return
    }
    let form: EventLine
    do { form = try JSONDecoder().decode(EventLine.self, from: data) } catch DecodingError.dataCorrupted {
      throw .noJSON
    } catch DecodingError.keyNotFound(let key, _) {
      throw EventFault(text: "this is no event: it has no '\(key.stringValue)'. \(EventFault.expected)")
    } catch { throw EventFault(text: "this is no event. \(EventFault.expected)") }
    log.records.append(try EventRecord(form))
  }

  private static func isOfJournals(_ key: String) -> Bool { key == "__REALTIME_TIMESTAMP" || key == "CONNECTOR_CODE" || key == "__CURSOR" }
}

extension EventFault {
  static let expected = "Expected one event a line, as 'journalctl -o json', 'connectorctl --json events' and connectord's events.file have them"
  static let noJSON = EventFault(text: "this is no JSON. \(expected)")
  var isNoJSON: Bool { self == .noJSON }
}

/// A field as `journalctl -o json` writes it: text, bytes that are no text as a list of numbers, several values as a list, or null where it is too long.
private struct JournalValue: Decodable {
  var text: String?

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() { return }
    if let one = try? container.decode(String.self) {
      text = one
    } else if let bytes = try? container.decode([UInt8].self) {
      text = String(decoding: bytes, as: UTF8.self)
    } else {
      text = try container.decode([String].self).first
    }
  }
}
