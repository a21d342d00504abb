import CloudAPI
import ServiceKit
import Simulation
import WatchDogService
import World

/// Faults planted around the updater's own logic: in what it is told, and in what is kept for it.
extension FleetRun {
  /// An order arrives.
  mutating func order(_ index: Int, _ command: UpdateCommand) {
    let planted = planted(index, command)
    apply(index, .ordered(RequestID(OrderName(planted).number), planted))
  }

  private mutating func planted(_ index: Int, _ command: UpdateCommand) -> UpdateCommand {
    var command = command
    switch mutant {
    // No lease ends before a week is over.
    case .leaseWithoutExpiry: if command.lasts != nil { command.lasts = UpdateCommand.longest }
    // An order counts as the newest, whenever it was given.
    case .fencingTokenIgnored:
      guard command.action != .leaveMaintenance, let lease = machines[index].lease else { break }
      let highest = max(lease.token, lease.fence ?? 0)
      if command.token < highest || (command.token == highest && !lease.isHeld) { command.token = highest + 1 }
    // What became of the order is not remembered, nor that its lease is over.
    case .replayedCommandTwice:
      guard var lease = machines[index].lease, lease.token == command.token else { break }
      if command.action == .install {
        guard !lease.isHeld || lease.stage == .committed || lease.stage == .failed || lease.stage == .rolledBack else { break }
        (lease.isHeld, lease.stage) = (true, .drained)
        forget(index, lease)
      } else if command.action != .leaveMaintenance, !lease.isHeld {
        forget(index, nil)
      }
    default: break
    }
    return command
  }

  private mutating func forget(_ index: Int, _ lease: UpdateLease?) {
    machines[index].updater = [ground.updater(machines[index].slot, machines[index].incarnation, machines[index].starts, lease)]
    apply(index, .started)
  }

  /// Planted: nobody looks whether the lease is over.
  func isDeaf(to alarm: UpdaterLogic.Alarm) -> Bool {
    guard mutant == .leaseWithoutExpiry, case .lease = alarm else { return false }
    return true
  }

  /// What the process before has kept.
  mutating func keptLease(_ index: Int) -> UpdateLease? {
    guard mutant != .tokenNotKept else { return nil }
    return (try? machines[index].kept.read()) ?? nil
  }
}
