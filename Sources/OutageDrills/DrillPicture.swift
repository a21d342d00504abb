import FleetReports
import World

/// The timeline as a picture (SVG): the cloud, each connector's mode, the machines that are registered, and launches.
struct DrillPicture {
  private let outcome: DrillOutcome
  private let width = 1_160.0
  private let left = 86.0
  private let right = 14.0
  private let lane = 20.0
  private let gap = 8.0
  private var out = ""
  private var y = 26.0

  static func svg(_ outcome: DrillOutcome) -> String {
    var picture = DrillPicture(outcome)
    return picture.draw()
  }

  private init(_ outcome: DrillOutcome) { self.outcome = outcome }

  private var span: Double { max(0.001, (outcome.ended - outcome.began).inSeconds) }

  private func x(_ time: WallTime) -> Double {
    let share = (time - outcome.began).inSeconds / span
    return left + min(1, max(0, share)) * (width - left - right)
  }

  private mutating func draw() -> String {
    cloud()
    for connector in outcome.connectors { modes(connector) }
    if let most = outcome.samples.compactMap(\.machines).max(), most > 0 { machines(most) }
    if outcome.samples.contains(where: { $0.launches != nil }) { launches() }
    let bottom = y
    let (from, to) = (x(outcome.cut), x(outcome.healed))
    var frame = "<rect x=\"\(n(from))\" y=\"22\" width=\"\(n(to - from))\" height=\"\(n(bottom - 22))\" fill=\"var(--cut-ground)\"/>"
    for (at, text) in [(from, "cut"), (to, "mended")] {
      frame += "<line class=\"mark\" x1=\"\(n(at))\" x2=\"\(n(at))\" y1=\"16\" y2=\"\(n(bottom))\"/>"
      frame += "<text class=\"mark-text\" x=\"\(n(at + 4))\" y=\"14\">\(text)</text>"
    }
    return "<svg viewBox=\"0 0 \(n(width)) \(n(bottom + 24))\" role=\"img\" aria-label=\"Timeline of the drill\">\(axis(bottom))\(frame)\(out)</svg>"
  }

