// swift-tools-version: 6.2
import PackageDescription

// Every target of ours: Swift 6 mode, strict concurrency, no warnings.
let ours: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

func room(_ name: String, _ below: [Target.Dependency] = [], path: String? = nil, exclude: [String] = []) -> Target {
  .target(name: name, dependencies: below, path: path ?? "Sources/\(name)", exclude: exclude, swiftSettings: ours)
}
func program(_ name: String, _ below: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: below, path: "Sources/\(name)", swiftSettings: ours)
}
func tests(_ name: String, _ below: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: below, path: "Tests/\(name)Tests", exclude: exclude, swiftSettings: ours)
}
func lib(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let argumentParser = lib("ArgumentParser", "swift-argument-parser")
let grdb = lib("GRDB", "GRDB.swift")
let grdbSQLite = lib("GRDBSQLite", "GRDB.swift")
let yams = lib("Yams", "Yams")
let crypto = lib("Crypto", "swift-crypto")
let cryptoExtras = lib("CryptoExtras", "swift-crypto")
let x509 = lib("X509", "swift-certificates")
let asn1 = lib("SwiftASN1", "swift-asn1")
let httpClient = lib("AsyncHTTPClient", "async-http-client")
let hummingbird: [Target.Dependency] = [
  lib("Hummingbird", "hummingbird"), lib("HummingbirdTLS", "hummingbird"), lib("HTTPTypes", "swift-http-types"), lib("Logging", "swift-log"),
]
let nio: [Target.Dependency] = [lib("NIOCore", "swift-nio"), lib("NIOPosix", "swift-nio")]
let nioTLS = nio + [lib("NIOTLS", "swift-nio"), lib("NIOSSL", "swift-nio-ssl")]
let nioHTTP = nioTLS + [lib("NIOHTTP1", "swift-nio"), lib("NIOHTTP2", "swift-nio-http2")]

/// What every service may use: the ports and values, and the kit that a service is made of.
let ground: [Target.Dependency] = ["World", "EventCatalog"]
let kit: [Target.Dependency] = ground + ["CloudAPI", "ConnectorSettings", "Releases", "AgentSystem", "ServiceKit"]

/// The services with a room of their own, and what each has below it beside the kit; the other ten stand in `ServiceOrder` as not simulated.
let services: [(name: String, below: [Target.Dependency])] = [
  ("Logger", ["ArchiveLib"]),
  ("WatchDog", ["Evergreen"]),
  ("CredentialProvider", ["SecretVault"]),
  ("ADProvider", ["Directory"]),
  ("ConfigSynchronizer", ["BrokerConfiguration"]),
  ("HighAvailability", ["Outage"]),
  ("RemoteBroker", ["Broker", "BrokerXML", "BrokerConfiguration", "Outage"]),
]
let serviceRooms: [Target.Dependency] = ["AgentSystemHost"] + services.map { .init(stringLiteral: "\($0.name)Service") }

let package = Package(
  name: "connectord",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
  ],
  targets: [
    // The ground: values, ports and pure logic; nothing but the standard library and Foundation.
    room("World"),
    room("EventCatalog", ["World"]),
    room("CloudAPI", ["World"]),
    room("LiveFaults", ["World", "CloudAPI", "ConnectorSettings", "Simulation"], exclude: ["README.md"]),
    room("ConnectorSettings"),
    room("AgentSystem", ground + ["Releases"], exclude: ["README.md"]),
    room("ServiceKit", ground + ["CloudAPI", "ConnectorSettings", "AgentSystem", "BrokerConfiguration"]),
    room("Supervision", ground, exclude: ["README.md"]),
    room("Directory", ["World"]),
    room("Outage", ["World"], exclude: ["README.md"]),
    room("BrokerConfiguration", ["World"], exclude: ["README.md"]),
    room("Broker", ["World", "BrokerConfiguration"], exclude: ["README.md"]),
    room("BrokerXML", ["World", "Broker"], exclude: ["README.md"]),
    room("ControlAPI", ground + ["CloudAPI", "ConnectorSettings"]),
    room("SimulatedCloud", ground + ["CloudAPI", "Rollouts"]),
    room("AgentSystemHost", kit + ["Evergreen", "ReleaseAnswers", "ReleaseSlots"], exclude: ["README.md"]),
    room("StrictJSON"),
    room("Releases", ["World", "StrictJSON"], exclude: ["README.md"]),
    room("Evergreen", ["World", "ConnectorSettings", "Releases"], exclude: ["README.md"]),
    room("ReleaseAnswers", ["World", "Releases", "Evergreen", "AgentSystem"]),
    room("EvergreenCheckers", ["World", "Releases"], exclude: ["README.md"]),
    room("TrustCheckers", ["World"], exclude: ["README.md"]),
    room("Rollouts", ["World"], exclude: ["README.md"]),
    room("RolloutCheckers", ["World", "Rollouts"]),
    room("ConnectorCheckers", ground, exclude: ["README.md"]),
    room(
      "EventLogs", ground + ["ConnectorCheckers", "EvergreenCheckers", "Releases", "RolloutCheckers", "Rollouts", "TrustCheckers"],
      exclude: ["README.md"]),
    room("Simulation", ["World"], exclude: ["README.md"]),
    room(
      "Fleet",
      [
        "World", "CloudAPI", "EventCatalog", "Simulation", "Rollouts", "RolloutCheckers", "Releases", "Evergreen", "EvergreenCheckers",
        "TrustCheckers", "ConnectorCheckers", "AgentSystem", "ReleaseAnswers", "ServiceKit", "BrokerConfiguration", "ConfigSynchronizerService",
        "Outage", "Broker",
        "HighAvailabilityService", "WatchDogService",
      ], exclude: ["README.md"]),
    room("Scenarios", ["World", "Simulation", "Rollouts", "Fleet"], exclude: ["README.md"]),
    room(
      "ScenarioRecordings",
      ground + ["CloudAPI", "EventLogs", "LiveFaults", "Simulation", "Rollouts", "Fleet", "Scenarios"], exclude: ["README.md"]),
    room("FleetReports", ["World", "Rollouts", "Simulation", "Fleet"], exclude: ["README.md"]),
    room("SeedBatches", exclude: ["README.md"]),
    room("OutageDrills", ground + ["SimulatedSite", "FleetReports"], exclude: ["README.md"]),
    room("SimulatedSite", ["World", "Broker", "Simulation"], exclude: ["README.md"]),
    // The ports of World, simulated and for real.
    room("SimulatedWorld", ["World"]),
    room("LiveWorld", ["World"]),
    // Actors on a simulated executor. The guards stand before functions of the C library: only the program that simulates links them.
    .target(name: "CActorGuards", path: "Sources/CActorGuards"),
    room("ActorKernel", ["World", "SimulatedWorld", "CActorGuards"], exclude: ["README.md"]),
    // Adapters: each stands alone before one library.
    room("EventHub", ground),
    .systemLibrary(name: "CSystemd", path: "Sources/CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
    .systemLibrary(name: "CArchive", path: "Sources/CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(name: "CExpat", path: "Sources/CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    room("XMLExpat", ["BrokerXML", "CExpat"]),
    room("Systemd", ground + ["EventHub", "CSystemd"]),
    room("ArchiveLib", ["World", "CArchive"]),
    .systemLibrary(name: "CCurl", path: "Sources/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    room("TUF", ["World", "StrictJSON", "TrustCheckers", crypto, cryptoExtras], exclude: ["README.md"]),
    room("TUFRepository", ["World", "StrictJSON", "TUF", crypto, cryptoExtras]),
    room("TUFFetch", ["World", "TUF", "CCurl"]),
    room("ReleaseSlots", ["World", "ConnectorSettings", "Releases", "Evergreen", "TrustCheckers", "CArchive", crypto], exclude: ["README.md"]),
    room("ReleaseFetch", ["World", "ConnectorSettings", "Releases", "Evergreen", "ReleaseSlots", "StrictJSON", "TrustCheckers", "TUF", "TUFFetch"]),
    room("ReleaseWorks", ["World", "Releases", "ArchiveLib", "ReleaseSlots", "StrictJSON", "TUF", "TUFRepository"], exclude: ["README.md"]),
    room("ConfigurationYAML", ["World", "ConnectorSettings", "BrokerConfiguration", yams]),
    room("YAMLDocuments", [yams], exclude: ["README.md"]),
    room("ScenariosYAML", ["Scenarios", "YAMLDocuments", yams]),
    room("DirectoryYAML", ["World", "Directory", "YAMLDocuments", yams]),
    room("ConfigStore", ["World", "BrokerConfiguration", grdb, grdbSQLite, crypto]),
    room("SecretVault", ["World", crypto]),
    room("LinkIdentity", ["World", x509, asn1, crypto]),
    room("LabCA", ["World", "CloudAPI", "LinkIdentity", x509, asn1, crypto]),
    room("LinkTransport", ["World", "CloudAPI", "LinkIdentity"] + nioHTTP),
    room("CloudLinkLive", ground + ["CloudAPI", "ConnectorSettings", "LinkIdentity", "LinkTransport", crypto] + nioHTTP),
    room("CloudLinkAcceptor", ["World", "CloudAPI", "LinkIdentity", "LinkTransport", "LiveFaults", "Simulation"] + nioHTTP),
    room("PeerChannelLive", ["World", "CloudAPI", "LinkIdentity", "LinkTransport", "ServiceKit"] + nioTLS),
    room(
      "BrokerServer", ["World", "Broker", "BrokerXML", "XMLExpat"] + nio + [lib("NIOHTTP1", "swift-nio")], exclude: ["README.md"]),
    room(
      "MachineCalls", ["Broker", httpClient, lib("NIOCore", "swift-nio"), lib("NIOHTTP1", "swift-nio"), lib("NIOFoundationCompat", "swift-nio")],
      exclude: ["README.md"]),
    room("CloudStore", ["World", "SimulatedCloud", grdb]),
    room(
      "CloudServer",
      ground + ["Broker", "BrokerConfiguration", "CloudAPI", "LiveFaults", "Rollouts", "SimulatedCloud", "CloudStore", crypto] + nioTLS + hummingbird),
    room("ControlServer", ground + ["ControlAPI"] + nio),
    room(
      "SiteLoad", ["World", "Broker", "BrokerXML", "XMLExpat", "SimulatedSite", httpClient] + nio + [lib("NIOHTTP1", "swift-nio")],
      exclude: ["README.md"]),
  ]
    // The services, the order that they stand in, the daemon and the lab that run them, and the programs.
    + services.map { room("\($0.name)Service", kit + $0.below, path: "Sources/Services/\($0.name)", exclude: ["README.md"]) } + [
      room("ServiceOrder", ["World"] + serviceRooms),
      room(
        "Daemon",
        kit + serviceRooms + [
          "ServiceOrder", "Supervision", "CloudLinkLive", "LinkIdentity", "LinkTransport", "PeerChannelLive", "ConfigStore", "ConfigurationYAML",
          "Broker", "BrokerConfiguration", "BrokerServer", "BrokerXML", "MachineCalls", "ControlAPI", "ControlServer", "Directory",
          "DirectoryYAML", "EventHub", "Evergreen", "LiveFaults", "LiveWorld", "ReleaseFetch", "ReleaseSlots", "Systemd",
        ] + nio),
      room(
        "Lab",
        kit + [
          "Daemon", "ServiceOrder", "SimulatedCloud", "CloudServer", "CloudStore", "CloudLinkAcceptor", "LabCA", "BrokerConfiguration",
          "ConfigurationYAML", "ControlAPI", "Evergreen", "EventHub", "LiveFaults", "LiveWorld", "ReleaseSlots", "ReleaseWorks", "Rollouts",
          httpClient,
        ] + nioTLS),
      room("DaemonCommands", ["Daemon", "LiveWorld", "Releases", "TUF", "World", argumentParser]),
      room(
        "LabCommands",
        [
          "Lab", "BrokerConfiguration", "CloudAPI", "ConnectorCheckers", "ConnectorSettings", "ConfigurationYAML", "EventHub", "EventLogs",
          "Evergreen", "EvergreenCheckers", "Fleet", "FleetReports", "LiveFaults", "LiveWorld", "ReleaseSlots", "ReleaseWorks", "Releases",
          "Rollouts", "ScenarioRecordings", "Scenarios", "ScenariosYAML", "SeedBatches", "SimulatedCloud", "Simulation", "SimulatedSite", "SiteLoad",
          "Directory", "DirectoryYAML", "EventCatalog", "OutageDrills", "Systemd", "World", argumentParser,
        ]),
      room("TUFCommands", ["World", "LiveWorld", "StrictJSON", "TUF", "TUFFetch", argumentParser]),
      room("ConnectorctlCommands", ground + ["CloudAPI", "ConnectorSettings", "ControlAPI", "TUFCommands", argumentParser]),
      program("connectord", ["DaemonCommands", argumentParser]),
      program("connectorctl", ["ConnectorctlCommands", argumentParser]),
      program("connector-lab", ["LabCommands", argumentParser]),
      .executableTarget(
        name: "connectord-bench",
        dependencies: ground + [
          "AgentSystem", "AgentSystemHost", "Broker", "BrokerConfiguration", "BrokerServer", "BrokerXML", "ConfigStore", "Fleet", "LiveWorld",
          "SimulatedSite", "SiteLoad", "Systemd", "StrictJSON", "TUF", "TUFFetch",
        ],
        path: "Sources/Bench",
        swiftSettings: ours),
      .executableTarget(
        name: "connectord-actors",
        dependencies: kit + [
          "ActorKernel", "AgentSystemHost", "CredentialProviderService", "SeedBatches", "SimulatedWorld", "Supervision", "WatchDogService",
          argumentParser,
        ],
        path: "Sources/ActorScenarios", exclude: ["README.md"], swiftSettings: ours),
    ]
    // Tests: one target for each room that has rules of its own, those with real processes last.
    + [
      tests("World", ["World", "LiveWorld", "SimulatedWorld"]),
      tests("Files", ["World", "LiveWorld", "SimulatedWorld"]),
      tests("Supervision", ground + ["Supervision", "LiveWorld", "SimulatedWorld"]),
      tests("EventCatalog", ground),
      tests("EventHub", ground + ["EventHub", "SimulatedWorld"]),
      tests("Systemd", ground + ["EventHub", "Systemd"]),
      tests("Releases", ["World", "SimulatedWorld", "Releases"]),
      tests("Evergreen", ["World", "Releases", "Evergreen", "EvergreenCheckers"]),
      tests(
        "ReleaseSlots",
        ["World", "LiveWorld", "SimulatedWorld", "Releases", "Evergreen", "EvergreenCheckers", "TrustCheckers", "ReleaseSlots", "CArchive", crypto]),
      tests(
        "ReleaseWorks",
        [
          "World", "LiveWorld", "SimulatedWorld", "Releases", "Evergreen", "ReleaseSlots", "ReleaseWorks", "StrictJSON", "TUF", "TUFFetch",
          "TUFRepository",
        ]),
      tests("Rollouts", ["World", "SimulatedWorld", "Rollouts", "RolloutCheckers"]),
      tests("TUF", ["World", "SimulatedWorld", "StrictJSON", "TUF", "TUFRepository", "TrustCheckers", crypto]),
      tests("TUFRepository", ["World", "StrictJSON", "TUF", "TUFRepository", crypto]),
      tests(
        "TUFInterop",
        ["World", "LiveWorld", "Releases", "ReleaseWorks", "StrictJSON", "TUF", "TUFRepository", "TUFFetch", "TUFCommands", "connectorctl", crypto],
        exclude: ["Support"]),
      tests("ServiceKit", kit + ["SimulatedWorld"]),
      tests("AgentSystem", kit + ["SimulatedWorld"]),
      tests("AgentSystemHost", kit + ["AgentSystemHost", "ArchiveLib", "ConnectorCheckers", "Evergreen", "ReleaseSlots", "SimulatedWorld", crypto]),
      tests(
        "WatchDogService",
        kit + [
          "AgentSystemHost", "Evergreen", "ReleaseFetch", "ReleaseSlots", "ArchiveLib", "StrictJSON", "TrustCheckers", "TUF", "TUFRepository",
          "WatchDogService", "SimulatedWorld", crypto,
        ]),
      tests("LoggerService", kit + ["LoggerService", "ArchiveLib", "SimulatedWorld"]),
      tests("SecretVault", ["World", "ConnectorCheckers", "SecretVault", "SimulatedWorld", "LiveWorld", crypto]),
      tests("CredentialProviderService", kit + ["CredentialProviderService", "SecretVault", "SimulatedWorld"]),
      tests("Directory", ["World", "Directory"]),
      tests("YAMLDocuments", ["YAMLDocuments"]),
      tests("DirectoryYAML", ["World", "Directory", "DirectoryYAML"]),
      tests("ADProviderService", kit + ["ADProviderService", "Directory", "DirectoryYAML", "SimulatedWorld"]),
      tests("ConfigurationYAML", ["World", "ConnectorSettings", "BrokerConfiguration", "ConfigurationYAML"]),
      tests("Broker", ["World", "BrokerConfiguration", "Broker", "SimulatedWorld"]),
      tests("BrokerConfiguration", ["World", "BrokerConfiguration", "ConfigurationYAML"]),
      tests("ConfigStore", ["World", "LiveWorld", "BrokerConfiguration", "ConfigStore", grdb]),
      tests("ConfigSynchronizerService", kit + ["BrokerConfiguration", "ConfigSynchronizerService", "ConnectorCheckers", "SimulatedWorld"]),
      tests("HighAvailabilityService", kit + ["BrokerConfiguration", "HighAvailabilityService", "Outage", "SimulatedWorld"]),
      tests(
        "RemoteBrokerService",
        kit + ["Broker", "BrokerConfiguration", "BrokerXML", "ConfigurationYAML", "ControlServer", "RemoteBrokerService", "SimulatedWorld"]),
      tests("MachineCalls", ["Broker", "MachineCalls"] + nio + [lib("NIOHTTP1", "swift-nio")]),
      tests("Outage", ["World", "SimulatedWorld", "Outage"]),
      tests("XMLExpat", ["BrokerXML", "XMLExpat"]),
      tests("BrokerXML", ["World", "SimulatedWorld", "Broker", "BrokerXML", "XMLExpat"]),
      tests("BrokerServer", ["World", "SimulatedWorld", "Broker", "BrokerXML", "BrokerServer"] + nio),
      tests("LabCA", ["World", "LiveWorld", "CloudAPI", "LinkIdentity", "LabCA", x509, asn1, crypto]),
      tests(
        "CloudLink",
        ground + [
          "CloudAPI", "ConnectorSettings", "LinkIdentity", "LinkTransport", "LabCA", "LiveFaults", "LiveWorld", "CloudLinkLive", "CloudLinkAcceptor",
        ]
          + nioHTTP
          + [lib("NIOEmbedded", "swift-nio")]),
      tests("PeerChannel", ["World", "LiveWorld", "CloudAPI", "ServiceKit", "LinkIdentity", "LinkTransport", "LabCA", "PeerChannelLive"] + nioTLS),
      tests("SimulatedCloud", ground + ["CloudAPI", "Rollouts", "RolloutCheckers", "SimulatedCloud"]),
      tests("CloudStore", ["World", "CloudAPI", "SimulatedCloud", "CloudStore", grdb]),
      tests(
        "CloudServer",
        ground + [
          "Broker", "BrokerConfiguration", "CloudAPI", "LiveFaults", "Rollouts", "SimulatedCloud", "SimulatedWorld", "CloudStore", "CloudServer",
          crypto, x509, asn1, httpClient,
        ] + nioTLS
          + [lib("NIOHTTP1", "swift-nio"), lib("NIOFoundationCompat", "swift-nio")]),
      tests("ControlAPI", ground + ["CloudAPI", "ConnectorSettings", "ControlAPI"]),
      tests("ControlServer", ground + ["CloudAPI", "ControlAPI", "ControlServer"] + nio + [lib("NIOEmbedded", "swift-nio")]),
      tests("Connectorctl", ground + ["CloudAPI", "ControlAPI", "ConnectorctlCommands", argumentParser]),
      tests("ServiceOrder", ["World", "ServiceOrder"]),
      tests(
        "Daemon",
        ground + [
          "CloudAPI", "LiveWorld", "SimulatedWorld", "ConnectorSettings", "EventHub", "Evergreen", "ServiceOrder", "Supervision", "Daemon",
          "ControlAPI", "LiveFaults", "ServiceKit",
        ] + nio),
      tests("DaemonCommands", ["World", "LiveWorld", "SimulatedWorld", "Daemon", "Releases", "DaemonCommands", crypto]),
      tests(
        "Lab",
        [
          "World", "CloudAPI", "CloudServer", "ControlAPI", "EventCatalog", "LiveWorld", "SimulatedCloud", "SimulatedWorld", "ConnectorSettings",
          "Releases",
          "Evergreen", "EvergreenCheckers", "ReleaseSlots", "ReleaseWorks", "Rollouts", "Lab",
        ]),
      tests("LabCommands", ["World", "Fleet", "Lab", "LabCommands", "Rollouts", "SeedBatches", "SimulatedCloud", "Simulation", argumentParser]),
      tests("SeedBatches", ["SeedBatches"]),
      tests("FleetReports", ["World", "Rollouts", "Simulation", "Fleet", "FleetReports"]),
      tests("Simulation", ["World", "Simulation"]),
      tests("ConnectorCheckers", ground + ["ConnectorCheckers"]),
      tests("EventLogs", ground + ["ConnectorCheckers", "EvergreenCheckers", "EventLogs", "Releases", "Systemd", "TrustCheckers"]),
      tests("Fleet", ["World", "CloudAPI", "Simulation", "Fleet", "Rollouts", "RolloutCheckers", "Releases", "Evergreen"]),
      tests("Scenarios", ["World", "Simulation", "Rollouts", "Fleet", "Scenarios", "ScenariosYAML"]),
      tests("ScenarioRecordings", ground + ["EventLogs", "Fleet", "Rollouts", "Simulation", "Scenarios", "ScenariosYAML", "ScenarioRecordings"]),
      tests("LiveFaults", ["World", "CloudAPI", "Simulation", "LiveFaults"]),
      tests("SimulatedSite", ["World", "Broker", "SimulatedSite"]),
      tests("SiteLoad", ["World", "LiveWorld", "SimulatedWorld", "Broker", "SimulatedSite", "SiteLoad"]),
      tests("OutageDrills", ground + ["SimulatedSite", "OutageDrills"]),
      tests("Tidy", []),
      // It spawns connectord-actors and must not be linked to it: the guards would stand before the whole test run's clocks and threads.
      tests("Actors", []),
      .testTarget(
        name: "ProcessTests",
        dependencies: [
          "connectord", "connectorctl", "connector-lab", "World", "BrokerConfiguration", "LiveWorld", "Releases", "Evergreen", "EvergreenCheckers",
          "ReleaseSlots", "ReleaseWorks",
        ], path: "Tests/ProcessTests", swiftSettings: ours),
    ]
)
