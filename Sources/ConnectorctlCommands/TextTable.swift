import EventCatalog

/// Columns aligned with two blanks between them; the last is not padded. Cells are made safe for a terminal.
package struct TextTable {
  private var rows: [[String]] = []

  package init(_ header: [String] = []) { if !header.isEmpty { rows.append(header) } }

  package mutating func add(_ cells: [String]) { rows.append(cells.map(OneLine.escape)) }

  /// With a line end after each row.
  package var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      var line = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 2)
      }.joined()
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
