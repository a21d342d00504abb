package import NIOCore

/// Stands between TLS and HTTP/2 and hands on whole frames, each in a buffer of its own.
///
/// Without it the frame parser keeps one growing buffer that stalled streams hold slices of, and copies it on every append: forty streams that
/// nobody reads then cost gigabytes (facts page "The link").
package final class FrameRecutter: ChannelInboundHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = ByteBuffer

  private enum State {
    /// The client's magic (RFC 9113, 3.4) comes first and is not a frame.
    case preface(left: Int)
    case frames
    /// A frame longer than was agreed to: the parser is to see it as it is, and refuses it.
    case passThrough
  }
  private var state: State
  private var partial = ByteBuffer()
  private let maxFrame: Int
  private static let headerLength = 9

  /// - Parameter expectsPreface: true where this end is the HTTP/2 server.
  package init(expectsPreface: Bool, maxFrame: Int = LinkTuning.maxFrame) {
    state = expectsPreface ? .preface(left: 24) : .frames
    self.maxFrame = maxFrame
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var input = unwrapInboundIn(data)
    if case .preface(let left) = state {
      guard let magic = input.readSlice(length: min(left, input.readableBytes)) else { return }
      state = magic.readableBytes == left ? .frames : .preface(left: left - magic.readableBytes)
      context.fireChannelRead(wrapInboundOut(magic))
    }
    while input.readableBytes > 0 {
      if case .passThrough = state {
        context.fireChannelRead(wrapInboundOut(input))
        return
      }
      guard let frame = nextFrame(&input) else { continue }
      context.fireChannelRead(wrapInboundOut(frame))
    }
  }

  /// Takes one frame, or all that is left of the input when that is not yet one (or never will be).
  private func nextFrame(_ input: inout ByteBuffer) -> ByteBuffer? {
    if partial.readableBytes == 0 {
      guard let length = Self.length(of: input) else { return keep(&input, input.readableBytes) }
      guard length <= maxFrame + Self.headerLength else { return giveUp(&input) }
      if let whole = input.readSlice(length: length) { return whole }
      partial.reserveCapacity(length)
      return keep(&input, input.readableBytes)
    }
    if partial.readableBytes < Self.headerLength {
      _ = keep(&input, min(Self.headerLength - partial.readableBytes, input.readableBytes))
      guard let length = Self.length(of: partial) else { return nil }
      guard length <= maxFrame + Self.headerLength else { return giveUp(&input) }
      partial.reserveCapacity(length)
    }
    guard let length = Self.length(of: partial) else { return nil }
    _ = keep(&input, min(length - partial.readableBytes, input.readableBytes))
    guard partial.readableBytes == length else { return nil }
    defer { partial = ByteBuffer() }
    return partial
  }

  private func keep(_ input: inout ByteBuffer, _ count: Int) -> ByteBuffer? {
    if var part = input.readSlice(length: count) { partial.writeBuffer(&part) }
    return nil
  }

  private func giveUp(_ input: inout ByteBuffer) -> ByteBuffer {
    state = .passThrough
    var all = partial
    partial = ByteBuffer()
    all.writeBuffer(&input)
    return all
  }

  /// Header and payload together; nil while the header is incomplete.
  private static func length(of buffer: ByteBuffer) -> Int? {
    guard buffer.readableBytes >= headerLength, let bytes = buffer.getBytes(at: buffer.readerIndex, length: 3) else { return nil }
    return headerLength + (Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2]))
  }
}
