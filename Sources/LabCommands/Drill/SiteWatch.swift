import Foundation
import Glibc
import OutageDrills
import SimulatedSite
import SiteLoad
import World

/// What machines and StoreFronts of a lab count, from the time at which the watch began.
struct SiteWatch {
  private let register: SiteRegister
  private let client: SiteClient
  /// Processes that had ended before.
  private let over: Set<Int32>
  private var first: [Int32: SiteSnapshot] = [:]
  private var latest: [Int32: SiteSnapshot] = [:]
  private var isFirst = true

  init(_ register: SiteRegister, client: SiteClient) {
    self.register = register
    self.client = client
    over = Set(register.entries().filter { $0.last != nil || kill($0.pid, 0) != 0 }.map(\.pid))
  }

  /// Asks everybody; whoever does not answer has what it showed last.
  mutating func look(at now: WallTime) async -> OutageDrill.Sample {
    for entry in register.entries() where !over.contains(entry.pid) {
      var shown = entry.last
      if shown == nil, let answer = await client.get("\(entry.address)/snapshot", within: .seconds(2)) { shown = SiteSnapshot.read(answer.body) }
      guard let shown else { continue }
      // Who comes later has counted nothing before.
      if isFirst { first[entry.pid] = shown }
      latest[entry.pid] = shown
    }
    isFirst = false
    let machines = latest.values.filter { !$0.isFinal }.compactMap(\.machines)
    let tally = brokering
    return OutageDrill.Sample(
      time: now, machines: machines.isEmpty ? nil : machines.map(\.machines).reduce(0, +),
      registered: machines.isEmpty ? nil : machines.map(\.registered).reduce(0, +), launches: tally?.launches.acknowledged,
      failed: tally?.launches.failures)
  }

  /// Since the watch began; nil: no StoreFront.
  var brokering: BrokeringTally? {
    var sum: BrokeringTally?
    for (pid, snapshot) in latest {
      guard let tally = snapshot.brokering else { continue }
      let since = tally.since(first[pid]?.brokering ?? BrokeringTally())
      if sum == nil { sum = since } else { sum?.add(since) }
    }
    return sum
  }

  /// Storms that began after a moment.
  func storms(since moment: WallTime) -> [OutageDrill.Storm] {
    latest.values.flatMap { $0.machines?.storms ?? [] }.filter { $0.began >= moment && $0.cause != SiteShow.start }
      .sorted { $0.began < $1.began }
      .map { .init(began: $0.began, machines: $0.machines, back: $0.back, firstBack: $0.firstBack, lastBack: $0.lastBack, cause: $0.cause) }
  }
}
