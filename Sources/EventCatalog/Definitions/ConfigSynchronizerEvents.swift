/// Provider ConfigSynchronizer, codes 16000 to 16999.
package enum ConfigSynchronizerEvents {
  private static let vendor = "Citrix Config Synchronizer Service"
  private static let revision = EventField("revision", .integer, "revision of the broker configuration")

  package static let opened = EventDefinition(
    16000, "config-sync.opened", id: "d4ab00ef67704328977644a5d5a36b93", .configSynchronizer, .info,
    "The broker configuration of revision {revision} with {machines} machines is in use from disk.",
    advice: "Nothing to do: the cloud is asked for a newer one next.",
    fields: [revision, EventField("machines", .integer, "machines in it")])

  package static let received = EventDefinition(
    16001, "config-sync.received", id: "4ceb2aa4ca3b40e7a1c06fdadf1ca766", .configSynchronizer, .info,
    "The cloud sent the broker configuration of revision {revision}, {bytes} bytes; it is being imported.",
    advice: "Nothing to do: whether the import succeeds is told next.",
    fields: [revision, EventField("bytes", .integer, "size of what was sent")],
    vendor: VendorEvent(provider: vendor, id: 503, source: "facts/product.md 3.5, from memory, unverified"))

  package static let imported = EventDefinition(
    16002, "config-sync.imported", id: "1784a2a161c140e9a0b367a918aaff9f", .configSynchronizer, .notice,
    "The broker configuration of revision {revision} with {machines} machines was imported and is in use.",
    advice: "Nothing to do.",
    fields: [revision, EventField("machines", .integer, "machines in it"), EventField("digest", .text, "SHA-256 of its canonical form")],
    vendor: VendorEvent(provider: vendor, id: 504, source: "facts/product.md 3.5, from memory, unverified"))

  package static let importFailed = EventDefinition(
    16003, "config-sync.import-failed", id: "cb735d73db67485fad2187630b928ceb", .configSynchronizer, .error,
    "The import of revision {revision} failed while it was to {step}: {reason}; revision {kept} stays in use.",
    advice:
      "Correct what the reason names in the site's configuration (an orphaned SID, a reference to nothing) or free disk space; the next check tries again.",
    fields: [
      revision, EventField("step", .text, "read, build, check or swap"), EventField("reason", .text, "what was found"),
      EventField("kept", .text, "the revision that stays in use, or none"),
    ],
    vendor: VendorEvent(provider: vendor, id: 505, source: "facts/product.md 3.5"))

  package static let nothingToImport = EventDefinition(
    16004, "config-sync.no-configuration", id: "483769dea41c4157bfb59d65460d04eb", .configSynchronizer, .warning,
    "The cloud has no broker configuration for this resource location.",
    advice: "Publish one to the site; until then this connector could broker nothing in an outage.",
    vendor: VendorEvent(provider: vendor, id: 510, source: "facts/product.md 3.5, from memory, unverified"))

  package static let unreachable = EventDefinition(
    16005, "config-sync.unreachable", id: "db0812e052714753ba8540798b8a8b02", .configSynchronizer, .warning,
    "The cloud could not be asked for the broker configuration: {reason}; revision {kept} stays in use.",
    advice: "Look at the link's own events for the cause; the check is repeated with growing waits and this is told once.",
    fields: [EventField("reason", .text, "what failed"), EventField("kept", .text, "the revision that stays in use, or none")],
    vendor: VendorEvent(provider: vendor, id: 517, source: "facts/product.md 3.5, from memory, unverified"))

  package static let reachable = EventDefinition(
    16006, "config-sync.reachable", id: "4410554800844a7daf1332661ac57271", .configSynchronizer, .notice,
    "The cloud answers about the broker configuration again after {failures} failed checks.",
    advice: "Nothing to do.", fields: [EventField("failures", .integer, "failed checks in a row")])

  package static let damaged = EventDefinition(
    16007, "config-sync.database-damaged", id: "2b4ef675feed400d9537fb965788cc27", .configSynchronizer, .error,
    "A configuration database cannot be used: {reason}; it lies at {path}.",
    advice: "Check the disk. The newest good earlier database is used, and the next import writes a new one; the damaged file may be deleted.",
    fields: [EventField("path", .text, "where the file lies now"), EventField("reason", .text, "what was found")])

  package static let abandoned = EventDefinition(
    16008, "config-sync.import-abandoned", id: "2641041d75e24faaa656ebd6bb0c24f9", .configSynchronizer, .warning,
    "The import of revision {revision} was given up because of an outage; revision {kept} stays in use.",
    advice: "Nothing to do: once the outage is over, the next check imports it. connectorctl ha why says why there is an outage.",
    fields: [revision, EventField("kept", .text, "the revision that stays in use, or none")],
    vendor: VendorEvent(provider: vendor, id: 507, source: "facts/product.md 3.5, from memory, unverified"))

  package static let changesRefused = EventDefinition(
    16009, "config-sync.changes-refused", id: "96ba3f93dd8d42728c3577df9b1a70e4", .configSynchronizer, .info,
    "What has changed up to revision {revision} could not be applied to the configuration in use, so the whole is fetched: {reason}.",
    advice: "Nothing to do unless it repeats: then compare the digests that connectorctl sync status shows on the connectors of the location.",
    fields: [revision, EventField("reason", .text, "what did not fit")])

  package static let all: [EventDefinition] = [
    opened, received, imported, importFailed, nothingToImport, unreachable, reachable, damaged, abandoned, changesRefused,
  ]
}

extension Event {
  package static func configurationOpened(revision: Int, machines: Int) -> Event {
    ConfigSynchronizerEvents.opened.event(["revision": .integer(revision), "machines": .integer(machines)])
  }
  package static func configurationReceived(revision: Int, bytes: Int) -> Event {
    ConfigSynchronizerEvents.received.event(["revision": .integer(revision), "bytes": .integer(bytes)])
  }
  package static func configurationImported(revision: Int, machines: Int, digest: String) -> Event {
    ConfigSynchronizerEvents.imported.event(["revision": .integer(revision), "machines": .integer(machines), "digest": .text(digest)])
  }
  package static func configurationImportFailed(revision: Int, step: String, reason: String, kept: Int?) -> Event {
    ConfigSynchronizerEvents.importFailed.event([
      "revision": .integer(revision), "step": .text(step), "reason": .text(reason), "kept": .text(kept.map(String.init) ?? "none"),
    ])
  }
  package static func configurationImportAbandoned(revision: Int, kept: Int?) -> Event {
    ConfigSynchronizerEvents.abandoned.event(["revision": .integer(revision), "kept": .text(kept.map(String.init) ?? "none")])
  }
  package static func configurationChangesRefused(revision: Int, reason: String) -> Event {
    ConfigSynchronizerEvents.changesRefused.event(["revision": .integer(revision), "reason": .text(reason)])
  }
  package static func noConfiguration() -> Event { ConfigSynchronizerEvents.nothingToImport.event() }
  package static func configurationUnreachable(reason: String, kept: Int?) -> Event {
    ConfigSynchronizerEvents.unreachable.event(["reason": .text(reason), "kept": .text(kept.map(String.init) ?? "none")])
  }
  package static func configurationReachable(failures: Int) -> Event { ConfigSynchronizerEvents.reachable.event(["failures": .integer(failures)]) }
  package static func configurationDamaged(path: String, reason: String) -> Event {
    ConfigSynchronizerEvents.damaged.event(["path": .text(path), "reason": .text(reason)])
  }
}
