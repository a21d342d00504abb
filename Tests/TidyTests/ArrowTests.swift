import Testing

/// The arrows between rooms: they only go down, and each heavy package stands behind its adapters.
@Suite struct ArrowTests {
  /// Rooms whose values run in the simulation too: no clock, disk, network, log, task or random source of their own.
  static let pure = [
    "World", "EventCatalog", "CloudAPI", "ConnectorSettings", "AgentSystem", "BrokerConfiguration", "Directory", "SimulatedCloud", "SimulatedWorld",
    "StrictJSON", "Releases", "Evergreen", "EvergreenCheckers", "ReleaseAnswers", "TrustCheckers", "Rollouts", "RolloutCheckers",
    "Simulation", "ConnectorCheckers", "Fleet", "Scenarios", "LiveFaults", "EventLogs", "ScenarioRecordings", "Outage", "Broker",
    "BrokerXML", "SimulatedSite",
  ]

  /// Each third-party module and the only rooms that may import it.
  static let adapters: [String: Set<String>] = [
    "GRDB": ["ConfigStore", "CloudStore"],
    "GRDBSQLite": ["ConfigStore"],
    "Yams": ["ConfigurationYAML", "DirectoryYAML", "ScenariosYAML", "YAMLDocuments"],
    "Crypto": ["SecretVault", "LabCA", "LinkIdentity", "CloudServer", "CloudLinkLive", "ConfigStore", "ReleaseSlots", "TUF", "TUFRepository"],
    "CryptoExtras": ["TUF", "TUFRepository"],
    "X509": ["LabCA", "LinkIdentity"],
    "SwiftASN1": ["LabCA", "LinkIdentity"],
    "Hummingbird": ["CloudServer"],
    "HummingbirdTLS": ["CloudServer"],
    "AsyncHTTPClient": ["Lab", "MachineCalls", "SiteLoad"],
    "CSystemd": ["Systemd"],
    "CArchive": ["ArchiveLib", "ReleaseSlots"],
    "CCurl": ["TUFFetch"],
    "CExpat": ["XMLExpat"],
    "CActorGuards": ["ActorKernel"],
    "ActorKernel": ["ActorScenarios"],
    "ArgumentParser": [
      "connectord", "connectorctl", "connector-lab", "ConnectorctlCommands", "DaemonCommands", "LabCommands", "TUFCommands", "ActorScenarios",
    ],
  ]

  static let network: Set<String> = [
    "CloudLinkLive", "CloudLinkAcceptor", "LinkTransport", "PeerChannelLive", "CloudServer", "ControlServer", "BrokerServer", "Daemon", "Lab",
    "MachineCalls", "SiteLoad",
  ]

  @Test func heavyPackagesStandBehindTheirAdapters() throws {
    var wrong: [String] = []
    for file in Tree.files(below: "Sources", endingIn: ".swift") {
      let room = Tree.room(of: file)
      for module in try Tree.imports(file) {
        if let allowed = Self.adapters[module], !allowed.contains(room) { wrong.append("\(file) imports \(module)") }
        if module.hasPrefix("NIO"), !Self.network.contains(room) { wrong.append("\(file) imports \(module)") }
      }
    }
    #expect(wrong == [])
  }

  @Test func pureRoomsTouchNothing() throws {
    let banned = [
      "Date()", "Task." + "sleep", "Task {", "Task.detached", "FileManager", "URLSession", "ProcessInfo", "SystemRandomNumberGenerator", ".random(",
      "UUID()",
      " print(", "Thread", "DispatchQueue", "getenv",
    ]
    var wrong: [String] = []
    for file in Tree.files(below: "Sources", endingIn: ".swift") {
      let logic = file.hasSuffix("Logic.swift")
      guard logic || (Self.pure.contains(Tree.room(of: file)) && !file.contains("SimulatedClock") && !file.contains("Client")) else { continue }
      for (number, line) in try Tree.lines(file).enumerated() where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        for call in banned where line.contains(call) { wrong.append("\(file):\(number + 1): \(call)") }
      }
    }
    #expect(wrong == [])
  }

  /// The executors' interface is not public yet: one file uses it, so that one file changes with it. Nobody but the program that simulates is linked to
  /// the guards, which stand before the clocks and threads of a whole process.
  @Test func oneFileTakesTheExecutorsOver() throws {
    let users = try Tree.files(below: "Sources", endingIn: ".swift").filter { try Tree.text($0).contains("@_spi(") }
    #expect(users == ["Sources/ActorKernel/Executors.swift"])
    let manifest = try Tree.lines("Package.swift").filter { $0.contains("\"ActorKernel\"") || $0.contains("\"CActorGuards\"") }
    #expect(manifest.count == 3, "expected the two rooms and connectord-actors to name them: \(manifest)")
    #expect(try Tree.text("Package.swift").contains(#"tests("Actors", [])"#))
  }

  @Test func servicesKnowOnlyTheKit() throws {
    var wrong: [String] = []
    for file in Tree.files(below: "Sources/Services", endingIn: ".swift") {
      for module in try Tree.imports(file)
      where module.hasSuffix("Service") || ["Daemon", "ServiceOrder", "Supervision", "ControlAPI", "Lab"].contains(module) {
        wrong.append("\(file) imports \(module)")
      }
    }
    #expect(wrong == [])
  }
}
