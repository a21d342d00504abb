import Foundation
import Glibc

/// One line on a terminal that is written again and again; nothing where standard error is none.
final class ProgressBar {
  private let total: Int
  private let isShown: Bool
  private let begun = ContinuousClock.now
  private var last = ""

  init(total: Int, isShown: Bool = isatty(2) == 1) {
    self.total = max(1, total)
    self.isShown = isShown
  }

  func show(_ done: Int, failed: Int) {
    guard isShown else { return }
    put(Self.text(done, of: total, failed: failed, after: ContinuousClock.now - begun))
  }

  /// Any other words in the bar's place.
  func put(_ text: String) {
    guard isShown, text != last else { return }
    last = text
    write("\r\u{1B}[K" + text)
  }

  /// Before other lines.
  func clear() {
    guard isShown, !last.isEmpty else { return }
    last = ""
    write("\r\u{1B}[K")
  }

  private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  static func text(_ done: Int, of total: Int, failed: Int, after passed: Duration) -> String {
    let width = 28
    let filled = width * min(done, total) / max(1, total)
    var text = "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled) + "] \(done) of \(total) seeds"
    if failed > 0 { text += ", \(failed) failed" }
    if done > 0, done < total {
      let left = Int64(Double(passed.components.seconds) * Double(total - done) / Double(done))
      text += left < 120 ? ", \(left) s left" : ", \(left / 60) min left"
    }
    return text
  }
}
