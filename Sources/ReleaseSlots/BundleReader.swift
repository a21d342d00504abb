import CArchive
import Crypto
import Releases
import World

/// Reads a bundle (`.tar`, `.tar.gz` or `.tar.zst`) from start to end, one piece at a time, with libarchive, and hashes every byte of it on the way.
/// What it holds is told entry by entry; anything but plain files and folders is refused here.
final class BundleReader {
  enum Entry {
    case file(path: String, length: Int64)
    case folder(String)
  }

  private let archive: OpaquePointer
  private let source: BundleSource
  private var entries = 0

  init(_ reader: any FileReader) throws(SlotError) {
    guard let archive = archive_read_new() else { throw .hostile("out of memory") }
    self.archive = archive
    source = BundleSource(reader)
    try check(archive_read_support_filter_gzip(archive))
    try check(archive_read_support_filter_zstd(archive))
    try check(archive_read_support_format_tar(archive))
    // The source lives as long as the archive: both go with this object, the archive first.
    try check(archive_read_open(archive, Unmanaged.passUnretained(source).toOpaque(), nil, BundleSource.read, nil))
  }

  deinit { archive_read_free(archive) }

  /// Nil at the end. L1, hostile archives: a link of either kind, a device, a pipe or a socket is refused whatever it is called.
  func next(atMost limit: Int) throws(SlotError) -> Entry? {
    var entry: OpaquePointer?
    let result = archive_read_next_header(archive, &entry)
    if result == ARCHIVE_EOF { return nil }
    try check(result)
    entries += 1
    guard entries <= limit else { throw .hostile("it has more than \(limit) entries") }
    guard let name = archive_entry_pathname(entry).flatMap({ String(validatingCString: $0) }) else { throw .hostile("a name is not UTF-8") }
    let shown = String(name.prefix(80))
    guard archive_entry_hardlink(entry) == nil, archive_entry_symlink(entry) == nil else { throw .hostile("'\(shown)' is a link") }
    switch archive_entry_filetype(entry) {
    case connectord_regular_file: return .file(path: name, length: archive_entry_size(entry))
    case connectord_folder: return .folder(name.hasSuffix("/") ? String(name.dropLast()) : name)
    default: throw .hostile("'\(shown)' is neither a file nor a folder")
    }
  }

  /// The content of the current entry, piece by piece, at most `length` bytes and not one less. `piece` may refuse what comes.
  func content(_ path: String, length: Int64, _ piece: (UnsafeRawBufferPointer) throws(SlotError) -> Void) throws(SlotError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
    defer { buffer.deallocate() }
    var done: Int64 = 0
    while true {
      let count = archive_read_data(archive, buffer.baseAddress, buffer.count)
      if count == 0 { break }
      guard count > 0 else { throw failure() }
      done += Int64(count)
      guard done <= length else { throw .hostile("'\(path)' is longer than the \(length) bytes that the manifest names") }
      try piece(UnsafeRawBufferPointer(start: buffer.baseAddress, count: count))
    }
    guard done == length else { throw .hostile("'\(path)' has \(done) bytes; the manifest names \(length)") }
  }

  /// Reads what follows the last entry, and answers what all of the file's bytes come to.
  func finish() throws(SlotError) -> (sha256: String, length: Int64) {
    while source.fill() > 0 {}
    if let error = source.error { throw .files(error) }
    return (Hex.encode(source.hash.finalize()), source.length)
  }

  /// A warning still did what was asked, but a bundle of ours gives none.
  private func check(_ result: Int32) throws(SlotError) { if result != ARCHIVE_OK { throw failure() } }

  private func failure() -> SlotError {
    if let error = source.error { return .files(error) }
    return .hostile("it cannot be read: " + (archive_error_string(archive).map { String(cString: $0) } ?? "error \(archive_errno(archive))"))
  }
}

/// Where libarchive's input comes from; of one `BundleReader`.
private final class BundleSource {
  let reader: any FileReader
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
  var hash = SHA256()
  var length: Int64 = 0
  var error: FileError?

  init(_ reader: any FileReader) { self.reader = reader }
  deinit { buffer.deallocate() }

  /// Bytes in the buffer; 0 at the end, -1 when the disk failed.
  func fill() -> Int {
    do throws(FileError) {
      let bytes = try reader.read(upTo: buffer.count)
      buffer.copyBytes(from: bytes)
      hash.update(data: bytes)
      length += Int64(bytes.count)
      return bytes.count
    } catch {
      self.error = error
      return -1
    }
  }

  static let read: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int = { _, context, out in
    guard let context else { return -1 }
    let source = Unmanaged<BundleSource>.fromOpaque(context).takeUnretainedValue()
    let count = source.fill()
    out?.pointee = UnsafeRawPointer(source.buffer.baseAddress)
    return count
  }
}
