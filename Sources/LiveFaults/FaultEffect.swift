import CloudAPI
package import Simulation
import World

/// What a fault does. Where an effect is the simulation's too (`Simulation.FaultKind`), it has its name.
package enum FaultEffect: Hashable, Sendable {
  /// Of a link each way, or of a service's answers: so much longer, more or less the jitter.
  case latency(Duration, jitter: Duration)
  /// Of a million pieces, so many are lost on the way and come again after a while, as TCP does it.
  case loss(Int)
  /// Nothing passes; nil: neither way.
  case partition(LinkDirection?)
  /// Bytes a second each way.
  case slowLink(Int)
  /// The cloud's end closes so much later.
  case slowClose(Duration)
  /// The connection is reset (RST) so long after it began.
  case reset(after: Duration)
  /// A service refuses with this code.
  case error(String)
  /// A service answers with JSON of another shape.
  case wrongAnswer
  case crash
  case hang
  case diskFull

  /// The codes that a service refuses with.
  static let codes = ["failed", "unavailable", "denied", "notFound", "badRequest", "unknownOperation", "notSimulated"]

  static let ofLinks = ["latency", "loss", "partition", "slow-link", "slow-close", "reset"]
  static let ofServices = ["latency", "error", "wrong-answer", "crash", "hang"]
  static let ofConnectors = ["crash", "hang", "disk-full"]
  static let ofPeers = ["partition"]

  /// The kinds that a place can have, as text.
  static func kinds(of place: FaultPlace) -> [String] {
    switch place {
    case .link: ofLinks
    case .service: ofServices
    case .connector: ofConnectors
    case .peers: ofPeers
    }
  }

  init(_ order: FaultOrder, at place: FaultPlace) throws(FaultProblem) {
    let kinds = Self.kinds(of: place)
    guard kinds.contains(order.kind) else {
      throw FaultProblem("'\(order.kind)' is no fault of \(place); expected one of \(kinds.joined(separator: ", "))")
    }
    if order.jitter != nil, order.kind != "latency" { throw FaultProblem("a jitter goes only with latency, not with \(order.kind)") }
    switch order.kind {
    case "latency":
      let value = try Self.duration(order, "a time such as 300ms")
      let jitter = try order.jitter.map { text throws(FaultProblem) in try FaultText.duration(text, "the jitter") } ?? .zero
      self = .latency(value, jitter: jitter)
    case "loss": self = .loss(try FaultText.share(try Self.value(order, "a share such as 20%"), "the value"))
    case "partition":
      switch order.value {
      case nil, "both": self = .partition(nil)
      case "up": self = .partition(.up)
      case "down": self = .partition(.down)
      case let other?: throw FaultProblem("the value is '\(other)'; expected up (what the connector sends), down (what it hears) or both")
      }
    case "slow-link": self = .slowLink(try FaultText.rate(try Self.value(order, "bytes a second such as 64KiB/s")))
    case "slow-close": self = .slowClose(try Self.duration(order, "a time such as 5s"))
    case "reset": self = .reset(after: try order.value.map { text throws(FaultProblem) in try FaultText.duration(text, "the value") } ?? .zero)
    case "error":
      let code = order.value ?? "failed"
      guard Self.codes.contains(code) else { throw FaultProblem("the value is '\(code)'; expected one of \(Self.codes.joined(separator: ", "))") }
      self = .error(code)
    default:
      if let value = order.value { throw FaultProblem("\(order.kind) takes no value, but '\(value)' was given") }
      self =
        switch order.kind {
        case "wrong-answer": .wrongAnswer
        case "crash": .crash
        case "hang": .hang
        default: .diskFull
        }
    }
  }

  private static func value(_ order: FaultOrder, _ expected: String) throws(FaultProblem) -> String {
    guard let value = order.value else { throw FaultProblem("\(order.kind) needs a value: \(expected)") }
    return value
  }

  /// More than no time, at most as long as a fault may last.
  private static func duration(_ order: FaultOrder, _ expected: String) throws(FaultProblem) -> Duration {
    let length = try FaultText.duration(try value(order, expected), "the value")
    guard length > .zero, length <= FaultRule.longest else {
      throw FaultProblem("the value is '\(order.value ?? "")'; expected \(expected), at most \(FaultText.text(FaultRule.longest))")
    }
    return length
  }

  package var kind: String {
    switch self {
    case .latency: "latency"
    case .loss: "loss"
    case .partition: "partition"
    case .slowLink: "slow-link"
    case .slowClose: "slow-close"
    case .reset: "reset"
    case .error: "error"
    case .wrongAnswer: "wrong-answer"
    case .crash: "crash"
    case .hang: "hang"
    case .diskFull: "disk-full"
    }
  }

  var value: String? {
    switch self {
    case .latency(let length, _), .slowClose(let length): FaultText.text(length)
    case .loss(let share): FaultText.text(share: share)
    case .partition(let direction): direction?.rawValue ?? "both"
    case .slowLink(let rate): FaultText.text(rate: rate)
    case .reset(let after): after == .zero ? nil : FaultText.text(after)
    case .error(let code): code
    case .wrongAnswer, .crash, .hang, .diskFull: nil
    }
  }

  var jitter: String? {
    if case .latency(_, let jitter) = self, jitter != .zero { return FaultText.text(jitter) }
    return nil
  }
}