  /// Seconds since the cut, at round numbers.
  private func axis(_ bottom: Double) -> String {
    let step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400].first { span / Double($0) <= 14 } ?? 604_800
    let first = Int(((outcome.began - outcome.cut).inSeconds / Double(step)).rounded(.up))
    let last = Int(((outcome.ended - outcome.cut).inSeconds / Double(step)).rounded(.down))
    guard first <= last else { return "" }
    return (first...last).map { number in
      let at = x(outcome.cut + .seconds(number * step))
      return "<line class=\"grid\" x1=\"\(n(at))\" x2=\"\(n(at))\" y1=\"22\" y2=\"\(n(bottom))\"/>"
        + "<text class=\"tick\" text-anchor=\"middle\" x=\"\(n(at))\" y=\"\(n(bottom + 16))\">\(number == 0 ? "0" : Self.short(number * step))</text>"
    }.joined()
  }

  private static func short(_ seconds: Int) -> String {
    let (sign, all) = (seconds < 0 ? "-" : "", abs(seconds))
    if all < 60 { return "\(sign)\(all) s" }
    return all % 60 == 0 ? "\(sign)\(all / 60) min" : "\(sign)\(all / 60):\(all % 60 < 10 ? "0" : "")\(all % 60)"
  }

  private mutating func cloud() {
    name("cloud", lane)
    bar(outcome.began, outcome.cut, "var(--up)", "reached")
    bar(outcome.cut, outcome.healed, "var(--cut)", "not reached")
    bar(outcome.healed, outcome.ended, "var(--up)", "reached")
    y += lane + gap
  }

  private mutating func modes(_ connector: DrillOutcome.Connector) {
    name(connector.name, lane)
    for one in connector.modes { bar(one.from, one.to, "var(--\(Self.colour(one.mode)))", "\(connector.name): \(one.mode)") }
    for one in connector.elected {
      out += "<rect x=\"\(n(x(one.from)))\" y=\"\(n(y + lane - 3))\" width=\"\(n(x(one.to) - x(one.from)))\" height=\"3\" fill=\"var(--elected)\">"
      out += "<title>\(XML.text(connector.name)) is elected</title></rect>"
    }
    y += lane + gap
  }

  static func colour(_ mode: String) -> String {
    switch mode {
    case "Pending HA": "pending"
    case "Initial HA": "initial"
    case "Extended HA": "extended"
    case "Pending Recovery": "recovery"
    default: "normal"
    }
  }

  private mutating func machines(_ most: Int) {
    let height = 84.0
    y += gap
    name("machines", 12)
    scale("\(most)", height)
    let points = outcome.samples.filter { $0.machines != nil }.map { sample in
      (x(sample.time), y + height - height * Double(sample.registered ?? 0) / Double(most))
    }
    if let first = points.first, let last = points.last {
      let line = points.map { "\(n($0.0)),\(n($0.1))" }.joined(separator: " ")
      out += "<polygon points=\"\(n(first.0)),\(n(y + height)) \(line) \(n(last.0)),\(n(y + height))\" fill=\"var(--machines)\" opacity=\".18\"/>"
      out +=
        "<polyline points=\"\(line)\" fill=\"none\" stroke=\"var(--machines)\" stroke-width=\"1.6\"><title>registered machines</title></polyline>"
    }
    y += height + gap
  }

  /// Acknowledged upward, failed beside them: how many in each second or more.
  private mutating func launches() {
    let height = 84.0
    y += gap
    name("launches", 12)
    let bars = Self.rates(outcome.samples)
    let most = max(1, bars.map { max($0.acknowledged, $0.failed) }.max() ?? 1)
    scale("\(Int(most.rounded(.up)))/s", height)
    for one in bars {
      let (from, wide) = (x(one.from), max(0.8, x(one.to) - x(one.from)))
      for (value, colour, what, at) in [(one.acknowledged, "launches", "acknowledged", 0.0), (one.failed, "failed", "failed", 0.5)] where value > 0 {
        let high = height * value / most
        out += "<rect x=\"\(n(from + wide * at))\" y=\"\(n(y + height - high))\" width=\"\(n(max(0.6, wide / 2 - 0.2)))\" height=\"\(n(high))\" "
        out += "fill=\"var(--\(colour))\"><title>\(n(value)) launches a second \(what)</title></rect>"
      }
    }
    y += height + gap
  }

  /// A launch that was asked of nobody is none: differences of what was counted so far.
  static func rates(_ samples: [OutageDrill.Sample]) -> [(from: WallTime, to: WallTime, acknowledged: Double, failed: Double)] {
    let counted = samples.filter { $0.launches != nil }
    // At most some hundreds of bars, however long it took.
    let stride = max(1, counted.count / 240)
    let few = counted.enumerated().filter { $0.offset % stride == 0 || $0.offset == counted.count - 1 }.map(\.element)
    return zip(few, few.dropFirst()).compactMap { one, next in
      let seconds = (next.time - one.time).inSeconds
      guard seconds > 0 else { return nil }
      let launches = max(0, (next.launches ?? 0) - (one.launches ?? 0))
      let failed = max(0, (next.failed ?? 0) - (one.failed ?? 0))
      return (one.time, next.time, Double(launches) / seconds, Double(failed) / seconds)
    }
  }

  // MARK: pieces

  private mutating func name(_ text: String, _ height: Double) {
    out += "<text class=\"name\" text-anchor=\"end\" x=\"\(n(left - 10))\" y=\"\(n(y + height / 2 + 4))\">\(XML.text(text))</text>"
  }

  private mutating func scale(_ most: String, _ height: Double) {
    out += "<text class=\"scale\" text-anchor=\"end\" x=\"\(n(left - 10))\" y=\"\(n(y + 28))\">\(most)</text>"
    out += "<line class=\"grid\" x1=\"\(n(left))\" x2=\"\(n(width - right))\" y1=\"\(n(y + height))\" y2=\"\(n(y + height))\"/>"
  }

  private mutating func bar(_ from: WallTime, _ to: WallTime, _ fill: String, _ title: String) {
    guard to > from else { return }
    out += "<rect x=\"\(n(x(from)))\" y=\"\(n(y))\" width=\"\(n(x(to) - x(from)))\" height=\"\(n(lane))\" fill=\"\(fill)\">"
    out += "<title>\(XML.text(title)), for \(DrillWords.span(Int((to - from).nanoseconds / 1_000_000)))</title></rect>"
  }

  /// One digit behind the point is enough for a pixel.
  private func n(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
