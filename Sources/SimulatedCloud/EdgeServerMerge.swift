/// Sets top-level members of a JSON object without reading or changing the rest: what was published is served byte for byte, however large it is.
package enum EdgeServerMerge {
  /// The published object with `revision` and `edgeServers` as the cloud knows them, whatever it said for them itself. Nil when `bytes` is no JSON object.
  package static func merge(_ bytes: [UInt8], revision: Int, edgeServers: [EdgeServerEntry]) -> [UInt8]? {
    let list = edgeServers.map { server in
      let peer = server.peerAddress.map(quoted) ?? "null"
      return "{\"fqdn\":\(quoted(server.fqdn)),\"uuid\":\(quoted(server.uuid)),\"peerAddress\":\(peer)}"
    }
    return set(["revision": String(revision), "edgeServers": "[" + list.joined(separator: ",") + "]"], in: bytes)
  }

  /// Nil when `bytes` does not scan as one JSON object. The values within are skipped, not checked.
  static func set(_ members: [String: String], in bytes: [UInt8]) -> [UInt8]? {
    guard var scanner = Scanner(bytes), let kept = scanner.members(except: Set(members.keys)) else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + 256)
    out.append(UInt8(ascii: "{"))
    var first = true
    for (key, value) in members.sorted(by: { $0.key < $1.key }) {
      if !first { out.append(UInt8(ascii: ",")) }
      first = false
      out.append(contentsOf: "\(quoted(key)):\(value)".utf8)
    }
    for range in kept {
      if !first { out.append(UInt8(ascii: ",")) }
      first = false
      out.append(contentsOf: bytes[range])
    }
    out.append(UInt8(ascii: "}"))
    return out
  }

  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  /// Walks over an object's members: strings, nesting and commas are all that it knows of JSON.
  private struct Scanner {
    let bytes: [UInt8]
    var at = 0

    init?(_ bytes: [UInt8]) {
      self.bytes = bytes
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
      skipSpace()
      guard take("{") else { return nil }
    }

    /// The byte range of each member `"key": value` whose key is not in `names`.
    mutating func members(except names: Set<String>) -> [Range<Int>]? {
      var kept: [Range<Int>] = []
      skipSpace()
      if take("}") { return atEnd ? kept : nil }
      while true {
        skipSpace()
        let start = at
        guard let key = string() else { return nil }
        skipSpace()
        guard take(":") else { return nil }
        guard let end = value() else { return nil }
        if !names.contains(key) { kept.append(start..<end) }
        if take("}") { return atEnd ? kept : nil }
        guard take(",") else { return nil }
      }
    }

    private var atEnd: Bool { bytes[at...].allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 } }

    private mutating func skipSpace() {
      while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
    }

    private mutating func take(_ character: Character) -> Bool {
      guard at < bytes.count, bytes[at] == character.asciiValue else { return false }
      at += 1
      return true
    }

    /// The raw text between the quotes; escapes stay as they are written.
    private mutating func string() -> String? {
      guard take("\"") else { return nil }
      let start = at
      while at < bytes.count {
        if bytes[at] == UInt8(ascii: "\\") {
          at += 2
        } else if bytes[at] == UInt8(ascii: "\"") {
          at += 1
          return String(decoding: bytes[start..<at - 1], as: UTF8.self)
        } else {
          at += 1
        }
      }
      return nil
    }

    /// Moves to the `,` or `}` after a value; the value's end without the white space before that.
    private mutating func value() -> Int? {
      var depth = 0
      var end = at
      while at < bytes.count {
        switch bytes[at] {
        case UInt8(ascii: "\""):
          guard string() != nil else { return nil }
          end = at
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { return bytes[at] == UInt8(ascii: "}") ? end : nil }
          depth -= 1
        case UInt8(ascii: ","):
          if depth == 0 { return end }
        case 0x20, 0x0A, 0x0D, 0x09:
          at += 1
          continue
        default: break
        }
        at += 1
        end = at
      }
      return nil
    }
  }
}
