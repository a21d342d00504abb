import Yams

/// Parses a YAML (or JSON, its subset) text into nodes with their places. Everything that can be wrong with the text itself is found here:
/// size, encoding, indents, duplicate keys, more than one document, aliases that multiply.
struct YAMLText {
  /// More aliases than this are refused: nested ones multiply, and no configuration needs them.
  static let aliasLimit = 16
  private static let duplicateLimit = 30
  /// Private-use characters: one stands for the first character of each key that comes again later in its block.
  private static let duplicateMarks: ClosedRange<UInt32> = 0xE0F0...0xE0F0 + 31

  let file: String
  var problems: [ConfigurationProblem] = []
  /// The keys whose first character is a mark, by the mark's number.
  private var duplicates: [String] = []
  /// Nil when the text could not be parsed at all, or is empty.
  private(set) var root: Node?

  init(file: String, bytes: [UInt8], sizeLimit: Int) {
    self.file = file
    guard bytes.count <= sizeLimit else {
      add(0, 0, "the file is \(bytes.count) bytes; at most \(sizeLimit) are read")
      return
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let (line, column) = Self.firstInvalid(bytes)
      add(line, column, "the file is not UTF-8 from here on; save it as UTF-8")
      return
    }
    if let (line, column) = Self.aliasBeyondLimit(text) {
      add(
        line, column, "there are more than \(Self.aliasLimit) aliases (*name); write the values out, or quote a text that starts with *")
      return
    }
    parse(text)
  }

  /// The key that a marked one was, nil when this is not a marked one.
  func duplicate(_ key: String) -> String? {
    guard let first = key.unicodeScalars.first?.value, Self.duplicateMarks.contains(first) else { return nil }
    let number = Int(first - Self.duplicateMarks.lowerBound)
    return number < duplicates.count ? duplicates[number] : nil
  }

  private mutating func add(_ line: Int, _ column: Int, _ text: String) {
    problems.append(ConfigurationProblem(file: file, line: line, column: column, field: "", text: text))
  }

  private mutating func parse(_ original: String) {
    var text = original
    for _ in 0...Self.duplicateLimit {
      switch Self.attempt(text) {
      case .parsed(let node):
        root = node
        return
      case .failed(let line, let column, let reason):
        return add(line, column, reason)
      case .duplicate(let key, let first):
        // The parser stops at a duplicate key. To find what else is wrong, the earlier key is marked, and the text is parsed again.
        guard let marked = Self.mark(duplicates.count, key: key, at: first, in: text) else {
          return add(first.line, first.column, "the key '\(key)' stands more than once in one block; keep one of them")
        }
        duplicates.append(key)
        text = marked
      }
    }
    add(0, 0, "there are more than \(Self.duplicateLimit) duplicate keys")
  }

  private enum Attempt {
    case parsed(Node?)
    case failed(Int, Int, String)
    case duplicate(String, Mark)
  }

  private static func attempt(_ text: String) -> Attempt {
    do {
      return .parsed(try Parser(yaml: text, encoding: .utf8).singleRoot())
    } catch let error as YamlError {
      switch error {
      case .duplicatedKeysInMapping(let keys, let context): return .duplicate(keys.first ?? "", context.mark)
      case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
        // What is not closed or not ended is best looked for where it began.
        let began = context.flatMap { context in ["simple key", "quoted scalar", "flow "].contains { context.text.contains($0) } ? context.mark : nil
        }
        let place = began ?? mark
        return .failed(place.line, place.column, SyntaxAdvice.sentence(problem: problem, context: context?.text, text: text, line: mark.line))
      case .composer(_, let problem, let mark, _):
        return .failed(mark.line, mark.column, problem.contains("another document") ? "a second document starts here; a file holds one" : problem)
      case .reader(let problem, let offset, _, _):
        let (line, column) = place(of: offset ?? 0, in: text)
        return .failed(line, column, "\(problem); remove the character")
      default: return .failed(0, 0, "the file cannot be parsed: \(error)")
      }
    } catch {
      return .failed(0, 0, "the file cannot be parsed: \(error)")
    }
  }

  /// Replaces the first character of the key at `place` by a mark of its own, so that no later place moves. Nil when the key has no first character.
  private static func mark(_ number: Int, key: String, at place: Mark, in text: String) -> String? {
    var scalars = text.unicodeScalars
    guard let wanted = key.unicodeScalars.first, let mark = Unicode.Scalar(duplicateMarks.lowerBound + UInt32(number)) else { return nil }
    var index = scalars.startIndex
    for _ in 1..<max(1, place.line) {
      guard let end = scalars[index...].firstIndex(of: "\n") else { return nil }
      index = scalars.index(after: end)
    }
    guard var at = scalars.index(index, offsetBy: place.column - 1, limitedBy: scalars.endIndex), at < scalars.endIndex else { return nil }
    if scalars[at] == "\"" || scalars[at] == "'" { at = scalars.index(after: at) }
    guard at < scalars.endIndex, scalars[at] == wanted else { return nil }
    scalars.replaceSubrange(at...at, with: [mark])
    return String(scalars)
  }

  /// The place of the first alias too many. Counts what looks like one outside comments; inside quotes too, which only makes it stricter.
  private static func aliasBeyondLimit(_ text: String) -> (Int, Int)? {
    var line = 1
    var column = 1
    var count = 0
    var inComment = false
    var previous: UInt8 = 10
    for byte in text.utf8 {
      if byte == 35, previous == 10 || previous == 32 || previous == 9 { inComment = true }
      if byte == 10 { inComment = false }
      if previous == 42, !inComment, byte > 32 {
        count += 1
        if count > aliasLimit { return (line, column - 1) }
      }
      // An alias starts where a value can: only then is the star remembered.
      let opens = previous == 10 || previous == 32 || previous == 9 || previous == 91 || previous == 123 || previous == 44 || previous == 58
      if byte == 10 { (line, column) = (line + 1, 1) } else if byte & 0xC0 != 0x80 { column += 1 }
      previous = byte == 42 && !opens ? 0 : byte
    }
    return nil
  }

  private static func firstInvalid(_ bytes: [UInt8]) -> (Int, Int) {
    var low = 0
    var high = bytes.count
    // The longest valid prefix, found by halving; a cut inside a character counts as valid up to three bytes.
    while low < high {
      let middle = (low + high + 1) / 2
      if isValidPrefix(bytes[..<middle]) { low = middle } else { high = middle - 1 }
    }
    var valid = bytes[..<low]
    while String(validating: valid, as: UTF8.self) == nil, !valid.isEmpty { valid = valid.dropLast() }
    return place(of: .max, in: String(decoding: valid, as: UTF8.self))
  }

  private static func isValidPrefix(_ bytes: ArraySlice<UInt8>) -> Bool {
    (0...3).contains { cut in cut <= bytes.count && String(validating: bytes.dropLast(cut), as: UTF8.self) != nil }
  }

  /// Line and column of the `offset`th character.
  private static func place(of offset: Int, in text: String) -> (Int, Int) {
    var line = 1
    var column = 1
    for scalar in text.unicodeScalars.prefix(offset) { if scalar == "\n" { (line, column) = (line + 1, 1) } else { column += 1 } }
    return (line, column)
  }
}
