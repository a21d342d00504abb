/// One pass over the bytes (RFC 8259), recursive to the depth that the limits allow.
struct JSONParser {
  let limits: JSONLimits
  var nodes: [JSONTree.Node] = []
  /// Strings that had escapes, unescaped, one behind the other.
  var unescaped: [UInt8] = []
  var hasNonASCII = false
  private var at = 0
  private let count: Int

  init(count: Int, limits: JSONLimits) {
    self.count = count
    self.limits = limits
    nodes.reserveCapacity(min(count / 12 + 8, limits.nodes))
  }

  mutating func document(_ input: UnsafeBufferPointer<UInt8>) throws(JSONError) {
    skipSpace(input)
    try value(input, depth: 0)
    skipSpace(input)
    guard at == count else { throw JSONError(at: at, "something follows the document") }
  }

  private mutating func value(_ input: UnsafeBufferPointer<UInt8>, depth: Int) throws(JSONError) {
    guard at < count else { throw JSONError(at: at, "the document ends too early") }
    switch input[at] {
    case UInt8(ascii: "{"): try container(input, depth: depth + 1, .object, closing: UInt8(ascii: "}"))
    case UInt8(ascii: "["): try container(input, depth: depth + 1, .array, closing: UInt8(ascii: "]"))
    case UInt8(ascii: "\""): try string(input)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(input)
    case UInt8(ascii: "t"): try word(input, "true", .yes)
    case UInt8(ascii: "f"): try word(input, "false", .no)
    case UInt8(ascii: "n"): try word(input, "null", .null)
    default: throw JSONError(at: at, "expected a value")
    }
  }

  private mutating func container(_ input: UnsafeBufferPointer<UInt8>, depth: Int, _ kind: JSONTree.Kind, closing: UInt8) throws(JSONError) {
    guard depth <= limits.depth else { throw JSONError(at: at, "more than \(limits.depth) levels") }
    let own = nodes.count
    try add(JSONTree.Node(kind: kind))
    at += 1
    skipSpace(input)
    var members: UInt32 = 0
    var last = -1
    var ascending = true
    if at < count, input[at] == closing {
      at += 1
    } else {
      while true {
        if kind == .object {
          let name = nodes.count
          guard at < count, input[at] == UInt8(ascii: "\"") else { throw JSONError(at: at, "expected a member name") }
          let place = at
          try string(input)
          if last >= 0, ascending {
            let order = compare(input, nodes[last], nodes[name])
            if order == 0 { throw JSONError(at: place, "a member name occurs twice in one object") }
            ascending = order < 0
          }
          last = name
          skipSpace(input)
          guard at < count, input[at] == UInt8(ascii: ":") else { throw JSONError(at: at, "expected ':'") }
          at += 1
          skipSpace(input)
        }
        try value(input, depth: depth)
        members += 1
        skipSpace(input)
        guard at < count else { throw JSONError(at: at, "the document ends too early") }
        if input[at] == closing {
          at += 1
          break
        }
        guard input[at] == UInt8(ascii: ",") else { throw JSONError(at: at, "expected ',' or the end of an object or array") }
        at += 1
        skipSpace(input)
      }
    }
    nodes[own].count = members
    nodes[own].end = UInt32(nodes.count)
    nodes[own].mark = !ascending
    if !ascending { try refuseDuplicates(input, own) }
  }

  private func refuseDuplicates(_ input: UnsafeBufferPointer<UInt8>, _ object: Int) throws(JSONError) {
    var names: [Int] = []
    var index = object + 1
    while index < Int(nodes[object].end) {
      names.append(index)
      index = Int(nodes[index + 1].end)
    }
    names.sort { compare(input, nodes[$0], nodes[$1]) < 0 }
    for (a, b) in zip(names, names.dropFirst()) where compare(input, nodes[a], nodes[b]) == 0 {
      throw JSONError(at: at, "a member name occurs twice in the object that ends here")
    }
  }

  private mutating func string(_ input: UnsafeBufferPointer<UInt8>) throws(JSONError) {
    at += 1
    let start = at
    var seen: UInt8 = 0
    while at < count {
      let byte = input[at]
      if byte == UInt8(ascii: "\"") {
        if seen >= 0x80 { hasNonASCII = true }
        try add(JSONTree.Node(kind: .string, start: UInt32(start), count: UInt32(at - start)))
        at += 1
        return
      }
      if byte == UInt8(ascii: "\\") {
        if seen >= 0x80 { hasNonASCII = true }
        return try escapedString(input, from: start)
      }
      guard byte >= 0x20 else { throw JSONError(at: at, "a control character within a string") }
      seen |= byte
      at += 1
    }
    throw JSONError(at: at, "the document ends within a string")
  }

