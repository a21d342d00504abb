/// The typed makers of the link's events.
extension Event {
  package static func linkConnected(cloud: String, elapsed milliseconds: Int) -> Event {
    LinkEvents.connected.event(["cloud": .text(cloud), "elapsed": .milliseconds(milliseconds)])
  }
  package static func linkDisconnected(cloud: String, kind: String, reason: String) -> Event {
    LinkEvents.disconnected.event(["cloud": .text(cloud), "kind": .text(kind), "reason": .text(reason)])
  }
  package static func linkLeft(cloud: String, reason: String) -> Event {
    LinkEvents.left.event(["cloud": .text(cloud), "reason": .text(reason)])
  }
  package static func linkRegistered(cloud: String, connectorID: String, resourceLocation: String) -> Event {
    LinkEvents.registered.event(["cloud": .text(cloud), "connector_id": .text(connectorID), "resource_location": .text(resourceLocation)])
  }
  package static func linkRenewed(serial: String, notAfter: String) -> Event {
    LinkEvents.renewed.event(["serial": .text(serial), "not_after": .text(notAfter)])
  }
  package static func linkIdentityCorrupt(path: String, movedTo: String, detail: String) -> Event {
    LinkEvents.identityCorrupt.event(["path": .text(path), "moved_to": .text(movedTo), "detail": .text(detail)])
  }
  package static func linkIdentitySuperseded(stored: String, configured: String) -> Event {
    LinkEvents.identitySuperseded.event(["stored": .text(stored), "configured": .text(configured)])
  }
  package static func linkIdentityNotSaved(path: String, detail: String) -> Event {
    LinkEvents.identityNotSaved.event(["path": .text(path), "detail": .text(detail)])
  }
  package static func linkBackingOff(attempt: Int, kind: String, wait milliseconds: Int) -> Event {
    LinkEvents.backingOff.event(["attempt": .integer(attempt), "kind": .text(kind), "wait": .milliseconds(milliseconds)])
  }
  package static func linkClockSkewNoticed(skew milliseconds: Int) -> Event {
    LinkEvents.clockSkewNoticed.event(["skew": .milliseconds(milliseconds)])
  }
  package static func linkRenewalFailed(notAfter: String, kind: String, detail: String) -> Event {
    LinkEvents.renewalFailed.event(["not_after": .text(notAfter), "kind": .text(kind), "detail": .text(detail)])
  }
  /// - Parameter definition: the failure's kind, one of 10010 to 10023.
  package static func linkFailed(_ definition: EventDefinition, cloud: String, attempt: Int, detail: String) -> Event {
    definition.event(["cloud": .text(cloud), "attempt": .integer(attempt), "detail": .text(detail)])
  }
}
