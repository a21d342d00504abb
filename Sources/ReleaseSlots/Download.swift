import Crypto
package import Evergreen
import Releases
package import World

/// Bundles on their way in.
extension ReleaseSlots {
  /// Takes a bundle piece by piece. It gets its name only when it is complete and its length and digest are those of signed metadata; before
  /// that, and after any failure, nothing of it stays. One that is there already is not fetched again.
  ///
  /// - Parameter next: the next piece; empty at the end. Its errors pass through as a reason.
  package func download(_ bundle: UpdateOrder.Bundle, at now: WallTime, next: () throws -> [UInt8]) throws(SlotError) {
    guard let download = try beginDownload(bundle, at: now) else { return }
    defer { download.discard() }
    while true {
      let piece: [UInt8]
      do { piece = try next() } catch { throw download.brokeOff("\(error)") }
      if piece.isEmpty { break }
      let result: Result<Void, SlotError> = piece.withUnsafeBytes { bytes in
        do throws(SlotError) { return .success(try download.take(bytes)) } catch { return .failure(error) }
      }
      try result.get()
    }
    try download.finish(at: now)
  }

  /// The same for a source that pushes. Nil when the bundle is there already.
  ///
  /// - Returns: what takes the bytes; whoever does not `finish` it must `discard` it.
  package func beginDownload(_ bundle: UpdateOrder.Bundle, at now: WallTime) throws(SlotError) -> BundleDownload? {
    if isDownloaded(bundle) { return nil }
    try makeFolders()
    let free = try onDisk { () throws(FileError) in try files.freeSpace(root) }
    // A listed length may be anything: what is too long for a sum is too long for a disk.
    let (needed, isTooLong) = bundle.length.addingReportingOverflow(settings.reserve)
    guard !isTooLong, free >= needed else { throw .noSpace(needed: isTooLong ? .max : needed, free: free) }
    say(.networkUsed, now)
    let writer = try onDisk { () throws(FileError) in try files.writer(to: bundlePath(bundle), mode: 0o600) }
    return BundleDownload(self, bundle, writer)
  }

  /// By its name only: installing it hashes it again.
  package func isDownloaded(_ bundle: UpdateOrder.Bundle) -> Bool {
    (try? files.info(bundlePath(bundle)))?.map { $0.size == bundle.length && !$0.isLink } ?? false
  }

  func drop(_ bundle: UpdateOrder.Bundle) { try? files.removeTree(bundlePath(bundle), step: EvergreenStep.collect.step) }

  /// The SHA-256 of a file and its length.
  func digest(of path: String) throws(SlotError) -> (sha256: String, length: Int64) {
    try onDisk { () throws(FileError) in
      let reader = try files.reader(of: path)
      var hash = SHA256()
      var length: Int64 = 0
      while true {
        let piece = try reader.read(upTo: 1 << 18)
        if piece.isEmpty { return (Hex.encode(hash.finalize()), length) }
        hash.update(data: piece)
        length += Int64(piece.count)
      }
    }
  }
}

/// One bundle on its way to the disk, hashed as it comes; no more of it than one piece is in memory. It is of one task and is not shared.
package final class BundleDownload {
  private let slots: ReleaseSlots
  private let bundle: UpdateOrder.Bundle
  private let writer: any FileWriter
  private var hash = SHA256()
  package private(set) var length: Int64 = 0

  init(_ slots: ReleaseSlots, _ bundle: UpdateOrder.Bundle, _ writer: any FileWriter) {
    self.slots = slots
    self.bundle = bundle
    self.writer = writer
  }

  package func take(_ bytes: UnsafeRawBufferPointer) throws(SlotError) {
    length += Int64(bytes.count)
    guard length <= bundle.length else { throw .wrongBundle("it is longer than \(bundle.length) bytes") }
    hash.update(bufferPointer: bytes)
    try onDisk { () throws(FileError) in try writer.write(bytes) }
  }

  /// Gives it its name, if it is the one that was ordered.
  ///
  /// - Returns: what was counted of its bytes.
  @discardableResult
  package func finish(at now: WallTime) throws(SlotError) -> (sha256: String, length: Int64) {
    guard length == bundle.length else { throw .wrongBundle("it has \(length) of \(bundle.length) bytes") }
    let digest = Hex.encode(hash.finalize())
    guard digest == bundle.sha256.text else { throw .wrongBundle("its SHA-256 is \(digest.prefix(12))…, expected \(bundle.sha256.short)…") }
    try onDisk { () throws(FileError) in try writer.commit(step: EvergreenStep.download.step) }
    slots.say(.downloaded, now)
    return (digest, length)
  }

  /// What is thrown when the source ended early.
  package func brokeOff(_ why: String) -> SlotError { .wrongBundle("it ended after \(length) of \(bundle.length) bytes: \(why)") }

  /// Leaves nothing behind; nothing to do after `finish`.
  package func discard() { writer.discard() }
}
