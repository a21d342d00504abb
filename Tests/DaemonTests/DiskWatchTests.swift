import ConnectorSettings
import EventCatalog
import EventHub
import NIOPosix
import SimulatedWorld
import Synchronization
import Testing
import World

@testable import Daemon

@Suite(.timeLimit(.minutes(1))) struct DiskWatchTests {
  static let room = FileSpace(bytes: 1 << 30, files: 1000, isReadOnly: false)

  @Test(
    arguments: [
      (room, false, Duration.seconds(3), false), (room, false, .seconds(600), true), (room, false, nil, true), (room, true, .seconds(3), true),
      (nil, false, .seconds(3), true), (FileSpace(bytes: 262_143, files: nil, isReadOnly: false), false, .seconds(3), true),
      (FileSpace(bytes: 262_144, files: nil, isReadOnly: false), false, .seconds(3), false),
      (FileSpace(bytes: 1 << 30, files: 15, isReadOnly: false), false, .seconds(3), true),
      (FileSpace(bytes: 1 << 30, files: 1000, isReadOnly: true), false, .seconds(3), true),
    ] as [(FileSpace?, Bool, Duration?, Bool)])
  func itTriesOnlyWhereTheFileSystemsWordIsNotEnough(_ space: FileSpace?, _ inTrouble: Bool, _ sinceTry: Duration?, _ expected: Bool) {
    #expect(DiskWatch.isWorthATry(space, inTrouble: inTrouble, sinceTry: sinceTry) == expected)
  }

  @Test func aFullDiskIsToldOnceAndWhenItIsOver() async throws {
    let files = CountingFiles()
    try files.base.makeDirectory("/state", mode: 0o700)
    let clock = SimulatedClock()
    let connector = connector(files, clock)
    var records = connector.hub.subscribe().records.makeAsyncIterator()
    let watch = Task { await DiskWatch(connector: connector) {}.run() }
    // A minute with room: one try at the start, nothing more.
    for _ in 0..<20 { await pass(clock) }
    await clock.waitForSleepers(1)
    #expect(files.appends.withLock { $0 } == 1)

    files.base.setCapacity(1000)
    await pass(clock)
    #expect(await records.next()?.event == .stateDiskFull(path: "/state"))
    for _ in 0..<3 { await pass(clock) }
    await clock.waitForSleepers(1)
    files.base.setCapacity(.max)
    await pass(clock)
    #expect(await records.next()?.event == .stateDiskHasSpace(path: "/state", elapsed: 12_000))
    #expect(try files.base.list("/state") == [])
    watch.cancel()
    await watch.value
  }

  /// Lets the watch go to sleep and wakes it.
  private func pass(_ clock: SimulatedClock) async {
    await clock.waitForSleepers(1)
    clock.advance(by: DiskWatch.every)
  }

  private func connector(_ files: any Files, _ clock: SimulatedClock) -> Connector {
    var configuration = ConnectorConfiguration(
      connector: .init(fqdn: "c1.corp.example", customer: "acme", resourceLocation: "r", clientID: "i", clientSecretFile: "/none"),
      cloud: .init(url: "https://127.0.0.1:1", caFile: "/none"))
    configuration.state.directory = "/state"
    return Connector(
      configuration: configuration,
      ports: ConnectorPorts(
        clock: clock, random: SeededRandom(seed: 1), files: files, outputs: [], eventLoops: MultiThreadedEventLoopGroup.singleton, processID: 1))
  }
}

/// A disk in memory that counts what is appended.
private final class CountingFiles: Files {
  let base = MemoryFiles()
  let appends = Mutex(0)

  func read(_ path: String) throws(FileError) -> [UInt8] { try base.read(path) }
  func replace(_ path: String, with bytes: [UInt8], mode: UInt32, step: DurableStep) throws(FileError) {
    try base.replace(path, with: bytes, mode: mode, step: step)
  }
  func append(_ path: String, _ bytes: [UInt8], mode: UInt32, sync: Bool) throws(FileError) {
    appends.withLock { $0 += 1 }
    try base.append(path, bytes, mode: mode, sync: sync)
  }
  func rename(_ from: String, to: String, step: DurableStep) throws(FileError) { try base.rename(from, to: to, step: step) }
  func remove(_ path: String) throws(FileError) { try base.remove(path) }
  func list(_ directory: String) throws(FileError) -> [String] { try base.list(directory) }
  func makeDirectory(_ path: String, mode: UInt32) throws(FileError) { try base.makeDirectory(path, mode: mode) }
  func info(_ path: String) throws(FileError) -> FileInfo? { try base.info(path) }
  func space(_ path: String) throws(FileError) -> FileSpace { try base.space(path) }
}
