/// Texts that come from elsewhere, such as the system's words for an error, as parts of our own sentences.
package enum Sentence {
  /// The text without the full stops and blanks at its end, for a place where the sentence goes on or has a full stop of its own.
  package static func clause(_ text: String) -> String {
    var text = text[...]
    while let last = text.last, last == "." || last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
