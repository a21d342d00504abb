import AgentSystem
import Testing
import World

@Suite struct AuthorizerTests {
  /// The whole table, written out a second time and independently: a change of who may ask for what must be made in both places.
  static let expected: [PrivilegedOperation.Kind: Set<ServiceName>] = [
    .installRelease: [.watchDog],
    .activateRelease: [.watchDog],
    .rollBackRelease: [.watchDog],
    .removeRelease: [.watchDog],
    .commitRelease: [.watchDog],
    .takeOverUpdates: [.watchDog],
    .clearFailedRelease: [.watchDog],
    .releaseStatus: [.watchDog],
    .scheduleRestart: [.watchDog],
    .cancelRestart: [.watchDog],
    .restartSupervisor: [.watchDog],
    .restartService: [.watchDog],
    .registryRead: [.watchDog, .adProvider, .agentDiscovery, .credentialProvider, .configSynchronizer, .highAvailability, .remoteBroker],
    .registryWrite: [.watchDog, .configSynchronizer, .highAvailability],
    .registryDelete: [.watchDog],
    .registryList: [.watchDog, .configSynchronizer, .highAvailability],
    .setMaintenance: [.watchDog],
  ]

  /// A path that anyone may write who may write at all.
  static let open = KnownRegistryKeys.open.text + #"\Example"#

  static func operation(_ kind: PrivilegedOperation.Kind) throws -> PrivilegedOperation {
    switch kind {
    case .registryWrite: .registryWrite(try RegistryPath(open), .integer(1))
    case .registryDelete: .registryDelete(try RegistryPath(open))
    default: try #require(Samples.operations.first { $0.kind == kind })
    }
  }

  @Test(arguments: PrivilegedOperation.Kind.allCases, ServiceName.allCases)
  func everyCell(_ kind: PrivilegedOperation.Kind, _ asker: ServiceName) throws {
    let may = try #require(Self.expected[kind]).contains(asker)
    switch Authorizer.decide(try Self.operation(kind), asker: asker, caller: .watchDog) {
    case .allow: #expect(may, "\(asker) must not be allowed \(kind)")
    case .deny(let refusal):
      #expect(!may, "\(asker) must be allowed \(kind)")
      #expect(refusal.reason == .notPermitted)
      #expect(refusal.detail.contains(asker.rawValue))
    }
  }

  /// Whoever is named as asker, only the WatchDog's own connection counts.
  @Test(arguments: ServiceName.allCases)
  func onlyTheWatchDogMayCall(_ caller: ServiceName) throws {
    for kind in PrivilegedOperation.Kind.allCases {
      for asker in ServiceName.allCases {
        guard case .deny(let refusal) = Authorizer.decide(try Self.operation(kind), asker: asker, caller: caller) else {
          #expect(caller == .watchDog)
          continue
        }
        if caller != .watchDog { #expect(refusal.reason == .notTheWatchDog) }
      }
    }
  }

  @Test func tableIsComplete() {
    #expect(Set(Self.expected.keys) == Set(PrivilegedOperation.Kind.allCases))
    for kind in PrivilegedOperation.Kind.allCases {
      let rule = kind.rule
      #expect(rule.timeLimit > .zero && rule.timeLimit <= .seconds(600))
      #expect(!rule.arguments.isEmpty)
      #expect(!rule.askers.contains(.agentSystem) && !rule.askers.contains(.logger), "they stand before the WatchDog and cannot ask it")
      #expect(Set(rule.errors).isDisjoint(with: Refusal.Reason.general))
    }
  }

  /// Each service's own keys, and nobody else's.
  @Test(
    arguments: [
      (KnownRegistryKeys.lhcIsElected, .highAvailability, nil),
      (KnownRegistryKeys.lhcIsElected, .watchDog, .readOnlyKey),
      (KnownRegistryKeys.immediateUpgrade, .watchDog, nil),
      (KnownRegistryKeys.immediateUpgrade, .highAvailability, .readOnlyKey),
      (KnownRegistryKeys.inMaintenance, .watchDog, .readOnlyKey),
      (KnownRegistryKeys.productVersionBase, .watchDog, .readOnlyKey),
      (KnownRegistryKeys.restartDueAt, .watchDog, .readOnlyKey),
      (KnownRegistryKeys.updateRebootRequired, .watchDog, nil),
      (KnownRegistryKeys.open, .watchDog, .keyNotPermitted),
    ] as [(RegistryPath, ServiceName, Refusal.Reason?)])
  func writers(_ path: RegistryPath, _ asker: ServiceName, _ expected: Refusal.Reason?) {
    let decision = Authorizer.decide(.registryWrite(path, .integer(1)), asker: asker, caller: .watchDog)
    if case .deny(let refusal) = decision { #expect(refusal.reason == expected) } else { #expect(expected == nil) }
  }

  @Test func outsideTheKnownTreesNothingCanBeWritten() throws {
    for text in [#"HKLM\Software\Microsoft\Run"#, #"HKLM\System\Example"#, #"HKLM\Software\CitrixOther\x"#, #"HKLM\Software\Connectord\Other"#] {
      let decision = Authorizer.decide(.registryWrite(try RegistryPath(text), .integer(1)), asker: .watchDog, caller: .watchDog)
      guard case .deny(let refusal) = decision else {
        Issue.record("\(text) was allowed")
        continue
      }
      #expect(refusal.reason == .keyNotPermitted)
    }
  }
}
