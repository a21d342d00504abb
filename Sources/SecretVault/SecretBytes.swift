import Glibc

/// Secret bytes that are wiped when the last holder lets go, and never show in a description, a log line or a mirror.
package final class SecretBytes: @unchecked Sendable, CustomStringConvertible, CustomReflectable {
  // Unchecked: the buffer is written in `init` and `deinit` only.
  private let buffer: UnsafeMutableRawBufferPointer

  /// Copies the bytes; wipe the original if it is yours.
  package init(_ bytes: some Collection<UInt8>) {
    buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    buffer.copyBytes(from: bytes)
  }

  deinit {
    if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
    buffer.deallocate()
  }

  package var count: Int { buffer.count }

  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result { try body(UnsafeRawBufferPointer(buffer)) }

  /// A copy for someone who needs an array; it is theirs to wipe.
  package func copy() -> [UInt8] { Array(buffer) }

  package var description: String { "a secret of \(count) bytes" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Overwrites the bytes with zeros in a way that the optimizer keeps. Works on this array's own storage; other copies are their holders' duty.
package func wipe(_ bytes: inout [UInt8]) {
  bytes.withUnsafeMutableBytes { buffer in if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) } }
}
