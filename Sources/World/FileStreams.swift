/// A file in the making. It is of one task and is not shared.
///
/// A writer that is dropped without `commit` is discarded. After a failed call only `discard` makes sense.
package protocol FileWriter: AnyObject {
  /// Adds bytes at the end.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError)
  /// Syncs the bytes, renames them over the path and syncs the directory: the phases of `Files.replace`, and the same promise. Call it once.
  func commit(step: DurableStep) throws(FileError)
  /// Leaves nothing behind. Does nothing after `commit`.
  func discard()
}

extension FileWriter {
  package func write(_ bytes: ArraySlice<UInt8>) throws(FileError) {
    let result: Result<Void, FileError> = bytes.withUnsafeBytes { buffer in
      do throws(FileError) { return .success(try write(buffer)) } catch { return .failure(error) }
    }
    try result.get()
  }

  package func write(_ bytes: [UInt8]) throws(FileError) { try write(bytes[...]) }
}

/// A file being read. It is of one task and is not shared; it closes itself when it is dropped.
package protocol FileReader: AnyObject {
  /// The next bytes, at least one and at most `count`; empty only at the end of the file.
  ///
  /// - Parameter count: more than 0.
  func read(upTo count: Int) throws(FileError) -> [UInt8]
}
