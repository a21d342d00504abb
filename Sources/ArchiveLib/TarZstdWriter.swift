import CArchive
package import World

/// Writes an archive in the form `.tar.zst` piece by piece, with libarchive. The same files in the same order give the same bytes: no time, no owner,
/// one thread. It is of one task and is not shared.
///
/// The caller commits or discards the file that it writes to, after `finish`.
package final class TarZstdWriter {
  /// Chosen: libzstd's own default. A release is packed often and sent rarely in a lab.
  private static let level = "3"

  private let archive: OpaquePointer
  private let sink: WriterSink
  /// Bytes that the current file still needs.
  private var left: Int64 = 0
  private var path = ""

  package init(_ writer: any FileWriter) throws(ArchiveError) {
    guard let archive = archive_write_new() else { throw ArchiveError(detail: "out of memory") }
    self.archive = archive
    sink = WriterSink(writer)
    try check(archive_write_set_format_pax_restricted(archive))
    try check(archive_write_add_filter_zstd(archive))
    try check(archive_write_set_options(archive, "zstd:compression-level=\(Self.level)"))
    // Otherwise zeros follow the compressed data up to a whole tape block.
    try check(archive_write_set_bytes_in_last_block(archive, 1))
    // The sink lives as long as the archive: both go with this object, the archive first.
    try check(archive_write_open(archive, Unmanaged.passUnretained(sink).toOpaque(), nil, WriterSink.write, nil))
  }

  deinit {
    // Freeing writes what is left; nobody wants it any more.
    sink.isClosed = true
    archive_write_free(archive)
  }

  /// Begins the next file; its content must follow, exactly `length` bytes of it.
  package func begin(_ path: String, length: Int64, mode: UInt32) throws(ArchiveError) {
    try end()
    guard let entry = archive_entry_new() else { throw ArchiveError(detail: "out of memory") }
    defer { archive_entry_free(entry) }
    archive_entry_set_pathname(entry, path)
    archive_entry_set_size(entry, length)
    archive_entry_set_filetype(entry, connectord_regular_file)
    archive_entry_set_perm(entry, mode)
    archive_entry_set_mtime(entry, 0, 0)
    try check(archive_write_header(archive, entry))
    self.path = path
    left = length
  }

  package func write(_ bytes: [UInt8]) throws(ArchiveError) {
    left -= Int64(bytes.count)
    guard left >= 0 else { throw ArchiveError(detail: "'\(path)' grew while it was packed") }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
      guard count > 0 else { throw failure() }
      rest = rest.dropFirst(count)
    }
  }

  /// Everything has been handed to the file when this returns.
  package func finish() throws(ArchiveError) {
    try end()
    try check(archive_write_close(archive))
    sink.isClosed = true
  }

  private func end() throws(ArchiveError) {
    guard left == 0 else { throw ArchiveError(detail: "'\(path)' shrank by \(left) bytes while it was packed") }
  }

  private func check(_ result: Int32) throws(ArchiveError) { if result != ARCHIVE_OK { throw failure() } }

  private func failure() -> ArchiveError {
    if let error = sink.error { return ArchiveError(detail: error.description) }
    return ArchiveError(detail: archive_error_string(archive).map { String(cString: $0) } ?? "error \(archive_errno(archive))")
  }
}

/// Where libarchive's output goes; of one `TarZstdWriter`.
private final class WriterSink {
  let writer: any FileWriter
  var error: FileError?
  var isClosed = false

  init(_ writer: any FileWriter) { self.writer = writer }

  static let write: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int = { _, context, data, count in
    guard let context else { return -1 }
    let sink = Unmanaged<WriterSink>.fromOpaque(context).takeUnretainedValue()
    return sink.take(UnsafeRawBufferPointer(start: data, count: count)) ? count : -1
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if isClosed { return true }
    do throws(FileError) {
      try writer.write(bytes)
      return true
    } catch {
      self.error = error
      return false
    }
  }
}
