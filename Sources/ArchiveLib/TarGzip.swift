import CArchive
package import World

/// A file to be archived, or one read back.
package struct ArchiveEntry: Hashable, Sendable {
  /// Relative, with `/` between its parts.
  package var name: String
  package var bytes: [UInt8]
  package var modified: WallTime

  package init(name: String, bytes: [UInt8], modified: WallTime) {
    self.name = name
    self.bytes = bytes
    self.modified = modified
  }
}

/// Why an archive could not be made or read, in libarchive's own words.
package struct ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
  package var detail: String
  package var description: String { "archive: \(detail)" }
}

/// Archives in the form `.tar.gz` (POSIX ustar, or pax where a name needs it), made and read in memory with libarchive.
package enum TarGzip {
  /// The same entries give the same bytes: no time of making, no owner.
  package static func archive(_ entries: [ArchiveEntry]) throws(ArchiveError) -> [UInt8] {
    guard let archive = archive_write_new() else { throw ArchiveError(detail: "out of memory") }
    defer { archive_write_free(archive) }
    let sink = ByteSink()
    try check(archive, archive_write_set_format_pax_restricted(archive))
    try check(archive, archive_write_add_filter_gzip(archive))
    try check(archive, archive_write_set_options(archive, "gzip:!timestamp"))
    // Otherwise zeros follow the compressed data up to a whole tape block.
    try check(archive, archive_write_set_bytes_in_last_block(archive, 1))
    // The sink outlives the archive: both end with this function, and `withExtendedLifetime` says so.
    try check(archive, archive_write_open(archive, Unmanaged.passUnretained(sink).toOpaque(), nil, ByteSink.append, nil))
    for entry in entries { try add(entry, to: archive) }
    try check(archive, archive_write_close(archive))
    return withExtendedLifetime(sink) { sink.bytes }
  }

  /// The regular files in an archive. Throws when it is damaged or would unpack to more than `limit` bytes.
  package static func entries(of bytes: [UInt8], limit: Int) throws(ArchiveError) -> [ArchiveEntry] {
    guard let archive = archive_read_new() else { throw ArchiveError(detail: "out of memory") }
    defer { archive_read_free(archive) }
    try check(archive, archive_read_support_filter_gzip(archive))
    try check(archive, archive_read_support_format_tar(archive))
    // libarchive keeps the pointer until it is freed, so it gets a copy that lives as long.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    try check(archive, archive_read_open_memory(archive, copy.baseAddress, bytes.count))
    var found: [ArchiveEntry] = []
    var room = limit
    while let entry = try nextHeader(archive) {
      guard archive_entry_filetype(entry) == connectord_regular_file else { continue }
      let name = archive_entry_pathname(entry).map { String(cString: $0) } ?? ""
      let time = WallTime(seconds: Int64(archive_entry_mtime(entry)))
      let content = try readContent(archive, limit: room)
      room -= content.count
      found.append(ArchiveEntry(name: name, bytes: content, modified: time))
    }
    return found
  }

  private static func add(_ file: ArchiveEntry, to archive: OpaquePointer) throws(ArchiveError) {
    guard let entry = archive_entry_new() else { throw ArchiveError(detail: "out of memory") }
    defer { archive_entry_free(entry) }
    archive_entry_set_pathname(entry, file.name)
    archive_entry_set_size(entry, Int64(file.bytes.count))
    archive_entry_set_filetype(entry, connectord_regular_file)
    archive_entry_set_perm(entry, 0o600)
    archive_entry_set_mtime(entry, Int(file.modified.seconds), 0)
    try check(archive, archive_write_header(archive, entry))
    var rest = file.bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
      guard count > 0 else { throw failure(archive) }
      rest = rest.dropFirst(count)
    }
  }

  private static func nextHeader(_ archive: OpaquePointer) throws(ArchiveError) -> OpaquePointer? {
    var entry: OpaquePointer?
    let result = archive_read_next_header(archive, &entry)
    if result == ARCHIVE_EOF { return nil }
    try check(archive, result)
    return entry
  }

  private static func readContent(_ archive: OpaquePointer, limit: Int) throws(ArchiveError) -> [UInt8] {
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = chunk.withUnsafeMutableBytes { archive_read_data(archive, $0.baseAddress, $0.count) }
      if count == 0 { return content }
      guard count > 0 else { throw failure(archive) }
      guard content.count + count <= limit else { throw ArchiveError(detail: "it would unpack to more than the allowed size") }
      content.append(contentsOf: chunk[..<count])
    }
  }

  private static func check(_ archive: OpaquePointer, _ result: Int32) throws(ArchiveError) {
    // ARCHIVE_WARN still did what was asked.
    guard result >= ARCHIVE_WARN else { throw failure(archive) }
  }

  private static func failure(_ archive: OpaquePointer) -> ArchiveError {
    ArchiveError(detail: archive_error_string(archive).map { String(cString: $0) } ?? "error \(archive_errno(archive))")
  }
}

/// Where libarchive's output goes; used by one call of `archive` only.
private final class ByteSink {
  var bytes: [UInt8] = []

  static let append: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int = { _, sink, data, count in
    guard let sink else { return -1 }
    let target = Unmanaged<ByteSink>.fromOpaque(sink).takeUnretainedValue()
    target.bytes.append(contentsOf: UnsafeRawBufferPointer(start: data, count: count))
    return count
  }
}
