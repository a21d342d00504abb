/// The canonical form that signatures are made over: OLPC canonical JSON as securesystemslib writes it. Members in the order of their names'
/// code points, no space, only quote and backslash escaped, whole numbers only.
extension JSONView {
  /// - Throws: when there is a number with a fraction or exponent, which has no canonical form.
  package func canonical() throws(JSONError) -> [UInt8] {
    var writer = CanonicalWriter(tree: tree)
    writer.out.reserveCapacity(tree.storage.count)
    let result: Result<Void, JSONError> = tree.storage.withUnsafeBufferPointer { storage in
      do throws(JSONError) { return .success(try writer.write(index, storage)) } catch { return .failure(error) }
    }
    try result.get()
    return writer.out
  }
}

private struct CanonicalWriter {
  let tree: JSONTree
  var out: [UInt8] = []

  /// As deep as the parser allowed.
  mutating func write(_ index: Int, _ storage: UnsafeBufferPointer<UInt8>) throws(JSONError) {
    let node = tree.nodes[index]
    switch node.kind {
    case .string: string(node, storage)
    case .integer: integer(node, storage)
    case .fraction: throw JSONError(at: Int(node.start), "a number with a fraction or exponent; signed metadata has whole numbers only")
    case .yes: out.append(contentsOf: "true".utf8)
    case .no: out.append(contentsOf: "false".utf8)
    case .null: out.append(contentsOf: "null".utf8)
    case .array:
      out.append(UInt8(ascii: "["))
      var at = index + 1
      while at < Int(node.end) {
        if at > index + 1 { out.append(UInt8(ascii: ",")) }
        try write(at, storage)
        at = Int(tree.nodes[at].end)
      }
      out.append(UInt8(ascii: "]"))
    case .object:
      out.append(UInt8(ascii: "{"))
      if node.mark {
        for (i, at) in sortedNames(index, storage).enumerated() {
          if i > 0 { out.append(UInt8(ascii: ",")) }
          try member(at, storage)
        }
      } else {
        var at = index + 1
        while at < Int(node.end) {
          if at > index + 1 { out.append(UInt8(ascii: ",")) }
          try member(at, storage)
          at = Int(tree.nodes[at + 1].end)
        }
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  private mutating func member(_ at: Int, _ storage: UnsafeBufferPointer<UInt8>) throws(JSONError) {
    string(tree.nodes[at], storage)
    out.append(UInt8(ascii: ":"))
    try write(at + 1, storage)
  }

  private mutating func string(_ node: JSONTree.Node, _ storage: UnsafeBufferPointer<UInt8>) {
    out.append(UInt8(ascii: "\""))
    let bytes = range(node, storage)
    if node.mark {
      for byte in bytes {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
        out.append(byte)
      }
    } else {
      out.append(contentsOf: bytes)
    }
    out.append(UInt8(ascii: "\""))
  }

  /// "-0" is the whole number 0; every other spelling that the parser accepts is the canonical one.
  private mutating func integer(_ node: JSONTree.Node, _ storage: UnsafeBufferPointer<UInt8>) {
    let bytes = range(node, storage)
    out.append(contentsOf: bytes.elementsEqual("-0".utf8) ? bytes.dropFirst() : bytes[...])
  }

  private func sortedNames(_ object: Int, _ storage: UnsafeBufferPointer<UInt8>) -> [Int] {
    var names: [Int] = []
    names.reserveCapacity(Int(tree.nodes[object].count))
    var at = object + 1
    while at < Int(tree.nodes[object].end) {
      names.append(at)
      at = Int(tree.nodes[at + 1].end)
    }
    names.sort { ByteOrder.compare(range(tree.nodes[$0], storage), range(tree.nodes[$1], storage)) < 0 }
    return names
  }

  private func range(_ node: JSONTree.Node, _ storage: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: storage[Int(node.start)..<Int(node.start) + Int(node.count)])
  }
}
