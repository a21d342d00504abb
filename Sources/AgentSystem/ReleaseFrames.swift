import Releases
import World

/// The wire forms of what belongs to releases.
extension FrameWriter {
  mutating func version(_ version: ReleaseVersion) { text(version.text, limit: FrameCode.word) }
  mutating func updater(_ generation: UpdaterGeneration) { number(generation.number) }

  mutating func evidence(_ evidence: TrialEvidence) {
    number(evidence.healthySeconds)
    number(evidence.probes)
    number(evidence.endToEndProbes)
  }

  mutating func status(_ status: ReleaseStatus) {
    updater(status.generation)
    text(status.phase.rawValue, limit: FrameCode.word)
    for slot in [status.active, status.lastGood] { optional(slot) { $0.slot($1) } }
    optional(status.trial) {
      $0.slot($1.slot)
      $0.slot($1.from)
      $0.number($1.attempt)
      $0.number($1.deadline.microseconds)
    }
    optional(status.rollback) {
      $0.slot($1.from)
      $0.slot($1.to)
      $0.text($1.reason.text, limit: ReasonText.limit)
    }
    list(status.installed) { $0.slot($1) }
    list(status.committed) {
      $0.slot($1.slot)
      $0.number($1.at.microseconds)
    }
    list(status.failed) {
      $0.version($1.version)
      $0.number($1.attempts)
      $0.flag($1.isRefused)
      $0.text($1.reason.text, limit: ReasonText.limit)
      $0.number($1.at.microseconds)
    }
    optional(status.escalation) { $0.text($1.text, limit: ReasonText.limit) }
  }

  private mutating func slot(_ slot: SlotName) { text(slot.description, limit: FrameCode.word) }

  private mutating func optional<Value>(_ value: Value?, _ write: (inout FrameWriter, Value) -> Void) {
    flag(value != nil)
    if let value { write(&self, value) }
  }

  /// The latest entries, when there are more than a status holds.
  private mutating func list<Value>(_ values: [Value], _ write: (inout FrameWriter, Value) -> Void) {
    let kept = values.suffix(ReleaseStatus.most)
    byte(UInt8(clamping: kept.count))
    for value in kept { write(&self, value) }
  }
}

extension FrameReader {
  mutating func version() throws(FrameError) -> ReleaseVersion {
    guard let version = ReleaseVersion(try text("version", limit: FrameCode.word)) else {
      throw fail(.badValue, "expected a version of four numbers, such as 4.370.0.1227")
    }
    return version
  }

  mutating func digest() throws(FrameError) -> ContentDigest {
    guard let digest = ContentDigest(try text("digest", limit: FrameCode.word)) else {
      throw fail(.badValue, "expected a digest of 64 lower-case hexadecimal digits")
    }
    return digest
  }

  mutating func updater() throws(FrameError) -> UpdaterGeneration { UpdaterGeneration(try number(UInt64.self, "updater")) }

  mutating func evidence() throws(FrameError) -> TrialEvidence {
    TrialEvidence(
      healthySeconds: try number(UInt32.self, "seconds of health"), probes: try number(UInt32.self, "probes"),
      endToEndProbes: try number(UInt32.self, "end-to-end probes"))
  }

  mutating func status() throws(FrameError) -> ReleaseStatus {
    var status = ReleaseStatus(generation: try updater())
    guard let phase = ReleaseStatus.Phase(rawValue: try text("phase", limit: FrameCode.word)) else {
      throw fail(.badValue, "expected a known phase of an update")
    }
    status.phase = phase
    status.active = try optional { (reader) throws(FrameError) in try reader.slot() }
    status.lastGood = try optional { (reader) throws(FrameError) in try reader.slot() }
    status.trial = try optional { (reader) throws(FrameError) in
      ReleaseStatus.Trial(
        slot: try reader.slot(), from: try reader.slot(), attempt: try reader.number(UInt32.self, "attempt"), deadline: try reader.time())
    }
    status.rollback = try optional { (reader) throws(FrameError) in
      ReleaseStatus.Rollback(from: try reader.slot(), to: try reader.slot(), reason: try reader.reason())
    }
    status.installed = try list { (reader) throws(FrameError) in try reader.slot() }
    status.committed = try list { (reader) throws(FrameError) in ReleaseStatus.Committed(slot: try reader.slot(), at: try reader.time()) }
    status.failed = try list { (reader) throws(FrameError) in
      ReleaseStatus.Failed(
        version: try reader.version(), attempts: try reader.number(UInt32.self, "attempts"), isRefused: try reader.flag("refusal"),
        reason: try reader.reason(), at: try reader.time())
    }
    status.escalation = try optional { (reader) throws(FrameError) in try reader.reason() }
    return status
  }

  private mutating func slot() throws(FrameError) -> SlotName {
    guard let slot = SlotName(try text("release", limit: FrameCode.word)) else {
      throw fail(.badValue, "expected a release such as 4.370.0.1227-1f0c2d3e4b5a")
    }
    return slot
  }

  private mutating func time() throws(FrameError) -> WallTime {
    let microseconds = try number(Int64.self, "time")
    guard ScheduledRestart.dueRange.contains(microseconds) else {
      throw fail(.badValue, "expected a time between 1970 and 9999; got \(microseconds)")
    }
    return WallTime(microseconds: microseconds)
  }

  private mutating func optional<Value>(_ read: (inout FrameReader) throws(FrameError) -> Value) throws(FrameError) -> Value? {
    try flag("presence") ? try read(&self) : nil
  }

  private mutating func list<Value>(_ read: (inout FrameReader) throws(FrameError) -> Value) throws(FrameError) -> [Value] {
    let count = Int(try byte("count of entries"))
    guard count <= ReleaseStatus.most else { throw fail(.badValue, "expected at most \(ReleaseStatus.most) entries; got \(count)") }
    var values: [Value] = []
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }
}
