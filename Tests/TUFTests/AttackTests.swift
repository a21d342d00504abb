import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import TrustCheckers
import World

/// The table of attacks: each is refused by its name, moves nothing it must not move, and the next honest update goes through (T9).
@Suite struct AttackTests {
  @Test(arguments: Attack.all)
  func isRefusedAndLeavesAClientThatCanUpdate(_ attack: Attack) async throws {
    var scene = try Scene(hashes: attack.hashes)
    #expect(await scene.refresh() == nil)
    let honest = scene.repository
    try attack.arrange(&scene)
    let error = await scene.refresh()
    #expect(error?.kind == attack.expected, "\(error?.description ?? "accepted")")
    #expect(scene.trusted == attack.trusted)

    if !attack.healsOnTop { scene.repository = honest }
    for url in ["2.root.json", "timestamp.json", "2.snapshot.json"] { scene.fetcher.fail(MemoryFetcher.metadataURL + url, nil) }
    scene.files.healFailures()
    scene.start = Scene.start
    scene.limits = TrustLimits()
    // The honest repository goes on: it rotates what was abused and publishes everything anew.
    for role in [ExactText.root, .timestamp, .snapshot] where scene.repository.roles[role]?.signers != nil {
      scene.repository.roles[role]?.signers = nil
    }
    try scene.publish(.root, .targets, .snapshot, .timestamp)
    scene.trace.say(.everythingWorks(true), at: scene.start)
    let after = await scene.refresh()
    #expect(scene.trace.violations == [])
    #expect(after == nil, "T9: the next update must go through, but \(after?.description ?? "")")
  }

  /// T4: the refusal says what an operator has to think of.
  @Test func t4AFreezeIsNamed() async throws {
    var scene = try Scene()
    #expect(await scene.refresh() == nil)
    scene.start = Scene.expires + .seconds(1)
    #expect(await scene.refresh()?.description.contains("freeze attack") == true)
  }

  /// T4: a repository that goes on serving the same timestamp past its expiry, with everything else still fresh.
  @Test func t4TheSameTimestampIsNotUsedPastItsExpiry() async throws {
    var scene = try Scene()
    scene.repository.expires[.timestamp] = Scene.start + .seconds(7 * 86_400)
    try scene.publish(.timestamp)
    #expect(await scene.refresh() == nil)
    scene.start = Scene.start + .seconds(8 * 86_400)
    let error = await scene.refresh()
    #expect(error?.kind == .frozen)
    #expect(error?.subject == .timestamp)
  }
}
