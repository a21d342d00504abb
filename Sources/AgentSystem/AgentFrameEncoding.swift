import Releases
import World

extension AgentFrame {
  /// Throws `.tooLarge`.
  package func encoded() throws(FrameError) -> [UInt8] {
    var out = FrameWriter()
    switch self {
    case .hello(let hello):
      out.byte(FrameCode.hello)
      out.raw(FrameCode.magic)
      out.number(hello.lowest)
      out.number(hello.highest)
    case .request(let request):
      out.byte(FrameCode.request)
      out.raw(request.id.bytes)
      out.text(request.asker.rawValue, limit: FrameCode.word)
      out.number(request.deadline.nanoseconds)
      out.operation(request.operation)
    case .answer(let id, let answer):
      out.byte(FrameCode.answer)
      out.raw(id.bytes)
      out.answer(answer)
    }
    guard out.bytes.count <= AgentFrame.maxSize else {
      throw FrameError(.tooLarge, "expected at most \(AgentFrame.maxSize) bytes; got \(out.bytes.count)")
    }
    return out.bytes
  }
}

/// The bytes that tell the kinds apart, and the limits of texts.
enum FrameCode {
  static let hello: UInt8 = 1
  static let request: UInt8 = 2
  static let answer: UInt8 = 3
  static let magic = Array("CAGT".utf8)
  /// Bytes of a name from an enum.
  static let word = 64
  /// Bytes of a detail for people.
  static let detail = 1024
}

extension PrivilegedOperation {
  /// Its wire form: by this two requests are told apart, and a repeated one is recognised.
  package var bytes: [UInt8] {
    var out = FrameWriter()
    out.operation(self)
    return out.bytes
  }
}

extension PrivilegedAnswer {
  /// Its wire form, as a durable record keeps it.
  package var bytes: [UInt8] {
    var out = FrameWriter()
    out.answer(self)
    return out.bytes
  }
}

extension FrameWriter {
  fileprivate mutating func operation(_ operation: PrivilegedOperation) {
    number(operation.kind.rawValue)
    switch operation {
    case .installRelease(let release, let digest, let length, let by):
      version(release)
      text(digest.text, limit: FrameCode.word)
      number(length)
      updater(by)
    case .activateRelease(let release, let by), .removeRelease(let release, let by), .clearFailedRelease(let release, let by):
      version(release)
      updater(by)
    case .rollBackRelease(let reason, let by):
      text(reason.text, limit: ReasonText.limit)
      updater(by)
    case .commitRelease(let release, let seen, let by):
      version(release)
      evidence(seen)
      updater(by)
    case .takeOverUpdates, .releaseStatus, .cancelRestart: break
    case .scheduleRestart(let target, let delay, let reason):
      text(target.rawValue, limit: FrameCode.word)
      number(delay)
      text(reason.text, limit: ReasonText.limit)
    case .restartSupervisor(let reason): text(reason.text, limit: ReasonText.limit)
    case .restartService(let name): text(name.rawValue, limit: FrameCode.word)
    case .registryRead(let at), .registryDelete(let at): path(at)
    case .registryWrite(let at, let new):
      path(at)
      value(new)
    case .registryList(let under, let after):
      optionalPath(under)
      optionalPath(after)
    case .setMaintenance(let on, let reason):
      flag(on)
      text(reason.text, limit: ReasonText.limit)
    }
  }

  fileprivate mutating func answer(_ answer: PrivilegedAnswer) {
    switch answer {
    case .done: byte(0)
    case .value(let value):
      byte(1)
      privileged(value)
    case .refused(let refusal):
      byte(2)
      text(refusal.reason.rawValue, limit: FrameCode.word)
      text(refusal.detail, limit: FrameCode.detail)
    case .failed(let failure):
      byte(3)
      text(failure.reason.rawValue, limit: FrameCode.word)
      text(failure.detail, limit: FrameCode.detail)
    }
  }

  private mutating func privileged(_ answered: PrivilegedValue) {
    switch answered {
    case .registry(let found):
      byte(0)
      flag(found != nil)
      if let found { value(found) }
    case .entries(let entries, let more):
      byte(1)
      flag(more)
      number(UInt16(clamping: entries.count))
      for entry in entries.prefix(Int(UInt16.max)) {
        path(entry.path)
        value(entry.value)
      }
    case .flag(let answer):
      byte(2)
      flag(answer)
    case .restart(let restart):
      byte(3)
      text(restart.target.rawValue, limit: FrameCode.word)
      number(restart.dueAt.microseconds)
      text(restart.reason.text, limit: ReasonText.limit)
    case .updater(let generation):
      byte(4)
      updater(generation)
    case .releases(let releases):
      byte(5)
      status(releases)
    }
  }

  private mutating func path(_ path: RegistryPath) { text(path.text, limit: RegistryPath.maxLength) }

  private mutating func optionalPath(_ optional: RegistryPath?) {
    flag(optional != nil)
    if let optional { path(optional) }
  }

  private mutating func value(_ value: RegistryValue) {
    switch value {
    case .string(let string):
      byte(0)
      text(string, limit: RegistryValue.maxText)
    case .integer(let integer):
      byte(1)
      number(integer)
    case .boolean(let boolean):
      byte(2)
      flag(boolean)
    case .strings(let strings):
      byte(3)
      byte(UInt8(clamping: min(strings.count, RegistryValue.maxStrings)))
      for string in strings.prefix(RegistryValue.maxStrings) { text(string, limit: RegistryValue.maxText) }
    }
  }
}
