/// A strict check of the part of XML 1.0 that the manifests use: one root, nested elements, unique quoted attributes, escaped text, one declaration.
enum WellFormed {
  private struct Problem: Error { var text: String }

  /// Nil when the document is well-formed.
  static func problem(in document: String) -> String? {
    do {
      var parser = Parser(rest: Substring(document))
      try parser.document()
      return nil
    } catch let problem as Problem {
      return problem.text
    } catch {
      return "\(error)"
    }
  }

  private struct Parser {
    var rest: Substring

    mutating func document() throws {
      if take("<?xml") { try skip(past: "?>") }
      try misc()
      try element()
      try misc()
      guard rest.isEmpty else { throw Problem(text: "something after the root: \(rest.prefix(40))") }
    }

    private mutating func misc() throws {
      space()
      while take("<!--") {
        let comment = try skip(past: "-->")
        guard !comment.contains("--") else { throw Problem(text: "'--' in a comment") }
        space()
      }
    }

    private mutating func element() throws {
      guard take("<") else { throw Problem(text: "expected an element at: \(rest.prefix(40))") }
      let name = try self.name()
      var attributes: Set<String> = []
      while true {
        let before = rest.startIndex
        space()
        if take("/>") { return }
        if take(">") { break }
        guard rest.startIndex > before else { throw Problem(text: "expected a space before an attribute of \(name)") }
        let attribute = try self.name()
        guard attributes.insert(attribute).inserted else { throw Problem(text: "\(attribute) stands twice in \(name)") }
        guard take("=\"") else { throw Problem(text: "expected =\" after \(attribute)") }
        try text(String(try skip(past: "\"")), of: attribute)
      }
      while true {
        let end = rest.firstIndex(of: "<") ?? rest.endIndex
        try text(String(rest[..<end]), of: name)
        rest = rest[end...]
        if take("</") {
          guard try self.name() == name, take(">") else { throw Problem(text: "\(name) is not closed") }
          return
        }
        guard !rest.isEmpty else { throw Problem(text: "\(name) is not closed") }
        try element()
      }
    }

    /// Text or an attribute's value: no `<`, and `&` only as a known reference; only characters that XML allows.
    private func text(_ value: String, of owner: String) throws {
      for scalar in value.unicodeScalars where scalar == "<" || scalar.value < 0x20 && !["\n", "\t", "\r"].contains(scalar) {
        throw Problem(text: "U+\(String(scalar.value, radix: 16)) in \(owner)")
      }
      for part in value.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
      where part.prefixMatch(of: /(amp|lt|gt|quot|apos|#[0-9]+);/) == nil {
        throw Problem(text: "a bare & in \(owner)")
      }
    }

    private mutating func name() throws -> String {
      let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == ":" || $0 == "_" || $0 == "." || $0 == "-" }
      guard let first = name.first, first.isLetter else { throw Problem(text: "expected a name at: \(rest.prefix(40))") }
      rest = rest.dropFirst(name.count)
      return String(name)
    }

    private mutating func take(_ token: String) -> Bool {
      guard rest.hasPrefix(token) else { return false }
      rest = rest.dropFirst(token.count)
      return true
    }

    private mutating func space() { rest = rest.drop { $0.isWhitespace } }

    @discardableResult
    private mutating func skip(past token: String) throws -> Substring {
      guard let found = rest.firstRange(of: token) else { throw Problem(text: "no \(token) any more") }
      defer { rest = rest[found.upperBound...] }
      return rest[..<found.lowerBound]
    }
  }
}
