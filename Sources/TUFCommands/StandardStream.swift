internal import Glibc
import LiveWorld

/// Lines to the terminal or to whoever reads them.
enum StandardStream {
  static func output(_ line: String) { write(line, to: STDOUT_FILENO) }
  static func error(_ line: String) { write(line, to: STDERR_FILENO) }

  private static func write(_ line: String, to number: Int32) {
    let bytes = Array((line + "\n").utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return
      }
      done += count
    }
  }
}

/// What went wrong, one line for each thing.
struct TUFFailure: Error {
  var lines: [String]
  init(_ lines: [String]) { self.lines = lines }

  func tell() {
    for line in lines { StandardStream.error(line) }
  }
}

/// A path as the disk port wants it.
func absolute(_ path: String) throws -> String {
  let whole = DiskPath.absolute(path)
  guard whole.hasPrefix("/") else { throw TUFFailure(["\(path): cannot tell the current folder; give an absolute path"]) }
  return whole
}
