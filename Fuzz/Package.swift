// swift-tools-version: 6.2
import PackageDescription

// The rooms that read what a server sends, with libFuzzer and the address sanitizer. A package of its own, so that nothing of it is built with the product;
// the rooms are links to the product's sources, because `package` access ends at a package's border. `make fuzz` builds and runs it.
let ours: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .unsafeFlags(["-O", "-sanitize=fuzzer,address"]),
]

let crypto: [Target.Dependency] = [
  .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
]

/// Rooms with a README.
let described = ["TUF", "Releases", "Evergreen", "ReleaseSlots", "TrustCheckers", "BrokerConfiguration", "Broker", "BrokerXML"]

func room(_ name: String, _ below: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: below, exclude: described.contains(name) ? ["README.md"] : [],
    swiftSettings: ours)
}

let package = Package(
  name: "connectord-fuzz",
  dependencies: [.package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")],
  targets: [
    room("World"),
    room("SimulatedWorld", ["World"]),
    room("ConnectorSettings"),
    room("StrictJSON"),
    room("TrustCheckers", ["World"]),
    room("Releases", ["World", "StrictJSON"]),
    room("Evergreen", ["World", "ConnectorSettings", "Releases"]),
    .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    room("ReleaseSlots", ["World", "ConnectorSettings", "Releases", "Evergreen", "TrustCheckers", "CArchive"] + crypto),
    room("TUF", ["World", "StrictJSON", "TrustCheckers"] + crypto),
    room("TUFRepository", ["World", "StrictJSON", "TUF"] + crypto),
    room("BrokerConfiguration", ["World"]),
    room("Broker", ["World", "BrokerConfiguration"]),
    room("BrokerXML", ["World", "Broker"]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    room("XMLExpat", ["BrokerXML", "CExpat"]),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "World", "SimulatedWorld", "Releases", "ReleaseSlots", "StrictJSON", "TUF", "TUFRepository", "BrokerXML", "XMLExpat",
      ] + crypto,
      swiftSettings: ours,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
  ]
)
