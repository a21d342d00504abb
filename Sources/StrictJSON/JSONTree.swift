/// A JSON document as it was received: every member kept, in the order of the text, known or not.
///
/// The tree is flat: nodes in the order of the text, each knowing where its subtree ends, and strings as ranges of bytes. So a document of
/// two megabytes is one allocation of bytes and one of nodes. It is stricter than JSON: no member name occurs twice in an object, and text
/// is well-formed UTF-8 without lone surrogates.
package final class JSONTree: Sendable {
  enum Kind: UInt8 { case object, array, string, integer, fraction, yes, no, null }

  struct Node {
    var kind: Kind
    /// Of a string: it holds a quote or a backslash. Of an object: its names are not in ascending order of bytes.
    var mark = false
    /// Of a string or number: where its bytes begin in `storage`. Unescaped text lies behind the document.
    var start: UInt32 = 0
    /// Of a string or number: bytes. Of an object or array: members.
    var count: UInt32 = 0
    /// The node after this subtree.
    var end: UInt32 = 0
  }

  let storage: [UInt8]
  let nodes: [Node]

  init(storage: [UInt8], nodes: [Node]) {
    self.storage = storage
    self.nodes = nodes
  }

  /// - Throws: `JSONError` when `bytes` is not such a document, or is larger or deeper than `limits` allow.
  package static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONTree {
    guard bytes.count <= limits.bytes, bytes.count < Int(Int32.max) else {
      throw JSONError(at: 0, "the document has \(bytes.count) bytes; at most \(limits.bytes) are accepted")
    }
    var parser = JSONParser(count: bytes.count, limits: limits)
    let result: Result<Void, JSONError> = bytes.withUnsafeBufferPointer { input in
      do throws(JSONError) { return .success(try parser.document(input)) } catch { return .failure(error) }
    }
    try result.get()
    if parser.hasNonASCII, String(validating: bytes, as: UTF8.self) == nil { throw JSONError(at: 0, "the text is not well-formed UTF-8") }
    return JSONTree(storage: parser.unescaped.isEmpty ? bytes : bytes + parser.unescaped, nodes: parser.nodes)
  }

  package var top: JSONView { JSONView(tree: self, index: 0) }
}

/// How large a document may be. Reading one takes about twenty bytes of memory for each byte of it at worst.
package struct JSONLimits: Hashable, Sendable {
  package var bytes: Int
  /// Objects and arrays within each other.
  package var depth: Int
  /// Values and member names together.
  package var nodes: Int

  package init(bytes: Int = 16 << 20, depth: Int = 32, nodes: Int = 4_000_000) {
    self.bytes = bytes
    self.depth = depth
    self.nodes = nodes
  }
}

/// What is wrong with a JSON document, and where.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Bytes before the place.
  package var offset: Int
  package var detail: String

  init(at offset: Int, _ detail: String) {
    self.offset = offset
    self.detail = detail
  }

  package var description: String { "not acceptable JSON at byte \(offset): \(detail)" }
}
