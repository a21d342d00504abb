package import EventCatalog

/// What stands behind the control socket: the daemon. The server has checked the peer, the frames and the protocol before it asks.
package protocol ControlHandler: Sendable {
  /// Answers every request but `.hello` (the server's) and `.events` (see `follow`). Never throws: what went wrong is `.failure`.
  func answer(_ request: ControlRequest, from uid: UInt32) async -> ControlAnswer

  /// The events of `query`, oldest first and each once: the past that it selects and then, if it follows, what comes. The stream ends after the past
  /// when it does not follow. It must buffer finitely; what it has to leave out shows as a gap in `sequence`.
  func follow(_ query: EventQuery) async -> AsyncStream<EventLine>
}
