/// One value of a `JSONTree`.
package struct JSONView: Sendable {
  let tree: JSONTree
  let index: Int

  private var node: JSONTree.Node { tree.nodes[index] }

  /// For messages: `an object`, `a list`, `a text`, `a number`, `true or false`, `null`.
  package var kind: String {
    switch node.kind {
    case .object: "an object"
    case .array: "a list"
    case .string: "a text"
    case .integer, .fraction: "a number"
    case .yes, .no: "true or false"
    case .null: "null"
    }
  }

  package var isObject: Bool { node.kind == .object }
  package var isArray: Bool { node.kind == .array }
  package var isString: Bool { node.kind == .string }
  /// Of an object or array: how many.
  package var count: Int { node.kind == .object || node.kind == .array ? Int(node.count) : 0 }

  /// Nil unless it is true or false.
  package var bool: Bool? {
    switch node.kind {
    case .yes: true
    case .no: false
    default: nil
    }
  }

  /// Nil unless it is a whole number, written without a fraction or exponent, that fits.
  package var integer: Int64? {
    guard node.kind == .integer else { return nil }
    return withBytes { Int64(String(decoding: $0, as: UTF8.self)) }
  }

  /// Nil unless it is a string.
  package var text: String? { isString ? withBytes { String(decoding: $0, as: UTF8.self) } : nil }
  package var exact: ExactText? { isString ? withBytes { ExactText(utf8: Array($0)) } : nil }

  /// The bytes of a string, unescaped, or of a number.
  func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    tree.storage.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[Int(node.start)..<Int(node.start) + Int(node.count)])) }
  }

  /// The member of that name; nil when there is none or this is not an object. Looks at one after the other.
  package subscript(_ name: String) -> JSONView? {
    var name = name
    return name.withUTF8 { (text: UnsafeBufferPointer<UInt8>) in member(text) }
  }

  package subscript(_ name: ExactText) -> JSONView? { name.utf8.withUnsafeBufferPointer { member($0) } }

  private func member(_ name: UnsafeBufferPointer<UInt8>) -> JSONView? {
    guard isObject else { return nil }
    return tree.storage.withUnsafeBufferPointer { storage in
      var at = index + 1
      let end = Int(node.end)
      while at < end {
        let key = tree.nodes[at]
        if Int(key.count) == name.count,
          ByteOrder.compare(UnsafeBufferPointer(rebasing: storage[Int(key.start)..<Int(key.start) + Int(key.count)]), name) == 0
        {
          return JSONView(tree: tree, index: at + 1)
        }
        at = Int(tree.nodes[at + 1].end)
      }
      return nil
    }
  }

  /// Name and value of each member of an object, in the order of the text; none for anything else.
  package var members: Members { Members(tree: tree, at: index + 1, end: isObject ? Int(node.end) : index + 1) }
  /// The elements of an array; none for anything else.
  package var elements: Elements { Elements(tree: tree, at: index + 1, end: isArray ? Int(node.end) : index + 1) }

  package struct Members: Sequence, IteratorProtocol {
    let tree: JSONTree
    var at: Int
    let end: Int

    package mutating func next() -> (name: JSONView, value: JSONView)? {
      guard at < end else { return nil }
      defer { at = Int(tree.nodes[at + 1].end) }
      return (JSONView(tree: tree, index: at), JSONView(tree: tree, index: at + 1))
    }
  }

  package struct Elements: Sequence, IteratorProtocol {
    let tree: JSONTree
    var at: Int
    let end: Int

    package mutating func next() -> JSONView? {
      guard at < end else { return nil }
      defer { at = Int(tree.nodes[at].end) }
      return JSONView(tree: tree, index: at)
    }
  }
}
