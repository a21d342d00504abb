import Evergreen
import ReleaseSlots
import Releases
import Testing
import World

/// Bundles are `.tar` or `.tar.gz`; what is compressed is bounded by the manifest like everything else.
@Suite struct GzipTests {
  /// RFC 1952 with stored blocks (RFC 1951, 3.2.4).
  private func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(60_000)
      rest = rest.dropFirst(60_000)
      let length = UInt16(block.count)
      out += [rest.isEmpty ? 1 : 0] + little(length) + little(~length) + block
    } while !rest.isEmpty
    var crc: UInt32 = ~0
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return out + little(~crc) + little(UInt32(bytes.count))
  }
  private func little(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }

  @Test func aCompressedBundleIsReadToo() throws {
    let rig = Rig.inMemory()
    try rig.seed(TestRelease("4.1.0.0"))
    var release = TestRelease("4.2.0.0", size: 200_000)
    release.bundle = gzip(release.bundle)
    rig.serve(release)
    try rig.runToEnd(release)
    #expect(try rig.record.active == release.slot)
    #expect(rig.violations == [])
  }
}
