package import World

/// A fault as somebody orders it of a running lab: every part as text, as `connector-lab fault add` takes it and as events keep it. What is not given is filled in by who takes the order.
package struct FaultOrder: Hashable, Codable, Sendable {
  /// `link:c1`, `service:c1/logger`, `service:c1/logger/collect`, `connector:c1`.
  package var on: String
  /// Such as `latency`.
  package var kind: String
  /// Such as `300ms`, `20%`, `64KiB/s`; what it means depends on the kind.
  package var value: String?
  /// Around the value, such as `50ms`.
  package var jitter: String?
  /// Such as `20%`.
  package var probability: String?
  /// What chance is drawn from.
  package var seed: UInt64?
  /// The lease, such as `1m`: named `for` in JSON.
  package var lasts: String?

  package init(
    on: String, kind: String, value: String? = nil, jitter: String? = nil, probability: String? = nil, seed: UInt64? = nil, lasts: String? = nil
  ) {
    self.on = on
    self.kind = kind
    self.value = value
    self.jitter = jitter
    self.probability = probability
    self.seed = seed
    self.lasts = lasts
  }

  private enum CodingKeys: String, CodingKey {
    case on, kind, value, jitter, probability, seed
    case lasts = "for"
  }
}

/// A fault of a running lab.
package struct FaultReport: Hashable, Codable, Sendable {
  package enum Standing: String, Codable, Sendable {
    /// The lab has not applied it yet.
    case waiting
    case active
    case ended
  }

  /// Counts up from 1 within one run of the cloud.
  package var id: Int
  /// With everything filled in.
  package var fault: FaultOrder
  /// The fqdn of the connector concerned.
  package var connector: String
  package var began: WallTime
  /// Of the lease, in milliseconds.
  package var left: Int
  package var standing: Standing
  /// Why it ended.
  package var reason: String?

  package init(id: Int, fault: FaultOrder, connector: String, began: WallTime, left: Int, standing: Standing, reason: String? = nil) {
    self.id = id
    self.fault = fault
    self.connector = connector
    self.began = began
    self.left = left
    self.standing = standing
    self.reason = reason
  }
}

/// The answer of `GET /lab/v1/faults`.
package struct FaultList: Hashable, Codable, Sendable {
  /// In the order in which they were ordered.
  package var faults: [FaultReport]
  /// The latest that ended, oldest first.
  package var ended: [FaultReport]

  package init(faults: [FaultReport], ended: [FaultReport]) {
    self.faults = faults
    self.ended = ended
  }
}

/// What became of a fault that the lab applies: told to the cloud, which keeps the list.
package struct FaultVerdict: Hashable, Codable, Sendable {
  package enum Word: String, Codable, Sendable {
    case active
    /// It has struck, and nothing of it lasts.
    case done
    case refused
  }
  package var word: Word
  package var detail: String

  package init(_ word: Word, _ detail: String = "") {
    self.word = word
    self.detail = detail
  }
}
