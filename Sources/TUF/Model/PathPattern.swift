package import StrictJSON

/// A shell pattern of a delegation, such as `releases/*/v?.zip`: `*` and `?` and sets such as `[a-z]`, none of which matches a slash, so pattern
/// and path have as many parts. It takes at most the product of the lengths, whatever the pattern.
package struct PathPattern: Sendable {
  private enum Token: Hashable, Sendable {
    case literal(Unicode.Scalar)
    case one
    case many
    case set([ClosedRange<Unicode.Scalar>], negated: Bool)

    func matches(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .literal(let own): own == scalar
      case .one: true
      case .many: false
      case .set(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
      }
    }
  }

  private let parts: [[Token]]

  package init(_ text: ExactText) {
    parts = Self.split(text).map { Self.tokens($0) }
  }

  package func matches(_ path: ExactText) -> Bool {
    let others = Self.split(path)
    return others.count == parts.count && zip(parts, others).allSatisfy { Self.match($0, $1) }
  }

  private static func split(_ text: ExactText) -> [[Unicode.Scalar]] {
    text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Array(String(decoding: $0, as: UTF8.self).unicodeScalars) }
  }

  private static func tokens(_ text: [Unicode.Scalar]) -> [Token] {
    var found: [Token] = []
    var at = 0
    while at < text.count {
      switch text[at] {
      case "*": if found.last != .many { found.append(.many) }
      case "?": found.append(.one)
      case "[":
        if let (set, end) = set(text, at) {
          found.append(set)
          at = end
          continue
        }
        found.append(.literal("["))
      default: found.append(.literal(text[at]))
      }
      at += 1
    }
    return found
  }

  /// The set that begins with the bracket at `start`, and where it ends; nil when nothing closes it. A closing bracket that comes first is a member.
  private static func set(_ text: [Unicode.Scalar], _ start: Int) -> (Token, Int)? {
    var at = start + 1
    let negated = at < text.count && text[at] == "!"
    if negated { at += 1 }
    let first = at
    if at < text.count, text[at] == "]" { at += 1 }
    while at < text.count, text[at] != "]" { at += 1 }
    guard at < text.count else { return nil }
    let members = Array(text[first..<at])
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var i = 0
    while i < members.count {
      if i + 2 < members.count, members[i + 1] == "-" {
        // A range that runs backwards has no members.
        if members[i] <= members[i + 2] { ranges.append(members[i]...members[i + 2]) }
        i += 3
      } else {
        ranges.append(members[i]...members[i])
        i += 1
      }
    }
    return (.set(ranges, negated: negated), at + 1)
  }

  /// Goes back to the last star only: earlier ones never need to take more.
  private static func match(_ pattern: [Token], _ text: [Unicode.Scalar]) -> Bool {
    var p = 0
    var t = 0
    var star: (p: Int, t: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == .many {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p].matches(text[t]) {
        p += 1
        t += 1
      } else if let last = star {
        p = last.p + 1
        t = last.t + 1
        star = (last.p, t)
      } else {
        return false
      }
    }
    while p < pattern.count, pattern[p] == .many { p += 1 }
    return p == pattern.count
  }
}
