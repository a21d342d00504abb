/// The names of the databases in the store's folder.
struct StoredFile: Hashable {
  private static let prefix = "configuration-"
  let number: Int

  init(number: Int) { self.number = number }

  /// Nil for any other file.
  init?(_ name: String) {
    guard name.hasSuffix(".sqlite"), let number = Self.number(name) else { return nil }
    self.number = number
  }

  var name: String { stem + ".sqlite" }
  var temporaryName: String { stem + ".new" }
  var damagedName: String { stem + ".damaged" }

  static func isDamaged(_ name: String) -> Bool { name.hasSuffix(".damaged") && number(name) != nil }

  /// Of an import that did not come to its end.
  static func isLeftOver(_ name: String) -> Bool { name.contains(".new") && number(name) != nil }

  /// The number in any of the names; damaged ones count too, so that a number is never used again while its file is there.
  static func number(_ name: String) -> Int? {
    guard name.hasPrefix(prefix) else { return nil }
    let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
    guard digits.utf8.count >= 8, digits.utf8.count <= 18, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(digits)
  }

  private var stem: String {
    let digits = String(number)
    return Self.prefix + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }
}
