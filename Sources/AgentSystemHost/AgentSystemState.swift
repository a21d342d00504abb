package import AgentSystem
import World

/// Everything that the Agent System keeps: one value, one durable record, so that a change and the memory of its request are one step.
package struct AgentSystemState: Hashable, Sendable {
  /// What is set; known keys that are not here have their documented defaults.
  package var settings: [RegistryPath: RegistryValue] = [:]
  /// The latest requests that changed something, oldest first: a repeated one is answered from here.
  package var requests: [HandledRequest] = []

  /// Settings and requests that are kept at most: chosen, so that the record stays below about a megabyte.
  package static let maxSettings = 1024
  package static let maxRequests = 128
  /// Bytes of all paths and values together.
  package static let maxBytes = 524_288

  package init() {}

  package mutating func remember(_ request: HandledRequest) {
    requests.removeAll { $0.id == request.id }
    requests.append(request)
    if requests.count > Self.maxRequests { requests.removeFirst(requests.count - Self.maxRequests) }
  }

  /// Whether there is no room for the settings as they are.
  package var isTooLarge: Bool {
    settings.count > Self.maxSettings || settings.reduce(0) { $0 + RegistryEntry($1.key, $1.value).size } > Self.maxBytes
  }
}

/// A request that changed something, or was about to.
package struct HandledRequest: Hashable, Sendable {
  package var id: AgentRequestID
  /// FNV-1a of the operation's wire form: tells a repeated request from another one with the same id.
  package var fingerprint: UInt64
  /// Nil while it is being done; still nil after a crash in between.
  package var answer: PrivilegedAnswer?

  package init(_ request: AgentRequest, answer: PrivilegedAnswer?) {
    id = request.id
    fingerprint = Self.fingerprint(of: request.operation)
    self.answer = answer
  }

  package static func fingerprint(of operation: PrivilegedOperation) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in operation.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}

extension RegistryEntry {
  /// Bytes that it takes in a frame, rounded up.
  var size: Int {
    let fixed = path.text.utf8.count + 12
    return switch value {
    case .integer, .boolean: fixed
    case .string(let text): fixed + text.utf8.count
    case .strings(let texts): texts.reduce(fixed) { $0 + $1.utf8.count + 2 }
    }
  }
}

/// The scheduled restart, as the read-only settings below `HKLM\Software\Connectord\Restart` hold it.
extension AgentSystemState {
  package var restart: ScheduledRestart? {
    get { ScheduledRestart(in: settings) }
    set {
      settings[KnownRegistryKeys.restartDueAt] = newValue.map { .integer($0.dueAt.microseconds) }
      settings[KnownRegistryKeys.restartTarget] = newValue.map { .string($0.target.rawValue) }
      settings[KnownRegistryKeys.restartReason] = newValue.map { .string($0.reason.text) }
    }
  }

  package var inMaintenance: Bool { settings[KnownRegistryKeys.inMaintenance] == .integer(1) }
}
