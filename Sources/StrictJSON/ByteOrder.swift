/// Text compared byte by byte. In UTF-8 this is the order of code points, which canonical JSON sorts by; Swift's own comparison of strings
/// takes different spellings of one letter for equal, and would let one role or path pass for another.
enum ByteOrder {
  /// Below, at or above zero as `a` comes before, is, or comes after `b`.
  static func compare(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
    let shared = min(a.count, b.count)
    var i = 0
    while i < shared {
      if a[i] != b[i] { return a[i] < b[i] ? -1 : 1 }
      i += 1
    }
    return a.count - b.count
  }
}

/// Text that is equal only to the same bytes: role names, key ids, target paths.
package struct ExactText: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  package let utf8: [UInt8]

  package init(_ text: some StringProtocol) { utf8 = Array(text.utf8) }
  package init(utf8: [UInt8]) { self.utf8 = utf8 }
  package init(stringLiteral value: String) { utf8 = Array(value.utf8) }

  package static func < (a: ExactText, b: ExactText) -> Bool {
    a.utf8.withUnsafeBufferPointer { a in b.utf8.withUnsafeBufferPointer { b in ByteOrder.compare(a, b) < 0 } }
  }

  /// The text as it is; whatever shows it to a person escapes it first (`Quoting.shown`).
  package var description: String { String(decoding: utf8, as: UTF8.self) }
}
