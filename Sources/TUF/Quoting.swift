package import StrictJSON
internal import World

/// Untrusted names made safe for requests, files and messages.
package enum Quoting {
  /// Percent-encoded whole: all but letters, digits and `-._~` (RFC 3986, unreserved), so that no name has a meaning in a path or query.
  package static func requested(_ name: some Sequence<UInt8>) -> String {
    var out: [UInt8] = []
    for byte in name { append(byte, to: &out) }
    return String(decoding: out, as: UTF8.self)
  }

  /// A target path in a request: each part percent-encoded, the slashes kept. The dots of a part `.` or `..` are encoded too, so that no client or proxy on the way
  /// takes them for a way out of the folder.
  package static func requestedPath(_ path: ExactText, hash: ExactText?) -> String {
    var parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { part in
      part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8) ? part.map { _ in "%2E" }.joined() : requested(part)
    }
    // `split` never gives an empty list here.
    if let hash, let last = parts.popLast() { parts.append(requested(hash.utf8) + "." + last) }
    return parts.joined(separator: "/")
  }

  /// One name in a directory for each text: percent-encoded whole, a leading dot too (so it is never `.`, `..` or a file of ours that is being
  /// written). What would be longer than a file name may be is named after its SHA-256, and an empty name gets one.
  package static func fileName(_ name: ExactText, suffix: String = "") -> String {
    var out: [UInt8] = []
    for byte in name.utf8 { append(byte, to: &out) }
    var text = String(decoding: out, as: UTF8.self)
    if text.hasPrefix(".") { text = "%2E" + text.dropFirst() }
    // Quoting never gives a percent sign before an "e" or an "l".
    if text.isEmpty { text = "%empty" }
    if text.utf8.count > longestName { text = "%long-" + Hex.encode(Digests.sha256(name.utf8)) }
    return text + suffix
  }

  /// A file system's limit is 255 bytes; the suffix and the name of a temporary file need some of them.
  private static let longestName = 200

  /// For messages: control characters, spaces and everything beyond ASCII percent-encoded, the length bounded.
  package static func shown(_ name: ExactText) -> String {
    var out: [UInt8] = []
    for byte in name.utf8.prefix(120) {
      if byte == UInt8(ascii: "/") { out.append(byte) } else { append(byte, to: &out) }
    }
    return String(decoding: out, as: UTF8.self) + (name.utf8.count > 120 ? "..." : "")
  }

  private static func append(_ byte: UInt8, to out: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      out.append(byte)
    default:
      let digits = Array("0123456789ABCDEF".utf8)
      out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
}
