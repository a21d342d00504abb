import Foundation
package import SimulatedSite
package import World

/// What a process of machines or a StoreFront shows of itself at one moment; times are wall times, so that a drill can lay them beside events.
package struct SiteSnapshot: Hashable, Codable, Sendable {
  package enum Kind: String, Codable, Sendable { case vda, storefront }

  package struct Storm: Hashable, Codable, Sendable {
    package var began: WallTime
    package var machines: Int
    package var back: Int
    package var firstBack: WallTime?
    package var lastBack: WallTime?
    package var cause: String
    package var isOver: Bool

    package init(began: WallTime, machines: Int, back: Int, firstBack: WallTime?, lastBack: WallTime?, cause: String, isOver: Bool) {
      self.began = began
      self.machines = machines
      self.back = back
      self.firstBack = firstBack
      self.lastBack = lastBack
      self.cause = cause
      self.isOver = isOver
    }
  }

  package struct Machines: Hashable, Codable, Sendable {
    package var machines: Int
    package var registered: Int
    /// By the connector's name.
    package var byConnector: [String: Int]
    package var prepared: Int
    package var active: Int
    package var disconnected: Int
    package var tally: MachineTally
    package var storms: [Storm]

    package init(_ standing: MachineStanding, _ tally: MachineTally, storms: [Storm], names: [String]) {
      machines = standing.machines
      registered = standing.registered
      byConnector = [:]
      for (broker, count) in standing.byBroker where names.indices.contains(broker) { byConnector[names[broker], default: 0] += count }
      prepared = standing.prepared
      active = standing.active
      disconnected = standing.disconnected
      self.tally = tally
      self.storms = storms
    }

    package var unregistered: Int { machines - registered }
    package var sessions: Int { prepared + active + disconnected }
  }

  package var kind: Kind
  package var pid: Int32
  package var time: WallTime
  package var machines: Machines?
  package var brokering: BrokeringTally?
  /// It will not change any more.
  package var isFinal = false

  package init(_ kind: Kind, pid: Int32, time: WallTime, machines: Machines? = nil, brokering: BrokeringTally? = nil) {
    self.kind = kind
    self.pid = pid
    self.time = time
    self.machines = machines
    self.brokering = brokering
  }

  package var json: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { [UInt8]($0) } ?? []
  }
  package static func read(_ bytes: [UInt8]) -> SiteSnapshot? { try? JSONDecoder().decode(SiteSnapshot.self, from: Data(bytes)) }
}

extension SiteSnapshot.Storm {
  /// - Parameter now: both clocks, to tell the one's time by the other's.
  init(_ storm: SimulatedSite.Storm, now: Now) {
    func wall(_ moment: Moment) -> WallTime { now.wall + (moment - now.moment) }
    self.init(
      began: wall(storm.began), machines: storm.machines, back: storm.back, firstBack: storm.firstBack.map(wall), lastBack: storm.lastBack.map(wall),
      cause: storm.cause, isOver: storm.isOver)
  }
}
