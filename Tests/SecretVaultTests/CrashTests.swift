import SecretVault
import SimulatedWorld
import Testing
import World

@Suite struct CrashTests {
  enum Change: String, CaseIterable { case create, put, replace, remove, rotateData, rotateRoot, setAside }

  /// Power is lost at each phase of each durable step of each change: afterwards the vault opens and holds all of the old state or all of the new.
  @Test(arguments: Change.allCases)
  func aCrashAnywhereLosesNothing(change: Change) throws {
    var struck = 0
    for step in DurableStep.vaultSteps {
      for phase in StepPhase.allCases {
        let store = Store(seed: 3)
        if change != .create { _ = try store.filled() }
        if change == .setAside { store.files.corrupt(try store.record(Store.alpha, version: 1), byte: 70) }
        store.files.crash(at: step, phase)
        // The change fails if the crash strikes in it.
        _ = try? perform(change, store)
        if !store.files.isDown { continue }
        struck += 1
        store.files.recover()
        try check(change, store, "\(change) at \(step.rawValue) \(phase)")
      }
    }
    #expect(struck > 0)
  }

  private func perform(_ change: Change, _ store: Store) throws {
    var vault = try store.open()
    switch change {
    case .create, .setAside: break
    case .put: try vault.put(SecretName(owner: "admin", name: "delta"), SecretBytes([4]))
    case .replace: try vault.put(Store.alpha, SecretBytes([9]))
    case .remove: try vault.remove(Store.alpha)
    case .rotateData: try vault.rotateDataKey()
    case .rotateRoot: try vault.rotateRootKey()
    }
  }

  private func check(_ change: Change, _ store: Store, _ place: Comment) throws {
    var vault = try store.open()
    let findings = vault.takeFindings()
    // A file moved just before the crash is found missing instead of altered, or was already noted.
    if change != .setAside { #expect(findings.isEmpty, place) }
    guard change != .create else {
      #expect(vault.count == 0, place)
      try vault.put(Store.alpha, SecretBytes([1]))
      return
    }
    #expect(try vault.text(Store.beta) == "two", place)
    #expect(try vault.text(Store.gamma) == "three", place)
    let alpha = try? vault.get(Store.alpha).copy()
    switch change {
    case .replace: #expect(alpha == Array("one".utf8) || alpha == [9], place)
    case .remove: #expect(alpha == Array("one".utf8) || vault.count == 2, place)
    case .setAside: #expect(alpha == nil && vault.damaged == [Store.alpha], place)
    default: #expect(alpha == Array("one".utf8), place)
    }
    #expect(try store.files.list(Store.directory + "/records").count == vault.count - vault.damaged.count, "no file is left over: \(place)")
    #expect(try store.files.info(Store.directory + "/root.key.next") == nil, place)
    // It goes on working.
    try vault.put(Store.alpha, SecretBytes([5]))
    try vault.rotateRootKey()
    var last = try store.open()
    #expect(try last.get(Store.alpha).copy() == [5], place)
    #expect(last.takeFindings().isEmpty, place)
  }

  /// The recovery from a crash may itself be cut short.
  @Test(arguments: [Change.rotateRoot, .rotateData, .replace])
  func aCrashInTheRecoveryLosesNothing(change: Change) throws {
    var struck = 0
    for (step, phase) in [(DurableStep.vaultManifestA, StepPhase.durable), (.vaultManifestB, .durable), (.vaultRootKeyPromote, .beforeWrite)] {
      for again in DurableStep.vaultSteps {
        for phaseAgain in StepPhase.allCases {
          let store = Store(seed: 9)
          _ = try store.filled()
          store.files.crash(at: step, phase)
          _ = try? perform(change, store)
          guard store.files.isDown else { continue }
          store.files.recover()
          store.files.crash(at: again, phaseAgain)
          _ = try? store.open()
          guard store.files.isDown else { continue }
          struck += 1
          store.files.recover()
          try check(change, store, "\(change) at \(step.rawValue), then \(again.rawValue) \(phaseAgain)")
        }
      }
    }
    #expect(struck > 0)
  }

  /// A write that fails without a crash: the change fails or holds, and the vault goes on.
  @Test(arguments: 0..<40)
  func aFailingDiskLosesNothing(nth: Int) throws {
    let store = Store(seed: 5)
    var vault = try store.filled()
    let operation: MemoryFiles.Operation = nth % 2 == 0 ? .replace : .rename
    store.files.fail(operation, times: 1 + nth / 8)
    _ = try? vault.rotateRootKey()
    _ = try? vault.put(Store.alpha, SecretBytes([9]))
    _ = try? vault.rotateDataKey()
    store.files.healFailures()
    for var open in [try store.open(), try store.open()] {
      let alpha = try open.get(Store.alpha).copy()
      #expect(alpha == [9] || alpha == Array("one".utf8))
      #expect(try open.text(Store.beta) == "two")
      #expect(open.takeFindings().allSatisfy { $0.subject == .manifestCopy("b") })
    }
  }
}
