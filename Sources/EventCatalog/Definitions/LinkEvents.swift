/// The cloud link, provider Agent, codes 10000 to 10049.
package enum LinkEvents {
  package static let connected = EventDefinition(
    10000, "link.connected", id: "8c1a3a0c54d04f2c9d5e0d5f6f6b1a01", .agent, .notice, "Connected to the cloud at {cloud} in {elapsed}.",
    advice: "Nothing to do: the connector is reachable by its cloud.",
    fields: [
      EventField("cloud", .text, "host and port of the cloud's link"),
      EventField("elapsed", .milliseconds, "from dialling to the acknowledged settings"),
    ],
    vendor: VendorEvent(provider: "Citrix Cloud Agent", id: 10000, source: "facts/product.md 1.5"))

  package static let disconnected = EventDefinition(
    10001, "link.disconnected", id: "c7f07015908e42c6900310e6f4d66403", .agent, .warning,
    "Disconnected from the cloud at {cloud}: {reason}.",
    advice: "Nothing to do if it is back soon; the connector dials again by itself.",
    fields: [
      EventField("cloud", .text, "host and port of the cloud's link"),
      EventField("kind", .text, "kind of the failure"),
      EventField("reason", .text, "one sentence"),
    ])

  /// The end of a connection that this connector wanted.
  package static let left = EventDefinition(
    10024, "link.left", id: "0ee14d3caacc424783682340611f6b0d", .agent, .info, "The connection to the cloud at {cloud} was ended: {reason}.",
    advice: "Nothing to do.",
    fields: [
      EventField("cloud", .text, "host and port of the cloud's link"),
      EventField("reason", .text, "one sentence"),
    ])

  package static let registered = EventDefinition(
    10002, "link.registered", id: "f056a31dd64c4518a83d8fc880d16ea6", .agent, .notice,
    "Registered with the cloud at {cloud} as connector {connector_id} in {resource_location}.",
    advice: "Nothing to do.",
    fields: [
      EventField("cloud", .text, "address of the cloud's API"),
      EventField("connector_id", .text, "the connector's id in the public API"),
      EventField("resource_location", .text, "name of the resource location"),
    ])

  package static let renewed = EventDefinition(
    10003, "link.certificate-renewed", id: "9ffebf16e4be4c2189d4783e5fdd1d8a", .agent, .info,
    "The connector's certificate was renewed; it is good until {not_after}.",
    advice: "Nothing to do.",
    fields: [
      EventField("serial", .text, "serial number of the new certificate, hexadecimal"),
      EventField("not_after", .text, "end of its life, ISO 8601"),
    ])

  package static let identityCorrupt = EventDefinition(
    10004, "link.identity-corrupt", id: "a2817e214a654ff9aacc5c3dd75f3c45", .agent, .error,
    "The connector's identity in {path} cannot be used and was moved to {moved_to}: {detail}.",
    advice: "The connector registers anew and keeps its id. Check the disk if this repeats.",
    fields: [
      EventField("path", .text, "the identity's file"),
      EventField("moved_to", .text, "where the unusable file is now"),
      EventField("detail", .text, "what is wrong with it"),
    ])

  package static let identitySuperseded = EventDefinition(
    10005, "link.identity-superseded", id: "dc13e2250183476f97e1aeab196a04ad", .agent, .notice,
    "The stored identity is of {stored}, the configuration is of {configured}: the connector registers anew.",
    advice: "Nothing to do if the configuration was changed on purpose.",
    fields: [
      EventField("stored", .text, "fqdn, customer and location of the stored identity"),
      EventField("configured", .text, "fqdn, customer and location of the configuration"),
    ])

  package static let identityNotSaved = EventDefinition(
    10006, "link.identity-not-saved", id: "bb3b8a4c00ab449d898e8847e0981727", .agent, .error,
    "The connector's new identity could not be written to {path}: {detail}.",
    advice:
      "The connector goes on with it in memory and will register anew at its next start. Make room on the disk or correct the directory's owner.",
    fields: [
      EventField("path", .text, "the identity's file"),
      EventField("detail", .text, "the disk's own words"),
    ])

  package static let backingOff = EventDefinition(
    10007, "link.backing-off", id: "2c5b5f67886147d4b8ec540da822431e", .agent, .debug,
    "Try {attempt} failed ({kind}); the next one is in {wait}.",
    advice: "Nothing to do: the kind has an event of its own.",
    fields: [
      EventField("attempt", .integer, "failed tries since the last stable connection"),
      EventField("kind", .text, "kind of the failure"),
      EventField("wait", .milliseconds, "drawn from the whole range up to the back-off's ceiling"),
    ])

  package static let clockSkewNoticed = EventDefinition(
    10008, "link.clock-skew-noticed", id: "cad71d6582a64013b7c0939110fb9bb2", .agent, .warning,
    "This machine's clock is {skew} away from the cloud's.",
    advice: "Set this machine's clock (timedatectl, chronyc tracking) before certificates seem expired or not yet good.",
    fields: [
      EventField("skew", .milliseconds, "the cloud's time less this machine's")
    ])

  package static let renewalFailed = EventDefinition(
    10009, "link.renewal-failed", id: "4b5e9be907e5408c9292a26c1b42a82a", .agent, .warning,
    "The connector's certificate ends at {not_after} and could not be renewed: {detail}.",
    advice: "It is tried again. Check the client secret: a renewal registers anew.",
    fields: [
      EventField("not_after", .text, "end of the certificate's life, ISO 8601"),
      EventField("kind", .text, "kind of the failure"),
      EventField("detail", .text, "one sentence"),
    ])

  package static let dns = EventDefinition(
    10010, "link.dns", id: "68729fc4d5a0406193d9f450b1dd04d6", .agent, .error,
    "The cloud's name cannot be resolved: {detail}.",
    advice: "Check the name in cloud.url and this machine's resolver (resolvectl query, /etc/resolv.conf).",
    fields: failure)

  package static let connect = EventDefinition(
    10011, "link.connect", id: "d9da4ba550534038ae76ab91aaa657e6", .agent, .error,
    "The cloud cannot be reached: {detail}.",
    advice: "Check that the cloud is running and that no firewall blocks outbound TCP to its port.",
    fields: failure)

  package static let timeout = EventDefinition(
    10012, "link.timeout", id: "362cd2beae504edb970a171fbfbae2f0", .agent, .warning,
    "The cloud does not answer in time: {detail}.",
    advice: "Check the network path and the cloud's load; cloud.connectTimeout, cloud.requestTimeout and cloud.silenceLimit set the limits.",
    fields: failure)

  package static let tls = EventDefinition(
    10013, "link.tls", id: "712345ed789f4b14baa621359b9ffdd2", .agent, .error,
    "The TLS handshake with the cloud failed: {detail}.",
    advice: "Check that nothing between this machine and the cloud opens or rewrites TLS; the link needs TLS 1.3.",
    fields: failure)

  package static let certificateExpired = EventDefinition(
    10014, "link.certificate-expired", id: "1e84fc71896d482babf7b56298a2fa80", .agent, .error,
    "This connector's certificate has expired: {detail}.",
    advice: "Check this machine's clock. The connector registers anew by itself; if that fails, its own event says why.",
    fields: failure)

  package static let certificateRevoked = EventDefinition(
    10015, "link.certificate-revoked", id: "37be57571071497ab708383d7c4a7936", .agent, .critical,
    "The cloud has revoked this connector's certificate: {detail}.",
    advice:
      "Another installation has registered under this connector's name; stop one of the two. To register this one again remove link/identity.json from the state directory and restart connectord.",
    fields: failure)

  package static let certificateUntrusted = EventDefinition(
    10016, "link.certificate-untrusted", id: "1d70ebd6703947da9f4b9873aeba0bc8", .agent, .error,
    "A certificate is not trusted: {detail}.",
    advice:
      "Check that cloud.caFile is the authority of this cloud. The connector registers anew by itself, in case the cloud's authority has changed.",
    fields: failure)

  package static let wrongCustomer = EventDefinition(
    10017, "link.wrong-customer", id: "cf347826e4ee415b86d57227a8ca74e5", .agent, .critical,
    "The cloud says that this connector belongs to another customer: {detail}.",
    advice: "Check connector.customer and connector.clientID in the configuration; they must belong together.",
    fields: failure)

  package static let wrongSecret = EventDefinition(
    10018, "link.wrong-secret", id: "45349ceef89d4ebeae9f92775569e75d", .agent, .critical,
    "The cloud does not accept this connector's client id or secret, or the secret cannot be read: {detail}.",
    advice: "Check connector.clientID, and that connector.clientSecretFile exists, holds the current secret and has mode 0600.",
    fields: failure)

  package static let unknownResourceLocation = EventDefinition(
    10019, "link.unknown-resource-location", id: "7031aaeac6cd4fe7ad65cb2734cd2c5e", .agent, .critical,
    "The cloud does not know this connector's resource location: {detail}.",
    advice: "Check connector.resourceLocation: it is the location's id, not its name.",
    fields: failure)

  package static let clockSkew = EventDefinition(
    10020, "link.clock-skew", id: "b4b0b463600749f382a72b4e6e92271a", .agent, .error,
    "This machine's clock and the cloud's differ too much to connect: {detail}.",
    advice: "Set this machine's clock (timedatectl, chronyc tracking).",
    fields: failure)

  package static let protocolViolation = EventDefinition(
    10021, "link.protocol-violation", id: "598e247a75ed49cfbfb02d77d5d65e1f", .agent, .error,
    "The cloud said something that is not in the protocol: {detail}.",
    advice: "Check that cloud.url leads to a cloud of this version and not to a proxy or another server.",
    fields: failure)

  package static let closed = EventDefinition(
    10022, "link.closed", id: "e9dbcc712a4c48ccb92ba5db32d26ce5", .agent, .warning,
    "The connection to the cloud was closed: {detail}.",
    advice: "Nothing to do if it is back soon; the connector dials again by itself.",
    fields: failure)

  package static let refused = EventDefinition(
    10023, "link.refused", id: "cfcffe6c5c78483496cb665c4a4c80cd", .agent, .error,
    "The cloud refused this connector: {detail}.",
    advice: "Read the reason; the cloud's own log has more.",
    fields: failure)

  package static let connectorDeleted = EventDefinition(
    10025, "link.connector-deleted", id: "081cdb8334744c9cbfca2d13763ceb9c", .agent, .critical,
    "This connector was deleted in the cloud: {detail}.",
    advice:
      "Remove this installation, or register it again: remove link/identity.json from the state directory and restart connectord. Until then it asks the cloud once every cloud.deletedRetry.",
    fields: failure)

  /// What every failed try says.
  private static let failure = [
    EventField("cloud", .text, "host and port that was dialled"), EventField("attempt", .integer, "failed tries since the last stable connection"),
    EventField("detail", .text, "one sentence"),
  ]

  package static let all: [EventDefinition] = [
    connected, disconnected, left, registered, renewed, identityCorrupt, identitySuperseded, identityNotSaved, backingOff, clockSkewNoticed,
    renewalFailed, dns, connect, timeout, tls, certificateExpired, certificateRevoked, certificateUntrusted, wrongCustomer, wrongSecret,
    unknownResourceLocation, clockSkew, protocolViolation, closed, refused, connectorDeleted,
  ]
}
