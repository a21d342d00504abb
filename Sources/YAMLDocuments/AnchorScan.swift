/// Finds what could be an anchor without parsing: `&` and a character that is not blank, at the start or after a blank or one of `[{,:?-`.
/// Each anchor of YAML 1.1 stands like that, so none gets by; plain text such as `R &D` is refused too.
enum AnchorScan {
  static func first(in text: String) -> (line: Int, column: Int)? {
    var (line, column) = (1, 1)
    var before: Unicode.Scalar = " "
    var open = false
    for scalar in text.unicodeScalars {
      if open, !scalar.properties.isWhitespace { return (line, column - 1) }
      open = scalar == "&" && (before.properties.isWhitespace || "[{,:?-\u{feff}".unicodeScalars.contains(before))
      before = scalar
      column += 1
      if scalar == "\n" { (line, column) = (line + 1, 1) }
    }
    return nil
  }
}
