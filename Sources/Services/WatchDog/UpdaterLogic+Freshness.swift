import EventCatalog
import Evergreen
import World

/// T4: a repository that is held still, or kept from this connector, shows nothing that is wrong until its metadata expires. So it is looked at also when there is
/// nothing to install, and what stands still for too long is told.
extension UpdaterLogic {
  struct Freshness: Hashable, Sendable {
    var isLooking = false
    var isFreezeSuspected = false
    var look: MetadataLook?
  }

  /// The first look comes soon, so that a process that never lives for long looks too; not at once, for the machines of a site may all start together.
  /// Chosen: within one to five minutes, as the process's name falls.
  private static let firstLook: (after: Int64, spread: UInt64) = (60, 240)

  mutating func beginLooks() -> [Directive] {
    guard settings.hasReleases, settings.hasRoot, !freshness.isLooking else { return [] }
    freshness.isLooking = true
    let spread = settings.boot.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) } % Self.firstLook.spread
    return [.wake(.metadata, after: min(.seconds(Self.firstLook.after + Int64(spread)), settings.update.lookEvery))]
  }

  mutating func looked(_ look: MetadataLook) -> [Directive] {
    freshness.look = look
    let again = Directive.wake(.metadata, after: settings.update.lookEvery)
    let isFrozen = look.stale >= settings.update.freezeAfter
    guard isFrozen != freshness.isFreezeSuspected else { return [again] }
    freshness.isFreezeSuspected = isFrozen
    guard isFrozen else { return [.emit(.evergreenFreezeOver()), again] }
    let reason = look.problem?.description ?? "the repository answers, and what it shows is no newer"
    return [.emit(.evergreenFreezeSuspected(hours: Int(look.stale.components.seconds / 3_600), reason: reason)), again]
  }
}
