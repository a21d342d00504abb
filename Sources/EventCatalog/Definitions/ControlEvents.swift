/// Provider Agent, codes 10150 to 10199.
package enum ControlEvents {
  package static let listening = EventDefinition(
    10150, "control.listening", id: "803ea550e42c4cb6ab80c38d072f1fe6", .agent, .info, "The control socket listens at {path}.",
    advice: "Nothing to do: connectorctl can ask this connector.", fields: [EventField("path", .text, "path of the Unix socket")])

  package static let peerRefused = EventDefinition(
    10151, "control.peer-refused", id: "c30eeffda0e1476b8943b5e451d05576", .agent, .warning,
    "A process of user {uid} was refused at the control socket; only user {owner} and root may ask.",
    advice: "Run connectorctl as the connector's user or as root; if nobody of yours did this, find out whose process {pid} was.",
    fields: [
      EventField("uid", .integer, "numeric user id of the peer, from SO_PEERCRED"), EventField("pid", .integer, "process id of the peer"),
      EventField("owner", .integer, "numeric user id that the connector runs as"),
    ])

  package static let badFrame = EventDefinition(
    10152, "control.bad-frame", id: "26a1e9b1db1f4e9ea9328a623dd3f665", .agent, .warning,
    "A control connection of user {uid} was closed: {reason}.",
    advice: "Use connectorctl of the same version as the connector; the frames are described in ARCHITECTURE.md.",
    fields: [EventField("uid", .integer, "numeric user id of the peer"), EventField("reason", .text, "what was wrong with the frame")])

  package static let tooManyConnections = EventDefinition(
    10153, "control.too-many-connections", id: "34529bc55d3846fdb7f73c7ccbc6bbdd", .agent, .warning,
    "A control connection was refused: {limit} are open already.",
    advice: "Close connectorctl processes that follow events and are no longer needed; ask again.",
    fields: [EventField("limit", .integer, "connections that the socket takes at once")])

  package static let peerSilent = EventDefinition(
    10154, "control.peer-silent", id: "2c3a2ebcb60146ff86d21f7b58954b0d", .agent, .warning,
    "A control connection of user {uid} was closed: it sent {what} and then nothing for {waited}.",
    advice: "The program at the other end hangs or was stopped; start it again.",
    fields: [
      EventField("uid", .integer, "numeric user id of the peer"), EventField("what", .text, "half a frame, or nothing at all"),
      EventField("waited", .milliseconds, "how long the connector waited"),
    ])

  package static let staleSocketRemoved = EventDefinition(
    10155, "control.stale-socket-removed", id: "10bc95d0723448469c1f0b1a745e0c43", .agent, .notice,
    "A socket that nobody answered on was removed from {path}.",
    advice: "Nothing to do: the connector did not end in order the last time, and has taken its place back.",
    fields: [EventField("path", .text, "path of the Unix socket")])

  package static let changed = EventDefinition(
    10156, "control.changed", id: "51790e591069485c92baded365fe8034", .agent, .notice,
    "User {uid} asked for '{request}' over the control socket: {outcome}.",
    advice: "Nothing to do: this is the record of an administrator's action.",
    fields: [
      EventField("uid", .integer, "numeric user id of the administrator"), EventField("request", .text, "what was asked for"),
      EventField("outcome", .text, "done, or why not"),
    ])

  package static let all: [EventDefinition] = [
    listening, peerRefused, badFrame, tooManyConnections, peerSilent, staleSocketRemoved, changed,
  ]
}

extension Event {
  package static func controlListening(path: String) -> Event { ControlEvents.listening.event(["path": .text(path)]) }

  package static func controlPeerRefused(uid: UInt32, pid: Int32, owner: UInt32) -> Event {
    ControlEvents.peerRefused.event(["uid": .integer(Int(uid)), "pid": .integer(Int(pid)), "owner": .integer(Int(owner))])
  }

  package static func controlBadFrame(uid: UInt32, reason: String) -> Event {
    ControlEvents.badFrame.event(["uid": .integer(Int(uid)), "reason": .text(reason)])
  }

  package static func controlTooManyConnections(limit: Int) -> Event { ControlEvents.tooManyConnections.event(["limit": .integer(limit)]) }

  package static func controlPeerSilent(uid: UInt32, midFrame: Bool, waited milliseconds: Int) -> Event {
    ControlEvents.peerSilent.event(
      ["uid": .integer(Int(uid)), "what": .text(midFrame ? "half a frame" : "no hello"), "waited": .milliseconds(milliseconds)])
  }

  package static func controlStaleSocketRemoved(path: String) -> Event { ControlEvents.staleSocketRemoved.event(["path": .text(path)]) }

  package static func controlChanged(uid: UInt32, request: String, outcome: String) -> Event {
    ControlEvents.changed.event(["uid": .integer(Int(uid)), "request": .text(request), "outcome": .text(outcome)])
  }
}
