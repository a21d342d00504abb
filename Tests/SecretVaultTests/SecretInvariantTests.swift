import ConnectorCheckers
import SecretVault
import SimulatedWorld
import Testing
import World

/// S1 of the real vault on a simulated disk: whatever is stored, replaced, removed and rotated, and wherever the power goes, the disk fails or a block goes bad in
/// it, what was acknowledged is there, or the vault says that it is damaged.
@Suite struct SecretInvariantTests {
  /// Planted around the vault; each must be found.
  enum Plant: String, CaseIterable { case acknowledgedTooSoon, folderPutBack, removedInSilence }

  private static let names = ["alpha", "beta", "gamma", "delta", "epsilon"].map { SecretName(owner: "admin", name: $0) }

  /// A connector's vault through a life of crashes.
  private struct Life {
    let store: Store
    let plant: Plant?
    var draws: SplitMix
    var checks = ConnectorChecks()
    var second: Int64 = 0
    var (crashes, failures, damages) = (0, 0, 0)

    init(_ seed: UInt64, _ plant: Plant?) {
      store = Store(seed: seed)
      draws = SplitMix(state: seed)
      self.plant = plant
    }

    mutating func tell(_ what: ConnectorFact.What) {
      second += 1
      checks.see(ConnectorFact("c1.example", what, at: WallTime(seconds: second)))
    }

    /// With the power back and the disk well it opens, whatever was before.
    mutating func reopened() throws -> SecretVault {
      store.files.recover()
      store.files.healFailures()
      // The power may go once more while it opens.
      guard var vault = try? store.open() else {
        crashes += 1
        store.files.recover()
        var vault = try store.open()
        tellDamage(of: &vault)
        return vault
      }
      tellDamage(of: &vault)
      return vault
    }

    mutating func tellDamage(of vault: inout SecretVault) {
      damages += vault.takeFindings().count
      for name in vault.damaged { tell(.secretDamaged(name.description)) }
    }

    mutating func live(steps: Int) throws {
      var vault = try reopened()
      for step in 0..<steps {
        upset()
        let backup = plant == .folderPutBack && step % 7 == 0 ? try store.allFiles() : nil
        do throws(VaultError) { try change(&vault, UInt8(truncatingIfNeeded: step)) } catch { failures += 1 }
        if let backup, !store.files.isDown { try? store.restore(backup) }
        if store.files.isDown { crashes += 1 }
        if store.files.isDown || draws.below(4) == 0 { vault = try reopened() }
        store.files.healFailures()
        try look(&vault)
      }
    }

    /// What goes wrong in the change that comes next.
    private mutating func upset() {
      switch draws.below(6) {
      case 0, 1:
        let step = DurableStep.vaultSteps[draws.below(DurableStep.vaultSteps.count)]
        store.files.crash(at: step, StepPhase.allCases[draws.below(StepPhase.allCases.count)], occurrence: 1 + draws.below(3))
      case 2: store.files.fail(draws.below(2) == 0 ? .replace : .rename, times: 1 + draws.below(3))
      case 3 where draws.below(4) == 0:
        let files = (try? store.files.list(Store.directory + "/records")) ?? []
        if !files.isEmpty { store.files.corrupt("\(Store.directory)/records/\(files[draws.below(files.count)])", byte: 70) }
      default: break
      }
    }

    private mutating func change(_ vault: inout SecretVault, _ value: UInt8) throws(VaultError) {
      let name = names[draws.below(names.count)]
      switch draws.below(8) {
      case 0, 1, 2, 3:
        tell(.secretBegun(name.description, digest: "\(value)"))
        if plant == .acknowledgedTooSoon { tell(.secretAcknowledged(name.description)) }
        try vault.put(name, SecretBytes([value]))
        tell(.secretAcknowledged(name.description))
      case 4:
        // From now on it may be gone.
        if plant != .removedInSilence { tell(.secretRemoved(name.description)) }
        try vault.remove(name)
      case 5: try vault.rotateDataKey()
      case 6: try vault.rotateRootKey()
      default: break
      }
    }

    private mutating func look(_ vault: inout SecretVault) throws {
      for name in names {
        let found = Result { () throws(VaultError) in try vault.get(name).copy() }
        tellDamage(of: &vault)
        switch found {
        case .success(let bytes): tell(.secretRead(name.description, isThere: true, digest: bytes.first.map { "\($0)" }))
        case .failure(.notFound): tell(.secretRead(name.description, isThere: false, digest: nil))
        case .failure(.damaged): tell(.secretDamaged(name.description))
        // A damaged one is moved aside, and there the power may go too.
        case .failure(let error):
          guard store.files.isDown else { throw error }
          vault = try reopened()
        }
      }
    }
  }

  @Test func noAcknowledgedSecretIsLost() throws {
    var (crashes, failures, damages) = (0, 0, 0)
    for seed in 1...25 as ClosedRange<UInt64> {
      var life = Life(seed, nil)
      try life.live(steps: 40)
      if let first = life.checks.violations.first { Issue.record("seed \(seed): \(first)") }
      (crashes, failures, damages) = (crashes + life.crashes, failures + life.failures, damages + life.damages)
    }
    // What never happened was not checked.
    #expect(crashes > 50 && failures > crashes && damages > 10, "\(crashes) crashes, \(failures) failed changes, \(damages) findings")
  }

  @Test(arguments: Plant.allCases)
  func aLossIsFound(_ plant: Plant) throws {
    let caught = try (1...20 as ClosedRange<UInt64>).first { seed in
      var life = Life(seed, plant)
      // A folder that was put back may not open any more.
      do { try life.live(steps: 40) } catch { if plant != .folderPutBack { throw error } }
      return life.checks.violations.contains { $0.invariant == .s1 }
    }
    #expect(caught != nil)
  }
}

private struct SplitMix {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((z ^ z >> 31) % UInt64(bound))
  }
}