  private mutating func escapedString(_ input: UnsafeBufferPointer<UInt8>, from start: Int) throws(JSONError) {
    let begin = unescaped.count
    unescaped.append(contentsOf: input[start..<at])
    var mark = false
    while at < count {
      let byte = input[at]
      if byte == UInt8(ascii: "\"") {
        at += 1
        let length = unescaped.count - begin
        return try add(JSONTree.Node(kind: .string, mark: mark, start: UInt32(count + begin), count: UInt32(length)))
      }
      if byte == UInt8(ascii: "\\") {
        let before = unescaped.count
        at = try JSONEscapes.read(input, at: at, into: &unescaped)
        if unescaped.count == before + 1, unescaped[before] == UInt8(ascii: "\"") || unescaped[before] == UInt8(ascii: "\\") { mark = true }
        continue
      }
      guard byte >= 0x20 else { throw JSONError(at: at, "a control character within a string") }
      if byte >= 0x80 { hasNonASCII = true }
      unescaped.append(byte)
      at += 1
    }
    throw JSONError(at: at, "the document ends within a string")
  }

  private mutating func number(_ input: UnsafeBufferPointer<UInt8>) throws(JSONError) {
    let start = at
    if input[at] == UInt8(ascii: "-") { at += 1 }
    let first = at
    try digits(input)
    if input[first] == UInt8(ascii: "0"), at > first + 1 { throw JSONError(at: first, "a number with a leading zero") }
    var kind = JSONTree.Kind.integer
    if at < count, input[at] == UInt8(ascii: ".") {
      kind = .fraction
      at += 1
      try digits(input)
    }
    if at < count, input[at] | 0x20 == UInt8(ascii: "e") {
      kind = .fraction
      at += 1
      if at < count, input[at] == UInt8(ascii: "+") || input[at] == UInt8(ascii: "-") { at += 1 }
      try digits(input)
    }
    try add(JSONTree.Node(kind: kind, start: UInt32(start), count: UInt32(at - start)))
  }

  private mutating func digits(_ input: UnsafeBufferPointer<UInt8>) throws(JSONError) {
    let start = at
    while at < count, input[at] >= UInt8(ascii: "0"), input[at] <= UInt8(ascii: "9") { at += 1 }
    guard at > start else { throw JSONError(at: at, "expected a digit") }
  }

  private mutating func word(_ input: UnsafeBufferPointer<UInt8>, _ word: StaticString, _ kind: JSONTree.Kind) throws(JSONError) {
    let length = word.utf8CodeUnitCount
    for i in 0..<length {
      guard at + i < count, input[at + i] == word.utf8Start[i] else { throw JSONError(at: at, "expected '\(word)'") }
    }
    at += length
    try add(JSONTree.Node(kind: kind))
  }

  private mutating func add(_ node: JSONTree.Node) throws(JSONError) {
    guard nodes.count < limits.nodes else { throw JSONError(at: at, "more than \(limits.nodes) values") }
    var node = node
    node.end = UInt32(nodes.count + 1)
    nodes.append(node)
  }

  @inline(__always)
  private mutating func skipSpace(_ input: UnsafeBufferPointer<UInt8>) {
    while at < count, input[at] == 0x20 || input[at] == 0x0a || input[at] == 0x0d || input[at] == 0x09 { at += 1 }
  }

  private func compare(_ input: UnsafeBufferPointer<UInt8>, _ a: JSONTree.Node, _ b: JSONTree.Node) -> Int {
    unescaped.withUnsafeBufferPointer { extra in
      ByteOrder.compare(text(input, extra, a), text(input, extra, b))
    }
  }

  private func text(_ input: UnsafeBufferPointer<UInt8>, _ extra: UnsafeBufferPointer<UInt8>, _ node: JSONTree.Node) -> UnsafeBufferPointer<UInt8> {
    let start = Int(node.start)
    let end = start + Int(node.count)
    return start < count
      ? UnsafeBufferPointer(rebasing: input[start..<end]) : UnsafeBufferPointer(rebasing: extra[start - count..<end - count])
  }
}
