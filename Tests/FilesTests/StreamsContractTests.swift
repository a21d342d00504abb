import Testing
import World

/// Writers and readers: one body, run against the disk and against memory.
@Suite(.serialized) struct StreamsContractTests {
  @Test(arguments: Fidelity.allCases) func whatIsWrittenInPiecesIsReadInPieces(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let path = bench.root + "/big"
    let writer = try bench.files.writer(to: path, mode: 0o750)
    for piece in 0..<20 { try writer.write([UInt8](repeating: UInt8(piece), count: 50_000)) }
    try writer.write([])
    #expect(try bench.files.info(path) == nil)
    #expect(try bench.files.list(bench.root) == [])
    try writer.commit(step: "test.big")
    #expect(try bench.files.info(path)?.mode == 0o750)
    let reader = try bench.files.reader(of: path)
    var all: [UInt8] = []
    while true {
      let piece = try reader.read(upTo: 70_001)
      if piece.isEmpty { break }
      #expect(piece.count <= 70_001)
      all += piece
    }
    #expect(try reader.read(upTo: 1) == [])
    #expect(all == (0..<20).flatMap { [UInt8](repeating: UInt8($0), count: 50_000) })
    #expect(bench.steps.all == StepPhase.allCases.map { "test.big \($0.rawValue)" })
  }

  @Test(arguments: Fidelity.allCases) func nothingStaysOfAWriterThatIsNotCommitted(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let path = bench.root + "/record"
    try bench.files.replace(path, with: [1], mode: 0o600, step: "test")
    do {
      let dropped = try bench.files.writer(to: path, mode: 0o600)
      try dropped.write([2])
    }
    let discarded = try bench.files.writer(to: path, mode: 0o600)
    try discarded.write([3])
    discarded.discard()
    #expect(kind { try discarded.write([4]) } == .other)
    #expect(kind { try discarded.commit(step: "test") } == .other)
    let kept = try bench.files.writer(to: path, mode: 0o600)
    try kept.write([5])
    try kept.commit(step: "test")
    kept.discard()
    #expect(kind { try kept.commit(step: "test") } == .other)
    #expect(try bench.files.read(path) == [5])
    #expect(try bench.files.list(bench.root) == ["record"])
    try bench.files.removeTree(bench.root)
    #expect(try bench.files.info(bench.root) == nil)
  }

  @Test(arguments: Fidelity.allCases) func onePathHasOneWriter(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let path = bench.root + "/record"
    let writer = try bench.files.writer(to: path, mode: 0o600)
    #expect(kind { _ = try bench.files.writer(to: path, mode: 0o600) } == .other)
    // A replace of the same path does not wait for it; the last one wins.
    try bench.files.replace(path, with: [1], mode: 0o600, step: "test")
    try writer.write([2])
    try writer.commit(step: "test")
    #expect(try bench.files.read(path) == [2])
    _ = try bench.files.writer(to: path, mode: 0o600)
  }

  @Test(arguments: Fidelity.allCases) func aReaderKeepsWhatItOpened(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let path = bench.root + "/record"
    try bench.files.replace(path, with: [1, 2], mode: 0o600, step: "test")
    let reader = try bench.files.reader(of: path)
    #expect(try reader.read(upTo: 1) == [1])
    try bench.files.replace(path, with: [3, 4], mode: 0o600, step: "test")
    #expect(try reader.read(upTo: 9) == [2])
  }

  @Test(arguments: Fidelity.allCases) func onlyRegularFilesStream(_ fidelity: Fidelity) throws {
    let bench = try Bench(fidelity)
    let (files, root) = (bench.files, bench.root)
    try files.replaceLink(root + "/link", to: "nowhere", step: "test")
    #expect(kind { _ = try files.reader(of: root + "/none") } == .notFound)
    #expect(kind { _ = try files.reader(of: root) } == .other)
    #expect(kind { _ = try files.reader(of: root + "/link") } == .other)
    #expect(kind { _ = try files.writer(to: root + "/none/record", mode: 0o600) } == .notFound)
  }
}
