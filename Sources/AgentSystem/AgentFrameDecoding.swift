import World

extension AgentFrame {
  /// Reads exactly one frame: nothing more, nothing less, every text within its limit. Throws `FrameError`; never traps.
  package init(decoding bytes: [UInt8]) throws(FrameError) {
    guard bytes.count <= Self.maxSize else { throw FrameError(.tooLarge, "expected at most \(Self.maxSize) bytes; got \(bytes.count)") }
    var reader = FrameReader(bytes)
    switch try reader.byte("kind of frame") {
    case FrameCode.hello:
      guard try reader.take(4, "magic").elementsEqual(FrameCode.magic) else {
        throw reader.fail(.badValue, "expected CAGT after the kind of a hello")
      }
      let hello = AgentHello(lowest: try reader.number(UInt16.self, "lowest version"), highest: try reader.number(UInt16.self, "highest version"))
      guard hello.lowest <= hello.highest else { throw reader.fail(.badValue, "expected the lowest version not to be above the highest") }
      self = .hello(hello)
    case FrameCode.request: self = .request(try reader.agentRequest())
    case FrameCode.answer:
      let id = try reader.id()
      reader.request = id
      self = .answer(id, try reader.privilegedAnswer())
    case let other: throw reader.fail(.unknownFrame, "expected a hello (1), request (2) or answer (3); got \(other)")
    }
    try reader.end()
  }
}

extension PrivilegedAnswer {
  /// Reads back `bytes`.
  package init(decoding bytes: [UInt8]) throws(FrameError) {
    var reader = FrameReader(bytes)
    self = try reader.privilegedAnswer()
    try reader.end()
  }
}

extension FrameReader {
  fileprivate mutating func agentRequest() throws(FrameError) -> AgentRequest {
    let id = try id()
    request = id
    let name = try text("asker", limit: FrameCode.word)
    guard let asker = ServiceName(rawValue: name) else { throw fail(.unknownAsker, "expected one of the seventeen services as asker") }
    let deadline = Moment(nanoseconds: try number(Int64.self, "deadline"))
    let code = try number(UInt16.self, "operation")
    guard let kind = PrivilegedOperation.Kind(rawValue: code) else {
      throw fail(.unknownOperation, "expected an operation of the table; got code \(code)")
    }
    return AgentRequest(id: id, asker: asker, operation: try operation(kind), deadline: deadline)
  }

  private mutating func operation(_ kind: PrivilegedOperation.Kind) throws(FrameError) -> PrivilegedOperation {
    switch kind {
    case .installRelease:
      let (version, digest) = (try version(), try digest())
      let length = try number(Int64.self, "length")
      guard length >= 0 else { throw fail(.badValue, "expected a length in bytes; got \(length)") }
      return .installRelease(version, digest: digest, length: length, by: try updater())
    case .activateRelease: return .activateRelease(try version(), by: try updater())
    case .rollBackRelease: return .rollBackRelease(reason: try reason(), by: try updater())
    case .removeRelease: return .removeRelease(try version(), by: try updater())
    case .commitRelease: return .commitRelease(try version(), try evidence(), by: try updater())
    case .takeOverUpdates: return .takeOverUpdates
    case .clearFailedRelease: return .clearFailedRelease(try version(), by: try updater())
    case .releaseStatus: return .releaseStatus
    case .scheduleRestart: return .scheduleRestart(try restartTarget(), delay: try number(UInt32.self, "delay"), reason: try reason())
    case .cancelRestart: return .cancelRestart
    case .restartSupervisor: return .restartSupervisor(reason: try reason())
    case .restartService:
      guard let name = ServiceName(rawValue: try text("service", limit: FrameCode.word)) else {
        throw fail(.badValue, "expected one of the seventeen services")
      }
      return .restartService(name)
    case .registryRead: return .registryRead(try path())
    case .registryWrite: return .registryWrite(try path(), try value())
    case .registryDelete: return .registryDelete(try path())
    case .registryList: return .registryList(under: try optionalPath(), after: try optionalPath())
    case .setMaintenance: return .setMaintenance(try flag("maintenance"), reason: try reason())
    }
  }

  fileprivate mutating func privilegedAnswer() throws(FrameError) -> PrivilegedAnswer {
    switch try byte("status") {
    case 0: return .done
    case 1: return .value(try privileged())
    case 2:
      guard let reason = Refusal.Reason(rawValue: try text("reason", limit: FrameCode.word)) else {
        throw fail(.badValue, "expected a known refusal")
      }
      return .refused(Refusal(reason, try text("detail", limit: FrameCode.detail)))
    case 3:
      guard let reason = PrivilegedFailure.Reason(rawValue: try text("reason", limit: FrameCode.word)) else {
        throw fail(.badValue, "expected a known failure")
      }
      return .failed(PrivilegedFailure(reason, try text("detail", limit: FrameCode.detail)))
    case let other: throw fail(.badValue, "expected a status of 0 to 3; got \(other)")
    }
  }

  private mutating func privileged() throws(FrameError) -> PrivilegedValue {
    switch try byte("kind of value") {
    case 0: return .registry(try flag("presence of the value") ? try value() : nil)
    case 1:
      let more = try flag("more")
      let count = Int(try number(UInt16.self, "count of entries"))
      var entries: [RegistryEntry] = []
      // Grown entry by entry: a count that lies runs into the end of the frame, not into memory.
      for _ in 0..<count { entries.append(RegistryEntry(try path(), try value())) }
      return .entries(entries, more: more)
    case 2: return .flag(try flag("answer"))
    case 3:
      let target = try restartTarget()
      let due = try number(Int64.self, "due time")
      guard ScheduledRestart.dueRange.contains(due) else { throw fail(.badValue, "expected a due time between 1970 and 9999; got \(due)") }
      return .restart(ScheduledRestart(target: target, dueAt: WallTime(microseconds: due), reason: try reason()))
    case 4: return .updater(try updater())
    case 5: return .releases(try status())
    case let other: throw fail(.badValue, "expected a kind of value of 0 to 5; got \(other)")
    }
  }

  private mutating func value() throws(FrameError) -> RegistryValue {
    let value: RegistryValue
    switch try byte("type of value") {
    case 0: value = .string(try text("value", limit: RegistryValue.maxText))
    case 1: value = .integer(try number(Int64.self, "value"))
    case 2: value = .boolean(try flag("value"))
    case 3:
      var texts: [String] = []
      for _ in 0..<Int(try byte("count of texts")) { texts.append(try text("value", limit: RegistryValue.maxText)) }
      value = .strings(texts)
    case let other: throw fail(.badValue, "expected a type of value of 0 to 3; got \(other)")
    }
    if let fault = value.fault { throw fail(.badValue, fault) }
    return value
  }

  mutating func reason() throws(FrameError) -> ReasonText {
    guard let reason = ReasonText(exactly: try text("reason", limit: ReasonText.limit)) else {
      throw fail(.badValue, "expected a reason without control characters")
    }
    return reason
  }

  private mutating func restartTarget() throws(FrameError) -> RestartTarget {
    guard let target = RestartTarget(rawValue: try text("target", limit: FrameCode.word)) else {
      throw fail(.badValue, "expected process or machine")
    }
    return target
  }

  private mutating func path() throws(FrameError) -> RegistryPath {
    let text = try text("path", limit: RegistryPath.maxLength)
    do { return try RegistryPath(text) } catch { throw fail(.badValue, error.description) }
  }

  private mutating func optionalPath() throws(FrameError) -> RegistryPath? { try flag("presence of a path") ? try path() : nil }
}
