import Simulation

/// Lines of the trace for the page: texts once, numbers for the rest, and no more than fit. What is said most often goes first when there are too many; faults,
/// violations and what the rollout does stay.
struct LineStore {
  /// So many rows are about two megabytes of the page.
  static let most = 80_000
  private static let kept: Set<String> = ["violation", "fault", "healed", "publishes", "published", "ringOpened", "halted", "done"]

  struct Texts {
    private(set) var all: [String] = []
    private var numbers: [String: Int] = [:]

    mutating func number(_ text: String) -> Int {
      if let known = numbers[text] { return known }
      numbers[text] = all.count
      all.append(text)
      return all.count - 1
    }
  }
  private struct Row {
    var at: Int
    var node, what, subject, detail: Int32
  }
  private let most: Int
  private var rows: [Row] = []
  private var texts = Texts()
  private var counts: [Int32: Int] = [:]
  /// By what they say: how many are left out.
  private var dropped: [Int32: Int] = [:]

  init(most: Int = Self.most) { self.most = most }

  mutating func add(_ line: TraceLine, at: Int) {
    let what = Int32(texts.number(line.what))
    if dropped[what] != nil {
      dropped[what, default: 0] += 1
      return
    }
    let detail = line.detail.utf8.count > 240 ? String(line.detail.prefix(239)) + "…" : line.detail
    rows.append(
      Row(
        at: at, node: Int32(texts.number(line.node)), what: what, subject: Int32(texts.number(line.subject)),
        detail: Int32(texts.number(detail))))
    counts[what, default: 0] += 1
    if rows.count > most * 2 { drop() }
  }

  private mutating func drop() {
    while rows.count > most {
      let candidates = counts.filter { !Self.kept.contains(texts.all[Int($0.key)]) }
      // With the same count the one that was heard first, so that the same run gives the same page.
      guard let often = candidates.max(by: { ($0.value, -$0.key) < ($1.value, -$1.key) }) else { return rows.removeLast(rows.count - most) }
      dropped[often.key] = often.value
      counts[often.key] = nil
      rows.removeAll { $0.what == often.key }
    }
  }

  /// For the page: all texts, rows of (milliseconds since the one before, node, what, subject, detail), and what was left out.
  mutating func json() -> ScriptJSON {
    drop()
    // Texts of rows that were left out are not needed any more.
    var used = Texts()
    var numbers: [Int] = []
    numbers.reserveCapacity(rows.count * 5)
    var before = 0
    for row in rows {
      numbers.append(row.at - before)
      before = row.at
      for text in [row.node, row.what, row.subject, row.detail] { numbers.append(used.number(texts.all[Int(text)])) }
    }
    let left = dropped.sorted { ($0.value, $0.key) > ($1.value, $1.key) }
    return .object([
      ("texts", .texts(used.all)), ("rows", .numbers(numbers)),
      ("left", .array(left.map { .array([.text(texts.all[Int($0.key)]), .number($0.value)]) })),
    ])
  }
}
