package import CloudAPI
import LiveFaults
package import World

/// The lab's table and the one place that knows what changes in it. A value, so that its rules are tested without a cloud:
///
/// - A cloud that is slow to answer changes nothing: the last known state stays, and its age is shown.
/// - `unknown` means that the cloud is out of reach: nobody listens, or no answer came for `silentLimit`.
/// - A connector is `starting` until it first works; what the cloud calls it on the way is the reason, unless it takes longer than `startLimit`.
package struct LabBoard: Sendable {
  /// Chosen: the same minute that an error must last before the cloud tells its administrators, so that a start is no alarm.
  static let startLimit = Duration.seconds(60)
  /// Chosen: at least this long, and a lease: after that the cloud's own word about any connector would be out of date.
  static let shortestSilence = Duration.seconds(30)

  package private(set) var rows: [ConnectorRow]
  private let connectors: [LabEndpoints.Connector]
  private let location: String
  private let silentLimit: Duration
  /// When the cloud last said something.
  private var heard: Moment
  /// When each connector was started by this lab.
  private var begun: [String: Moment] = [:]
  /// Those that have worked since.
  private var arrived: Set<String> = []
  private var isFirst = true

  /// - Parameters:
  ///   - location: the resource location's id.
  ///   - lease: how long the cloud's word about a connector is good.
  init(_ connectors: [LabEndpoints.Connector], location: String, lease: Duration, at now: Now) {
    self.connectors = connectors
    self.location = location
    silentLimit = max(lease, Self.shortestSilence)
    heard = now.moment
    rows = connectors.map { RowMaker.blank($0, state: ConnectorRow.starting, reason: "The cloud has not heard of it yet.") }
  }

  /// The lab starts a connector now.
  mutating func begin(_ name: String, at now: Now) { begun[name] = now.moment }

  /// Takes in what came of asking the cloud; returns what is different from now on. The first time each connector counts as changed.
  mutating func take(_ look: CloudLook, at now: Now) -> [RowChange] {
    let before = rows
    switch look {
    case .said(let state):
      heard = now.moment
      rows = RowMaker.rows(connectors, location: location, state: state, before: before, at: now.wall).map { settled($0, now) }
    case .slow where now.moment - heard < silentLimit: break
    case .slow: lose("it has not answered for \(Int((now.moment - heard).inSeconds)) s")
    case .outOfReach(let why): lose(why)
    }
    defer { isFirst = false }
    return zip(before, rows).flatMap { was, row in
      var changes: [RowChange] = []
      if isFirst || was.state != row.state { changes.append(.state(row, from: isFirst ? nil : was.state)) }
      if row.elected && !was.elected { changes.append(.elected(row)) }
      changes += FaultChanges.between(was, row)
      return changes
    }
  }

  private mutating func settled(_ said: ConnectorRow, _ now: Now) -> ConnectorRow {
    var row = said
    switch row.state {
    case ConnectorState.healthy.title, ConnectorState.maintenance.title: arrived.insert(row.name)
    case ConnectorState.notInContact.title, ConnectorState.error.title:
      let isLate = begun[row.name].map { now.moment - $0 >= Self.startLimit } ?? false
      if !arrived.contains(row.name), !isLate { row.state = ConnectorRow.starting }
    default: break
    }
    return row
  }

  /// The cloud is out of reach: whoever it knew may be in any state now; who has not called yet is still starting.
  private mutating func lose(_ why: String) {
    for at in rows.indices {
      if rows[at].id != nil { rows[at].state = ConnectorRow.unknown }
      rows[at].reason = "The cloud is out of reach: \(why)."
    }
  }
}

/// What of a connector's faults is different. One that was never active is not told.
private enum FaultChanges {
  static func between(_ before: ConnectorRow, _ after: ConnectorRow) -> [RowChange] {
    guard before.faults != nil || after.faults != nil else { return [] }
    func active(_ row: ConnectorRow) -> [FaultReport] { (row.faults ?? []).filter { $0.standing == .active } }
    // Ids begin anew with each run of the cloud.
    func has(_ faults: [FaultReport], _ one: FaultReport) -> Bool { faults.contains { $0.id == one.id && $0.began == one.began } }
    let (was, now) = (active(before), active(after))
    let begun = now.filter { !has(was, $0) }.map { RowChange.fault(after, $0) }
    return begun
      + was.filter { !has(now, $0) }.map { fault in
        var over = fault
        (over.standing, over.left) = (.ended, 0)
        return .fault(after, over)
      }
  }
}

/// Something in the table that is different from now on.
package enum RowChange: Hashable, Sendable {
  /// - Parameter from: nil when it is shown for the first time.
  case state(ConnectorRow, from: String?)
  case elected(ConnectorRow)
  /// A fault has begun, or has ended.
  case fault(ConnectorRow, FaultReport)

  /// For people.
  package func line(_ now: WallTime) -> String {
    switch self {
    case .state(let row, _): "\(now) cloud: \(row.name) is \(row.state)\(row.reason.isEmpty ? "" : ": \(row.reason)")"
    case .elected(let row): "\(now) cloud: \(row.name) is elected"
    case .fault(_, let fault) where fault.standing == .ended: "\(now) fault \(fault.id) on \(fault.fault.on) is over: \(fault.fault.short)"
    case .fault(_, let fault): "\(now) fault \(fault.id) on \(fault.fault.on) begins, for \(fault.leftText): \(fault.fault.short)"
    }
  }
}
