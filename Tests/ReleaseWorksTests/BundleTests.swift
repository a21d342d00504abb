import Evergreen
import ReleaseSlots
import ReleaseWorks
import Releases
import SimulatedWorld
import Testing
import World

@Suite struct BundleTests {
  @Test func theSameFilesGiveTheSameBytes() throws {
    let (one, two) = (Workshop(), Workshop())
    let first = try one.build("1.2.3.4")
    try two.write("/in/lib/deep/er/data", "in another order")
    #expect(try two.build("1.2.3.4") == first)
    #expect(try one.files.read(first.path) == two.files.read(first.path))
    #expect(try Workshop().build("1.2.3.4", program: "other").sha256 != first.sha256)
    #expect(first.path == "/lab/releases/unsigned/connectord-1.2.3.4-linux-\(ReleasePlatform.current.arch).tar.zst")
    // Zstandard's magic number (RFC 8878, 3.1.1), and much smaller than what it holds.
    #expect(try one.files.read(first.path).starts(with: [0x28, 0xb5, 0x2f, 0xfd]))
    #expect(first.length * 10 < first.manifest.totalLength)
  }

  @Test func aBundleHoldsWhatItsManifestSays() throws {
    let shop = Workshop()
    let built = try shop.build("1.2.3.4") {
      $0.floors = [version("1.2.0.0"), version("1.1.0.0")]
    }
    let inspected = try BundleInspection.inspect(built.path, files: shop.files)
    #expect(inspected == InspectedBundle(built))
    #expect(inspected.manifest.floors == [version("1.1.0.0"), version("1.2.0.0")])
    #expect(inspected.manifest.files.map(\.path) == ["bin/connectord", "etc/defaults.yaml", "lib/deep/er/data"])
    #expect(inspected.manifest.files.map(\.mode) == [0o755, 0o644, 0o644])
    let beside = try shop.files.read(built.path.replacing(".tar.zst", with: ".json"))
    #expect(beside == built.manifest.json)
  }

  /// A connector installs what the lab packs.
  @Test func aConnectorInstallsIt() throws {
    let shop = Workshop()
    let built = try shop.build("1.2.3.4")
    var settings = ReleaseSlots.Settings()
    settings.reserve = 1
    let slots = ReleaseSlots(files: shop.files, root: "/evergreen", settings: settings)
    let bundle = UpdateOrder.Bundle(sha256: built.sha256, length: built.length)
    try shop.files.makeDirectory("/evergreen/downloads", mode: 0o755)
    try shop.files.replace(slots.bundlePath(bundle), with: shop.files.read(built.path), mode: 0o600, step: "test.input")
    let slot = try slots.seed(bundle, version: version("1.2.3.4"), at: Workshop.start)
    #expect(try shop.files.read(slots.folder(of: slot) + "/bin/connectord") == Array("program 1.2.3.4".utf8))
    #expect(try shop.files.read(slots.configurationPath) == Array("# 1.2.3.4\n{}\n".utf8))
  }

  @Test func theConfigurationMayComeFromElsewhere() throws {
    let shop = Workshop()
    try shop.write("/bare/bin/connectord", "x", mode: 0o755)
    let maker = BundleMaker(files: shop.files)
    var order = BundleMaker.Order(version: version("1.0.0.0"), bootstrapper: version("1.0.0.0"), folder: "/bare")
    #expect(try maker.make(order, into: "/unsigned").manifest.files.map(\.path) == ["bin/connectord", "etc/defaults.yaml"])
    try shop.write("/settings.yaml", "logging: {}\n")
    order.configuration = "/settings.yaml"
    #expect(try maker.make(order, into: "/unsigned").manifest.files.last?.length == 12)
  }

  enum Broken: CaseIterable {
    case noFolder, empty, link, notExecutable, oddName, twoConfigurations, noConfiguration, floorAbove, onlyDeep
  }

  @Test(
    arguments: zip(
      Broken.allCases,
      [
        "cannot be read", "program", "is a link", "program", "cannot be in a release", "already", "no such file", "below 1.2.3.4", "folders deep",
      ]))
  func whatMakesNoReleaseIsRefused(_ broken: Broken, _ word: String) throws {
    let shop = Workshop()
    try shop.programs("x")
    var order = BundleMaker.Order(version: version("1.2.3.4"), bootstrapper: version("1.0.0.0"), folder: "/in")
    switch broken {
    case .noFolder: order.folder = "/nowhere"
    case .empty:
      order.folder = "/empty"
      try shop.files.makeDirectory("/empty", mode: 0o755)
    case .link: try shop.files.replaceLink("/in/bin/other", to: "connectord", step: "test.input")
    case .notExecutable: try shop.write("/in/bin/connectord", "x")
    case .oddName: try shop.write("/in/with space", "x")
    case .twoConfigurations:
      try shop.write("/c.yaml", "x")
      order.configuration = "/c.yaml"
    case .noConfiguration:
      try shop.files.remove("/in/etc/defaults.yaml")
      order.configuration = "/nowhere.yaml"
    case .floorAbove: order.floors = [version("1.2.3.5")]
    case .onlyDeep: try shop.write("/in/" + Array(repeating: "d", count: 17).joined(separator: "/"), "x")
    }
    #expect {
      _ = try BundleMaker(files: shop.files).make(order, into: "/unsigned")
    } throws: { error in
      guard let problem = error as? ReleaseProblem else { return false }
      return problem.kind == .input && problem.description.contains(word)
    }
    #expect((try? shop.files.list("/unsigned")) ?? [] == [])
  }

  @Test func aDiskThatFillsUpLeavesNothing() throws {
    let shop = Workshop()
    try shop.programs("x")
    let order = BundleMaker.Order(version: version("1.2.3.4"), bootstrapper: version("1.0.0.0"), folder: "/in")
    try shop.files.makeDirectory("/unsigned", mode: 0o755)
    shop.files.fail(.write, with: .noSpace)
    #expect(throws: ReleaseProblem.self) { try BundleMaker(files: shop.files).make(order, into: "/unsigned") }
    #expect(try shop.files.list("/unsigned") == [])
  }

  /// Each bit of a small bundle matters, or the bundle is refused as a whole by its digest; what is inspected never traps.
  @Test func aDamagedBundleIsRefused() throws {
    let shop = Workshop()
    let built = try shop.build("1.2.3.4")
    let whole = try shop.files.read(built.path)
    for offset in stride(from: 0, to: whole.count, by: max(1, whole.count / 200)) {
      shop.files.corrupt(built.path, byte: offset)
      let found = try? BundleInspection.inspect(built.path, files: shop.files)
      #expect(found?.sha256 != built.sha256, "byte \(offset)")
      shop.files.corrupt(built.path, byte: offset)
    }
    for length in [0, 1, 100, whole.count - 1] {
      let copy = MemoryFiles(copying: shop.files)
      copy.truncate(built.path, to: length)
      #expect(throws: SlotError.self, "\(length) bytes") { try BundleInspection.inspect(built.path, files: copy) }
    }
  }
}

extension InspectedBundle {
  init(_ built: BundleMaker.Built) {
    self.init(manifest: built.manifest, manifestDigest: built.manifestDigest, sha256: built.sha256, length: built.length)
  }
}
