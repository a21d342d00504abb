package import World

/// A setting that administrators of the modelled product know, or one of ours (below `HKLM\Software\Connectord`).
package struct KnownRegistryKey: Hashable, Sendable {
  package var path: RegistryPath
  package var type: RegistryValue.ValueType
  /// What a reader gets while nothing is set; nil for nothing.
  package var initial: RegistryValue?
  /// Integers only.
  package var range: ClosedRange<Int64>?
  /// The askers that may write and delete it by the registry operations; empty where only another operation sets it.
  package var writers: Set<ServiceName>
  package var meaning: String
  /// Where the key is known from.
  package var source: String
}

/// The table of known keys: types are enforced, and documented defaults stand in for what is not set.
package enum KnownRegistryKeys {
  package static let productVersionBase = RegistryPath(known: #"HKLM\Software\Citrix\CloudServices\Install\AgentSystem\ProductVersionBase"#)
  package static let configured = RegistryPath(known: #"HKLM\Software\Citrix\CloudServices\AgentFoundation\Configured"#)
  package static let immediateUpgrade = RegistryPath(known: #"HKLM\Software\Citrix\CloudServices\AgentFoundation\ImmediateUpgrade"#)
  package static let inMaintenance = RegistryPath(known: #"HKLM\Software\Citrix\CloudServices\AgentFoundation\InMaintenance"#)
  package static let lhcEnabled = RegistryPath(known: #"HKLM\Software\Citrix\Broker\Service\State\LHC\Enabled"#)
  package static let lhcIsElected = RegistryPath(known: #"HKLM\Software\Citrix\Broker\Service\State\LHC\IsElected"#)
  package static let lhcOutageModeEntered = RegistryPath(known: #"HKLM\Software\Citrix\Broker\Service\State\LHC\OutageModeEntered"#)
  package static let outageModeForced = RegistryPath(known: #"HKLM\Software\Citrix\DesktopServer\LHC\OutageModeForced"#)
  package static let standaloneTickets = RegistryPath(known: #"HKLM\Software\Citrix\XaXdCloudProxyPersist\StandaloneStaServiceForced"#)
  package static let pendingFileRenames = RegistryPath(
    known: #"HKLM\System\CurrentControlSet\Control\Session Manager\PendingFileRenameOperations"#)
  package static let componentRebootPending = RegistryPath(
    known: #"HKLM\Software\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"#)
  package static let updateRebootRequired = RegistryPath(
    known: #"HKLM\Software\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired"#)
  package static let maintenanceReason = RegistryPath(known: #"HKLM\Software\Connectord\Maintenance\Reason"#)
  package static let restartTarget = RegistryPath(known: #"HKLM\Software\Connectord\Restart\Target"#)
  package static let restartDueAt = RegistryPath(known: #"HKLM\Software\Connectord\Restart\DueAt"#)
  package static let restartReason = RegistryPath(known: #"HKLM\Software\Connectord\Restart\Reason"#)
  package static let updatePin = RegistryPath(known: #"HKLM\Software\Connectord\Updates\Pin"#)

  /// The flags that say that the machine waits for a restart; a machine restart settles them in the same durable step that begins it.
  package static let pendingRestartFlags = [pendingFileRenames, componentRebootPending, updateRebootRequired]
  /// Our own settings are below this one.
  package static let ours = RegistryPath(known: #"HKLM\Software\Connectord"#)
  /// Keys that are not in the table can be written at or below this one only.
  package static let open = RegistryPath(known: #"HKLM\Software\Citrix"#)

  package static let all: [KnownRegistryKey] = [
    KnownRegistryKey(
      path: productVersionBase, type: .string, initial: nil, writers: [], meaning: "Version of the installed Agent System; set at its start.",
      source: "facts/product.md 1.4"),
    flag(configured, 1, [.watchDog], "1 once the connector is registered with its cloud.", "facts/product.md 1.4"),
    flag(immediateUpgrade, 0, [.watchDog], "1 while an upgrade waits that is to be installed at once.", "facts/product.md 1.4"),
    flag(inMaintenance, 0, [], "1 while the connector is in maintenance; set by setMaintenance.", "facts/product.md 1.4"),
    KnownRegistryKey(
      path: RegistryPath(known: #"HKLM\Software\Citrix\CloudServices\AgentFoundation\ServiceAddressFormat"#), type: .string, initial: .string(""),
      writers: [.watchDog], meaning: "Pattern of the cloud's service addresses; the product's default is unknown.", source: "facts/product.md 1.4"),
    KnownRegistryKey(
      path: RegistryPath(known: #"HKLM\Software\Citrix\CloudServices\AgentFoundation\ServiceAddressFormatGlobal"#), type: .string,
      initial: .string(""), writers: [.watchDog], meaning: "The same for addresses of no region; the product's default is unknown.",
      source: "facts/product.md 1.4"),
    flag(lhcEnabled, 0, [.highAvailability], "1 while high availability mode may be entered.", "facts/product.md 1.4"),
    flag(lhcIsElected, 0, [.highAvailability], "1 while this connector is the elected one of its resource location.", "facts/product.md 1.4"),
    flag(lhcOutageModeEntered, 0, [.highAvailability], "1 while this connector brokers in an outage.", "facts/product.md 1.4"),
    flag(
      outageModeForced, 0, [.watchDog, .highAvailability], "1 while outage mode is forced; set it on every connector of the resource location.",
      "facts/product.md 3.6"),
    flag(
      standaloneTickets, 0, [.watchDog],
      "1: this connector gives out tickets of its own in normal mode also, not the cloud's; read when the Remote Broker starts.",
      "facts/product.md 7"),
    flag(
      RegistryPath(known: #"HKLM\Software\Citrix\DesktopServer\XmlServicesEnableNonSsl"#), 1, [.watchDog],
      "1 while the XML service answers without TLS.", "facts/product.md 1.3"),
    flag(
      RegistryPath(known: #"HKLM\Software\Citrix\DesktopServer\XmlServicesEnableSsl"#), 1, [.watchDog],
      "1 while the XML service answers with TLS.", "facts/product.md 1.3; its folder by analogy"),
    KnownRegistryKey(
      path: pendingFileRenames, type: .strings, initial: .strings([]), writers: [.watchDog],
      meaning: "Files to be replaced at the next restart of the machine; not empty: a restart is pending.",
      source: "facts/product.md 2.3; full path from memory"),
    KnownRegistryKey(
      path: componentRebootPending, type: .boolean, initial: .boolean(false), writers: [.watchDog],
      meaning: "True while installed components wait for a restart of the machine.", source: "facts/product.md 2.3; full path from memory"),
    KnownRegistryKey(
      path: updateRebootRequired, type: .boolean, initial: .boolean(false), writers: [.watchDog],
      meaning: "True while an update of the operating system waits for a restart of the machine.",
      source: "facts/product.md 2.3; full path from memory"),
    KnownRegistryKey(
      path: maintenanceReason, type: .string, initial: .string(""), writers: [], meaning: "Why the connector is in maintenance.", source: "ours"),
    KnownRegistryKey(
      path: restartTarget, type: .string, initial: nil, writers: [], meaning: "What the scheduled restart restarts: process or machine.",
      source: "ours"),
    KnownRegistryKey(
      path: restartDueAt, type: .integer, initial: nil, writers: [], meaning: "When the scheduled restart is due: UTC, microseconds since 1970.",
      source: "ours"),
    KnownRegistryKey(path: restartReason, type: .string, initial: nil, writers: [], meaning: "Why a restart is scheduled.", source: "ours"),
    KnownRegistryKey(
      path: updatePin, type: .string, initial: nil, writers: [.watchDog],
      meaning: "Since when and why an administrator keeps this connector at its release; not set: it takes updates.", source: "ours"),
  ]

  private static let byPath = Dictionary(all.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })

  package static func find(_ path: RegistryPath) -> KnownRegistryKey? { byPath[path] }

  /// Whether the flag at one of `pendingRestartFlags` asks for a restart.
  package static func asksForRestart(_ value: RegistryValue?) -> Bool {
    switch value {
    case .boolean(let flag): flag
    case .integer(let number): number != 0
    case .strings(let texts): !texts.isEmpty
    case .string(let text): !text.isEmpty
    case nil: false
    }
  }

  /// Whether `asker` may write or delete the key; nil if so.
  package static func refusal(of asker: ServiceName, changing path: RegistryPath) -> Refusal? {
    guard let known = find(path) else {
      return path.isAtOrBelow(open) && path != open
        ? nil : Refusal(.keyNotPermitted, "\(path) is neither a known key nor below \(open); connectorctl registry list shows the known keys")
    }
    if known.writers.contains(asker) { return nil }
    let who = known.writers.map(\.rawValue).sorted().joined(separator: ", ")
    return Refusal(.readOnlyKey, who.isEmpty ? "\(path) is set by an operation of its own: \(known.meaning)" : "\(path) is written by \(who) only")
  }

  /// Whether the value fits the key; nil if so.
  package static func refusal(of value: RegistryValue, at path: RegistryPath) -> Refusal? {
    if let fault = value.fault { return Refusal(.outOfRange, "\(path): \(fault)") }
    guard let known = find(path) else { return nil }
    guard value.type == known.type else {
      return Refusal(.wrongType, "\(path): expected a value of type \(known.type.rawValue); got \(value.type.rawValue)")
    }
    if let range = known.range, case .integer(let number) = value, !range.contains(number) {
      return Refusal(.outOfRange, "\(path): expected \(range.lowerBound) to \(range.upperBound); got \(number)")
    }
    return nil
  }

  private static func flag(
    _ path: RegistryPath, _ initial: Int64, _ writers: Set<ServiceName>, _ meaning: String, _ source: String
  ) -> KnownRegistryKey {
    KnownRegistryKey(path: path, type: .integer, initial: .integer(initial), range: 0...1, writers: writers, meaning: meaning, source: source)
  }
}
