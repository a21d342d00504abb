import StrictJSON
import TUF
import TUFRepository
import Testing
import TrustCheckers
import World

/// Fast-forward recovery: versions that ran away come back after the keys that vouched for them were rotated, and only then (T3).
@Suite struct RecoveryTests {
  private func ahead() async throws -> Scene {
    var scene = try Scene()
    scene.repository.versions[.timestamp] = 90
    scene.repository.versions[.snapshot] = 90
    scene.repository.targets[.targets]?.version = 90
    try scene.publish(.targets, .snapshot, .timestamp)
    #expect(await scene.refresh() == nil)
    #expect(scene.trusted == ["root 1", "snapshot 91", "targets 91", "timestamp 91"])
    return scene
  }

  /// Everything but the root back at version 1; `rotated` get new keys.
  private func back(_ scene: inout Scene, rotated: [ExactText]) throws {
    for (number, role) in rotated.enumerated() { scene.repository.roles[role] = RoleDraft(keys: [Scene.key(UInt8(40 + number))]) }
    try scene.publish(.root)
  }

  @Test func t3TimestampComesBackWithANewKey() async throws {
    var scene = try await ahead()
    try back(&scene, rotated: [.timestamp])
    scene.repository.versions[.timestamp] = 0
    try scene.publish(.timestamp)
    #expect(await scene.refresh() == nil)
    #expect(scene.trusted == ["root 2", "snapshot 91", "targets 91", "timestamp 1"])
    #expect(scene.trace.violations == [])
  }

  @Test func t3SnapshotComesBackWithNewKeysForTimestampAndSnapshot() async throws {
    var scene = try await ahead()
    try back(&scene, rotated: [.timestamp, .snapshot])
    scene.repository.versions[.timestamp] = 0
    scene.repository.versions[.snapshot] = 0
    try scene.publish(.snapshot, .timestamp)
    #expect(await scene.refresh() == nil)
    #expect(scene.trusted == ["root 2", "snapshot 1", "targets 91", "timestamp 1"])
    #expect(scene.trace.violations == [])
  }

  @Test(arguments: [ExactText.timestamp, .snapshot])
  func t3SnapshotComesBackWithANewKeyForOneOfThem(_ role: ExactText) async throws {
    var scene = try await ahead()
    try back(&scene, rotated: [role])
    scene.repository.versions[.timestamp] = 0
    scene.repository.versions[.snapshot] = 0
    try scene.publish(.snapshot, .timestamp)
    #expect(await scene.refresh() == nil)
    #expect(scene.trusted == ["root 2", "snapshot 1", "targets 91", "timestamp 1"])
    #expect(scene.trace.violations == [])
  }

  @Test func t3TargetsComeBackWithANewKeyForSnapshot() async throws {
    var scene = try await ahead()
    try back(&scene, rotated: [.snapshot])
    scene.repository.targets[.targets]?.version = 0
    try scene.publish(.targets, .snapshot, .timestamp)
    #expect(await scene.refresh() == nil)
    #expect(scene.trusted == ["root 2", "snapshot 92", "targets 1", "timestamp 92"])
    #expect(scene.trace.violations == [])
  }

  @Test(arguments: [[ExactText.root], [.targets], []])
  func t3NothingComesBackWhenOtherKeysAreRotated(_ rotated: [ExactText]) async throws {
    var scene = try await ahead()
    if rotated == [.root] {
      scene.repository.roles[.root] = RoleDraft(keys: [Scene.key(50)], signers: [Scene.key(50), Scene.key(1)])
      try scene.publish(.root)
    } else {
      try back(&scene, rotated: rotated)
    }
    scene.repository.targets[.targets]?.version = 0
    try scene.publish(.targets, .snapshot, .timestamp)
    #expect(await scene.refresh()?.kind == .rollback)
    #expect(scene.trusted == ["root 2", "snapshot 91", "targets 91", "timestamp 92"])
    #expect(scene.trace.violations == [])
  }

  /// T3, T4: metadata that expired on this machine while it was off still tells what must not go back, and does not hinder the update.
  @Test func t3ExpiredMetadataOnDiskStillProtects() async throws {
    var scene = try Scene()
    for role in [ExactText.timestamp, .snapshot] { scene.repository.expires[role] = Scene.start + .seconds(7 * 86_400) }
    scene.repository.targets[.targets]?.expires = Scene.start + .seconds(7 * 86_400)
    try scene.publish(.targets, .snapshot, .timestamp)
    #expect(await scene.refresh() == nil)

    scene.start = Scene.start + .seconds(18 * 86_400)
    for role in [ExactText.timestamp, .snapshot] { scene.repository.expires[role] = Scene.expires }
    scene.repository.targets[.targets]?.expires = Scene.expires
    let honest = scene.repository
    scene.repository.targets[.targets]?.version = 0
    try scene.publish(.targets, .snapshot, .timestamp)
    #expect(await scene.refresh()?.kind == .rollback)

    scene.repository = honest
    try scene.publish(.targets, .snapshot, .timestamp, .timestamp)
    #expect(await scene.refresh() == nil)
    #expect(scene.trusted == ["root 1", "snapshot 3", "targets 3", "timestamp 4"])
    #expect(scene.trace.violations == [])
  }
}
