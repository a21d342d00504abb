/// Writes a document, element by element, in UTF-8. What XML 1.0 cannot say (control characters) becomes U+FFFD.
package struct XMLWriter {
  package private(set) var bytes: [UInt8] = []
  private var open: [StaticString] = []

  /// - Parameter doctype: the root's name and its document type, such as `("NFuseProtocol", "NFuse.dtd")`, which nobody is to read.
  package init(doctype: (root: StaticString, system: StaticString), capacity: Int = 512) {
    bytes.reserveCapacity(capacity)
    put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE ")
    put(doctype.root)
    put(" SYSTEM \"")
    put(doctype.system)
    put("\">\n")
  }

  package mutating func begin(_ name: StaticString, _ attributes: (StaticString, String)...) {
    tag(name, attributes)
    open.append(name)
  }

  /// Closes what was begun last; nothing when nothing is open.
  package mutating func end() {
    guard let name = open.popLast() else { return }
    close(name)
  }

  /// `<name>text</name>`, also when the text is empty: clients take the first child of some elements without looking.
  package mutating func element(_ name: StaticString, _ text: String = "", _ attributes: (StaticString, String)...) {
    tag(name, attributes)
    escape(text, inAttribute: false)
    close(name)
  }

  /// Markup as it stands, whole elements with their ends: where a hundred of them are written, one piece costs less than its parts.
  mutating func markup(_ text: StaticString) { put(text) }

  /// Text between two pieces of `markup`.
  mutating func text(_ text: String) { escape(text, inAttribute: false) }

  /// Closes whatever is open.
  package mutating func finish() -> [UInt8] {
    while !open.isEmpty { end() }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private mutating func tag(_ name: StaticString, _ attributes: [(StaticString, String)]) {
    bytes.append(UInt8(ascii: "<"))
    put(name)
    for (name, value) in attributes {
      bytes.append(UInt8(ascii: " "))
      put(name)
      put("=\"")
      escape(value, inAttribute: true)
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(UInt8(ascii: ">"))
  }

  private mutating func close(_ name: StaticString) {
    put("</")
    put(name)
    bytes.append(UInt8(ascii: ">"))
  }

  private mutating func put(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

  private mutating func escape(_ text: String, inAttribute: Bool) {
    var text = text
    let isDone = text.withUTF8 { buffer in
      guard Self.isPlain(buffer) else { return false }
      bytes.append(contentsOf: buffer)
      return true
    }
    if isDone { return }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": put("&amp;")
      case "<": put("&lt;")
      case ">": put("&gt;")
      case "\"": put("&quot;")
      case "'": put("&apos;")
      // A reader would make a line feed of it, and spaces of all three in an attribute.
      case "\r": put("&#13;")
      case "\t" where inAttribute: put("&#9;")
      case "\n" where inAttribute: put("&#10;")
      case "\t", "\n": bytes.append(UInt8(scalar.value))
      case "\u{0}"..<" ", "\u{fffe}", "\u{ffff}": bytes.append(contentsOf: "\u{fffd}".utf8)
      default: bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
      }
    }
  }

  /// Nothing in it needs another look: nearly always so.
  private static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in text {
      switch byte {
      case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"), 0..<0x20, 0x80...: return false
      default: break
      }
    }
    return true
  }

  /// Room for so many bytes more, so that it does not grow step by step.
  package mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }
}
