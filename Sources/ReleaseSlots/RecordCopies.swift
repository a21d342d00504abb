import Crypto
package import Evergreen
import FoundationEssentials
package import World

/// The record on disk, twice with the same bytes and a checksum: one bad block takes neither a trial's deadline nor which releases failed (L4, L6). The first
/// copy decides, for it is always written first; the second is asked only when the first is not whole. A program that knows of one copy alone reads and writes
/// the first as it always did.
extension ReleaseSlots {
  var recordPath: String { root + "/record.json" }
  var recordCopyPath: String { root + "/record.copy.json" }

  /// A record that cannot be read is kept for a look. Then the other copy counts; when neither is whole it is made anew from the links: an unreadable record
  /// never stops a start (elastic-agent #9099 and its pull request 14194).
  package func record(at now: WallTime) throws(SlotError) -> EvergreenRecord {
    let (first, copy) = (copy(at: recordPath), copy(at: recordCopyPath))
    if let record = first.record, let bytes = first.bytes {
      // The power went between the two writes, or a program wrote that knows of one alone.
      if copy.bytes != bytes { keepCopy(bytes) }
      return record
    }
    if first.bytes != nil { try? files.rename(recordPath, to: recordPath + ".unreadable", step: EvergreenStep.setAside.step) }
    if let record = copy.record, let bytes = copy.bytes {
      // Where this cannot be written, the copy serves.
      try? files.replace(recordPath, with: bytes, mode: 0o644, step: EvergreenStep.mend.step)
      return record
    }
    // A disk that answers nothing is no record that is lost.
    if let error = first.error ?? copy.error { throw .files(error) }
    return try madeAnew(at: now)
  }

  /// The record as it is on the disk; nil when there is none or neither copy can be read. Never writes: what is damaged is seen to by `boot`.
  package var seen: EvergreenRecord? { copy(at: recordPath).record ?? copy(at: recordCopyPath).record }

  func save(_ record: EvergreenRecord, _ step: EvergreenStep) throws(SlotError) {
    let bytes = Self.sealed(record)
    try onDisk { () throws(FileError) in try files.replace(recordPath, with: bytes, mode: 0o644, step: step.step) }
    keepCopy(bytes)
  }

  /// What was decided is on the disk already. A second copy that cannot be brought up to date goes: it must never speak of the past.
  private func keepCopy(_ bytes: [UInt8]) {
    do throws(FileError) { try files.replace(recordCopyPath, with: bytes, mode: 0o644, step: EvergreenStep.copy.step) } catch {
      try? files.remove(recordCopyPath)
    }
  }

  private struct Copy {
    var bytes: [UInt8]?
    var record: EvergreenRecord?
    /// Another than that there is none.
    var error: FileError?
  }

  private func copy(at path: String) -> Copy {
    do throws(FileError) {
      let bytes = try files.read(path)
      return Copy(bytes: bytes, record: Self.record(bytes))
    } catch { return Copy(error: error.kind == .notFound ? nil : error) }
  }

  private static let seal = Array(#","sha256":""#.utf8)
  private static let sealLength = seal.count + 64 + 2

  /// The checksum of what stands before it is the last member, so that a program that does not know it still reads the rest.
  static func sealed(_ record: EvergreenRecord) -> [UInt8] {
    let bytes = json(record)
    return bytes.dropLast() + seal + Array("\(Hex.encode(SHA256.hash(data: bytes)))\"}".utf8)
  }

  /// Nil when it is none, or not what was written. A record without a checksum is of a program that wrote none.
  static func record(_ bytes: [UInt8]) -> EvergreenRecord? {
    var content = bytes
    if bytes.count > sealLength, bytes.suffix(sealLength).starts(with: seal) {
      content = bytes.dropLast(sealLength) + Array("}".utf8)
      guard bytes.suffix(66).elementsEqual(Array("\(Hex.encode(SHA256.hash(data: content)))\"}".utf8)) else { return nil }
    }
    return try? JSONDecoder().decode(EvergreenRecord.self, from: Data(content))
  }
}
