import Testing
import World

/// Links, trees and the room that is left: one body, run against the disk and against memory.
@Suite(.serialized) struct TreesContractTests {
  @Test(arguments: Fidelity.allCases) func aLinkIsReplacedByOneRename(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let (files, root) = (bench.files, bench.root)
    for name in ["one", "two"] {
      try files.makeDirectory("\(root)/\(name)/bin", mode: 0o700)
      try files.replace("\(root)/\(name)/bin/run", with: Array(name.utf8), mode: 0o700, step: "test")
    }
    #expect(try files.readLink(root + "/active") == nil)
    for target in ["one", root + "/two", "./one", "two/../one"] {
      try files.replaceLink(root + "/active", to: target, step: "test.link")
      #expect(try files.readLink(root + "/active") == target)
      #expect(try files.read(root + "/active/bin/run") == Array((target == root + "/two" ? "two" : "one").utf8))
    }
    #expect(Array(bench.steps.all.suffix(4)) == StepPhase.allCases.map { "test.link \($0.rawValue)" })
    #expect(try files.info(root + "/active")?.isLink == true)
    #expect(try files.info(root + "/active")?.isDirectory == false)
    #expect(try files.info(root + "/active/bin")?.isDirectory == true)
    #expect(try files.list(root + "/active") == ["bin"])
    #expect(try files.list(root) == ["active", "one", "two"])
  }

  @Test(arguments: Fidelity.allCases) func whatIsNoLinkIsNotReadAsOne(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let (files, root) = (bench.files, bench.root)
    try files.replace(root + "/file", with: [1], mode: 0o600, step: "test")
    #expect(kind { _ = try files.readLink(root + "/file") } == .other)
    #expect(kind { _ = try files.readLink(root) } == .other)
    #expect(kind { try files.replaceLink(root + "/none/link", to: "file", step: "test") } == .notFound)
    try files.makeDirectory(root + "/folder", mode: 0o700)
    #expect(kind { try files.replaceLink(root + "/folder", to: "file", step: "test") } == .other)
    try files.replaceLink(root + "/file", to: "folder", step: "test")
    #expect(try files.readLink(root + "/file") == "folder")
    try files.remove(root + "/file")
    #expect(try files.list(root) == ["folder"])
    try files.replaceLink(root + "/loop", to: "loop", step: "test")
    #expect(kind { _ = try files.read(root + "/loop/x") } == .other)
  }

  @Test(arguments: Fidelity.allCases) func aTreeGoesWithoutWhatItsLinksLeadTo(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let (files, root) = (bench.files, bench.root)
    try files.makeDirectory(root + "/kept", mode: 0o700)
    try files.replace(root + "/kept/file", with: [1], mode: 0o600, step: "test")
    try files.makeDirectory(root + "/tree/a/b", mode: 0o700)
    for path in ["/tree/x", "/tree/a/y", "/tree/a/b/z"] { try files.replace(root + path, with: [2], mode: 0o600, step: "test") }
    try files.replaceLink(root + "/tree/a/out", to: "../../kept", step: "test")
    try files.removeTree(root + "/tree", step: "test.tree")
    #expect(Array(bench.steps.all.suffix(4)) == StepPhase.allCases.map { "test.tree \($0.rawValue)" })
    #expect(try files.list(root) == ["kept"])
    #expect(try files.list(root + "/kept") == ["file"])
    try files.replaceLink(root + "/link", to: "kept", step: "test")
    try files.removeTree(root + "/link")
    try files.removeTree(root + "/none")
    try files.removeTree(root + "/none/below")
    #expect(try files.list(root + "/kept") == ["file"])
    try files.removeTree(root + "/kept/file")
    #expect(try files.list(root + "/kept") == [])
  }

  @Test(arguments: Fidelity.allCases) func aTreeMovesOnlyToAnEmptyPlace(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let (files, root) = (bench.files, bench.root)
    try files.makeDirectory(root + "/a", mode: 0o700)
    try files.makeDirectory(root + "/b", mode: 0o700)
    try files.replace(root + "/a/file", with: [1], mode: 0o600, step: "test")
    try files.replace(root + "/b/other", with: [2], mode: 0o600, step: "test")
    #expect(kind { try files.rename(root + "/a", to: root + "/b", step: "test") } == .other)
    try files.rename(root + "/a", to: root + "/c", step: "test")
    #expect(try files.read(root + "/c/file") == [1])
    #expect(try files.list(root) == ["b", "c"])
  }

  @Test(arguments: Fidelity.allCases) func thereIsRoom(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    #expect(try bench.files.freeSpace(bench.root) > 1_000)
    #expect(kind { _ = try bench.files.freeSpace(bench.root + "/none") } == .notFound)
  }
}
