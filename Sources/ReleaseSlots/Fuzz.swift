import Crypto
import Evergreen
import Releases
package import World

/// What a fuzzer calls with any bytes as a bundle whose digest and length are the signed ones, so that all of it is interpreted. It must return; a failed
/// precondition is a finding. What it installs is whole and what its manifest says; what it refuses leaves nothing.
///
/// - Parameters:
///   - files: a disk to throw away.
///   - root: where on it releases go. Nothing outside of it is written; whoever calls can tell.
package func fuzzBundle(_ bytes: UnsafeRawBufferPointer, files: any Files, root: String) {
  let bytes = Array(bytes)
  try? walk(bytes)
  guard let sha256 = ContentDigest(Hex.encode(SHA256.hash(data: bytes))) else { return }
  let bundle = UpdateOrder.Bundle(sha256: sha256, length: Int64(bytes.count))
  var settings = ReleaseSlots.Settings()
  settings.reserve = 0
  // No more room is needed to go wrong, and none is taken from the fuzzer.
  settings.limits.totalLength = 1 << 20
  let slots = ReleaseSlots(files: files, root: root, settings: settings)
  var rest = bytes[...]
  let now = WallTime(seconds: 1_800_000_000)
  do {
    try slots.download(bundle, at: now) {
      let piece = Array(rest.prefix(4_096))
      rest = rest.dropFirst(4_096)
      return piece
    }
    // Ordered is the version that the fuzzer's samples have.
    let slot = try slots.seed(bundle, version: ReleaseVersion(4, 1, 0, 0), at: now)
    precondition((try? slots.problem(of: slot)) == .some(nil), "what was installed is not whole")
  } catch {
    precondition((try? slots.installed())?.isEmpty ?? true, "a refused bundle left a release")
    precondition((try? files.list(slots.staging))?.isEmpty ?? true, "a refused bundle left files")
  }
}

/// Every entry with its content, whether the manifest knows it or not.
private func walk(_ bytes: [UInt8]) throws(SlotError) {
  let reader = try BundleReader(BytesReader(bytes))
  while let entry = try reader.next(atMost: 64) {
    if case .file(let path, let length) = entry { try reader.content(path, length: min(length, 1 << 20)) { _ throws(SlotError) in } }
  }
  _ = try reader.finish()
}

private final class BytesReader: FileReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  func read(upTo count: Int) throws(FileError) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }
}
