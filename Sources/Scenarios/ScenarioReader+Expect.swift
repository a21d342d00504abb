import World

/// What is expected.
extension ScenarioReader {
  mutating func expect(_ node: DocumentNode, _ path: String) -> Expectations? {
    guard let fields = fields(node, Shapes.expect, path) else { return nil }
    var out = Expectations()
    let violations = texts(fields, "violations")
    out.violations = violations == ["none"] ? [] : violations
    for id in out.violations where id.wholeMatch(of: #/[TLFECPO][0-9]{1,2}/#) == nil {
      report(
        fields.values["violations"] ?? node, fields.path("violations"), expected: "'none', or ids of invariants such as F2 and L6", found: "'\(id)'")
    }
    out.counts = shape(fields, "counts") { reader, node, path in reader.counts(node, path) } ?? [:]
    out.trace = list(fields, "trace") { reader, node, path in reader.expectation(node, path) } ?? []
    return out
  }

  private mutating func counts(_ node: DocumentNode, _ path: String) -> [String: CountRange]? {
    guard case .fields(let entries) = node.content else {
      report(node, path, expected: FieldType.counts.expected)
      return nil
    }
    var out: [String: CountRange] = [:]
    for entry in entries {
      guard case .text(let text) = entry.value.content, let range = CountRange(text) else {
        report(entry.value, "\(path).\(entry.key)", expected: FieldType.countRange.expected)
        continue
      }
      out[entry.key] = range
    }
    return out
  }

  private mutating func expectation(_ node: DocumentNode, _ path: String) -> TraceExpectation? {
    guard let fields = fields(node, Shapes.expectation, path) else { return nil }
    var found: [TraceExpectation] = []
    for kind in TraceExpectation.Kind.allCases {
      let pattern = shape(fields, kind.rawValue) { reader, node, path in reader.pattern(node, path) }
      if let pattern { found.append(TraceExpectation(kind, pattern)) }
    }
    let when = shape(fields, "when") { reader, node, path in reader.pattern(node, path) }
    let (within, from, until) = (duration(fields, "within"), duration(fields, "from"), duration(fields, "until"))
    let times = one(fields, "times") { CountRange($0) }
    let why = text(fields, "why") ?? ""
    let given = TraceExpectation.Kind.allCases.filter { fields.values[$0.rawValue] != nil }
    guard given.count == 1, let kind = given.first else {
      let names = TraceExpectation.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      report(node, path, expected: "one of \(names)", found: given.isEmpty ? "none" : given.map(\.rawValue).joined(separator: " and "))
      return nil
    }
    let needs: [String] =
      switch kind {
      case .eventually: present(fields, ["within"])
      case .never: fields.values["when"] == nil ? [] : ["when"] + present(fields, ["within"])
      case .always: ["when"]
      case .leadsTo: ["when"] + present(fields, ["within"])
      case .count: ["times"]
      }
    require(fields, needs, of: kind.rawValue, among: ["when", "within", "times"])
    guard var out = found.first else { return nil }
    (out.when, out.within, out.from, out.until, out.times, out.why) = (when, within, from, until, times, why)
    return out
  }

  private func present(_ fields: Fields, _ keys: [String]) -> [String] { keys.filter { fields.values[$0] != nil } }

  private mutating func pattern(_ node: DocumentNode, _ path: String) -> LinePattern? {
    guard let fields = fields(node, Shapes.pattern, path) else { return nil }
    return LinePattern(
      node: texts(fields, "node"), what: texts(fields, "what"), subject: texts(fields, "subject"), detail: texts(fields, "detail"))
  }
}
