import Glibc
package import NIOCore

/// Who connected, as the kernel says: Linux's `struct ucred` (unix(7), SO_PEERCRED), fixed when the peer connected.
package struct PeerCredential: Hashable, Sendable {
  package var pid: Int32
  package var uid: UInt32
  package var gid: UInt32

  package init(pid: Int32, uid: UInt32, gid: UInt32) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
  }

  /// The owner of the connector and root may ask; nobody else.
  package func mayAsk(owner: UInt32) -> Bool { uid == owner || uid == 0 }

  /// Nil when the channel is not a Unix socket's, or closed. Ask it when the channel is new: a peer that is gone again has no credentials any more.
  package static func of(_ channel: any Channel) -> EventLoopFuture<PeerCredential?> {
    guard let options = channel as? any SocketOptionProvider else { return channel.eventLoop.makeSucceededFuture(nil) }
    let asked: EventLoopFuture<PeerCredential> = options.unsafeGetSocketOption(level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    return asked.map(Optional.some).recover { _ in nil }
  }
}
