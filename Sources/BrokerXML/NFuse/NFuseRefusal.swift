import Broker

/// A refusal in the XML service's own form: `<ErrorId>`, and `<MPSError type="IMA">` beside `unspecified`, as the product sends it. The table with its sources is in
/// the room's README.
struct NFuseRefusal: Hashable, Sendable {
  /// What was being done: the same refusal of a password and of a launch have different ids.
  enum During: Hashable, Sendable, CaseIterable { case reading, identification, enumeration, launch }

  var id: StaticStringValue
  var ima: UInt32?

  init(_ refusal: BrokerRefusal, during: During) {
    switch (refusal.kind, during) {
    case (.notEntitled, .identification), (.badRequest, .identification): self.init("failed-credentials")
    case (.disabled, .identification): self.init("account-disabled")
    case (.notElected, _), (.notServing, _), (.cloudUnreachable, _), (.noConfiguration, _): self.init("service-unavailable")
    case (.overloaded, _): self.init("mfserver-overloaded")
    // A machine is on its way: the product has the client ask again.
    case (.noMachine, .launch) where refusal.retryAfterSeconds != nil: self.init("retry-required")
    case (.noMachine, _), (.inMaintenance, _), (.notInOutage, _), (.notRegistered, _), (.inSinBin, _): self.init("no-available-workstation")
    case (.prepareFailed, _): self.init("connection-refused")
    case (.unknownResource, _): self.init("unspecified", 0x8006_0001)
    case (.notSimulated, _): self.init("unspecified", 0x8000_0009)
    case (.badRequest, _): self.init("unspecified", 0x8000_000a)
    case (.notEntitled, _), (.disabled, _), (.unknownMachine, _), (.registrationRefused, _), (.unknownTicket, _):
      self.init("unspecified", 0x8000_000d)
    }
  }

  private init(_ id: StaticString, _ ima: UInt32? = nil) {
    self.id = StaticStringValue(id)
    self.ima = ima
  }

  func write(_ writer: inout XMLWriter) {
    writer.element("ErrorId", id.text)
    guard let ima else { return }
    let digits = String(ima, radix: 16, uppercase: true)
    writer.element("MPSError", "0x" + String(repeating: "0", count: 8 - digits.count) + digits, ("type", "IMA"))
  }
}

/// A literal that can be compared.
struct StaticStringValue: Hashable, Sendable {
  let text: String
  init(_ text: StaticString) { self.text = "\(text)" }
}
