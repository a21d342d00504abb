package import NIOCore
package import NIOHTTP2

/// How much one end takes from the other.
package struct LinkLimits: Hashable, Sendable {
  /// Largest body of a request, bytes; a larger one is answered 413.
  package var requestBody: Int
  /// Largest body of an answer, bytes; a larger one fails the question.
  package var answerBody: Int
  /// Bytes of request bodies that one connection may hold at a time; more is answered 503.
  package var heldBodies: Int

  package init(requestBody: Int = 16 << 20, answerBody: Int = 64 << 20, heldBodies: Int = 64 << 20) {
    self.requestBody = requestBody
    self.answerBody = answerBody
    self.heldBodies = heldBodies
  }
}

/// The measured settings of the reversed HTTP/2 (facts page "The link": windows matter most, NIO's defaults cost four fifths of the throughput).
package enum LinkTuning {
  /// What a stalled stream can hold: 512 streams of it are 128 MiB at worst.
  package static let streamWindow = 256 << 10
  package static let connectionWindow = 8 << 20
  package static let maxFrame = 64 << 10
  package static let maxStreams = 512

  package static func http2(_ mode: NIOHTTP2Handler.ParserMode) -> NIOHTTP2Handler.Configuration {
    var connection = NIOHTTP2Handler.ConnectionConfiguration()
    connection.initialSettings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: maxStreams),
      HTTP2Setting(parameter: .maxHeaderListSize, value: 16 << 10),
      HTTP2Setting(parameter: .maxFrameSize, value: maxFrame),
      HTTP2Setting(parameter: .initialWindowSize, value: streamWindow),
    ]
    if mode == .client { connection.initialSettings.append(HTTP2Setting(parameter: .enablePush, value: 0)) }
    connection.targetWindowSize = connectionWindow
    // The defaults (200 of each in 30 s) kill a healthy link on which many questions are given up.
    connection.controlFrameRateLimit.maximumCount = 20_000
    var stream = NIOHTTP2Handler.StreamConfiguration()
    stream.targetWindowSize = streamWindow
    stream.outboundBufferSizeHighWatermark = streamWindow
    stream.outboundBufferSizeLowWatermark = streamWindow / 2
    stream.streamResetFrameRateLimit.maximumCount = 20_000
    stream.streamErrorRateLimit.maximumCount = 20_000
    return NIOHTTP2Handler.Configuration(connection: connection, stream: stream)
  }
}

extension TimeAmount {
  /// Never negative, and never too large to count in nanoseconds.
  package init(limit duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self = .nanoseconds(max(0, min(seconds, 9_000_000_000)) * 1_000_000_000 + max(0, attoseconds / 1_000_000_000))
  }
}
