import CloudAPI
import Evergreen
import Releases
import Simulation
import WatchDogService
import World

/// What the updaters of a run share. The updater itself is the WatchDog's own logic (`UpdaterLogic`), the same value as in the daemon; a machine holds one
/// for each process that is ready, in an array so that a machine stays small.
final class Ground: Sendable {
  let settings: UpdateSettings
  let mutant: Mutant?
  let catalog: Catalog

  init(_ settings: UpdateSettings, _ mutant: Mutant?, _ catalog: Catalog) {
    self.settings = settings
    self.mutant = mutant
    self.catalog = catalog
  }

  /// As signed metadata lists it: length and digest never come from the cloud's order.
  func bundle(_ number: Int) -> UpdateOrder.Bundle { UpdateOrder.Bundle(sha256: catalog.bundle(number), length: 40_000_000) }

  /// - Parameters:
  ///   - process: a number that no other process of this machine has.
  ///   - start: of the machine.
  ///   - lease: as the process before has kept it.
  func updater(_ slot: SlotName, _ process: UInt32, _ start: UInt32, _ lease: UpdateLease?) -> UpdaterLogic {
    var known = UpdaterSettings(version: slot.version, boot: "\(process)", hasReleases: true, hasRoot: true)
    known.update = settings
    known.digest = slot.digest
    known.machine = "\(start)"
    return UpdaterLogic(known, lease: lease)
  }
}

extension Machine {
  /// Nil while no process is ready.
  var lease: UpdateLease? { updater.first?.lease }
  /// What it says of itself from now on. True when the cloud must hear of it.
  mutating func renewStanding() -> Bool {
    let before = standing
    standing = updater.first?.standing
    token = lease.flatMap { $0.isHeld ? $0.token : nil }
    return standing != nil && (standing?.stage != before?.stage || standing?.token != before?.token)
  }
}

/// Which order an answer is for.
struct OrderName {
  let token: UInt64
  let action: UpdateCommand.Action

  init(_ command: UpdateCommand) { (token, action) = (command.token, command.action) }

  init(_ number: UInt64) {
    token = number >> 3
    action = UpdateCommand.Action.allCases[Int(number & 7) % UpdateCommand.Action.allCases.count]
  }

  var number: UInt64 { token << 3 | UInt64(UpdateCommand.Action.allCases.firstIndex(of: action) ?? 0) }
}
