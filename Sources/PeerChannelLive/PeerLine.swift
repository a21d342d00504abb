import Foundation
import NIOCore
import ServiceKit

/// A hello on the wire: one line of JSON, ended by a newline.
enum PeerLine {
  /// A longer line is not read: room for a parcel whose every byte is escaped. Releases that know no parcels read 4 KiB.
  static let maxLength = 4_096 + 6 * PeerParcel.largest
  static let newline = UInt8(ascii: "\n")
  /// The ALPN id of the peer channel.
  static let alpn = "connectord-peer/1"

  static func encode(_ hello: PeerHello) throws -> ByteBuffer {
    if let parcel = hello.parcel, parcel.body.utf8.count > PeerParcel.largest {
      throw PeerFailure(.protocolViolation, "the parcel has \(parcel.body.utf8.count) bytes; at most \(PeerParcel.largest) are carried")
    }
    guard let json = try? JSONEncoder().encode(hello), json.count < maxLength else {
      throw PeerFailure(.protocolViolation, "the hello is longer than \(maxLength) bytes")
    }
    var buffer = ByteBuffer(bytes: json)
    buffer.writeInteger(newline)
    return buffer
  }

  static func decode(_ line: ByteBuffer) -> PeerHello? { try? JSONDecoder().decode(PeerHello.self, from: Data(line.readableBytesView)) }
}

/// Cuts what comes in into lines.
struct LineBuffer {
  private var bytes = ByteBuffer()

  mutating func add(_ part: inout ByteBuffer) { bytes.writeBuffer(&part) }

  /// The next whole line without its newline; nil when there is none yet. Throws when it is longer than a line may be.
  mutating func next() throws -> ByteBuffer? {
    let length = bytes.readableBytesView.firstIndex(of: PeerLine.newline).map { $0 - bytes.readerIndex }
    guard length ?? bytes.readableBytes <= PeerLine.maxLength else {
      throw PeerFailure(.protocolViolation, "a line of more than \(PeerLine.maxLength) bytes")
    }
    guard let length, let line = bytes.readSlice(length: length) else { return nil }
    bytes.moveReaderIndex(forwardBy: 1)
    bytes.discardReadBytes()
    return line
  }
}
