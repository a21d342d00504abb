import AgentSystem
import AgentSystemHost
import EventCatalog
import SimulatedWorld
import World

/// A machine for an Agent System: one disk, and one boot after the other on it.
///
/// A crash is a fence first (nothing that the old boot still does reaches disk, clients or services), then the loss of what was not synced, then the end
/// of its tasks.
final class Machine: @unchecked Sendable {
  static let directory = "/state/agent-system"

  let run: ScenarioRun
  let disk: MemoryFiles
  let book: EffectBook
  private let draw: SeededRandom
  private(set) var boot: Boot?
  private var boots = 0

  init(_ run: ScenarioRun) throws {
    self.run = run
    disk = MemoryFiles()
    book = EffectBook(run, disk)
    draw = run.random.fork("machine")
    try disk.makeDirectory(Self.directory, mode: 0o700)
  }

  func start() async {
    boots += 1
    let boot = Boot(boots, run)
    let (run, book, draw) = (run, book, draw.fork("effects of \(boots)"))
    let ports = AgentSystemPorts(version: "6.109.0") { name in
      guard boot.isAlive else { return }
      book.restarted(name)
      try await run.clock.sleep(for: draw.steps(below: .milliseconds(60)))
    } restartProcess: { _, reason in
      if boot.isAlive { book.restartedProcess(reason) }
    }
    let files = FencedFiles(disk, boot, losesSyncs: run.has(.unsyncedAudit))
    let host = AgentSystemHost(directory: Self.directory, files: files, clock: run.clock, ports: ports) { event in
      if boot.isAlive { run.note(event.definition.name) }
    }
    boot.host = host
    await host.start()
    self.boot = boot
  }

  /// A connection as the WatchDog makes it; nil while the machine is down.
  func connect() -> (any AgentTransport)? {
    guard let boot, boot.isAlive, let host = boot.host else { return nil }
    let (client, server) = InProcessTransport.pair()
    let fenced = FencedTransport(inner: server, boot: boot)
    let (run, isSlow) = (run, draw.below(12) == 0)
    boot.serving.append(
      Task.detached {
        // A door that opens just when the client gives up on it.
        if isSlow { try? await run.clock.sleep(for: AgentSystemClient.helloWithin) }
        await AgentConnection(fenced, caller: .watchDog, host: host).serve()
      })
    boot.transports.append(client)
    return client
  }

  /// The next write of the record, or one of the next few, takes the machine down in one of its phases.
  func goDownAtStep(_ draw: SeededRandom) {
    disk.crash(at: AgentSystemSteps.commit, StepPhase.allCases[Int(draw.below(4))], occurrence: 1 + Int(draw.below(5)))
  }

  func crash(tearing: SeededRandom?) async {
    guard let old = boot else { return }
    boot = nil
    if !run.has(.unfencedCrash) { old.isAlive = false }
    disk.crash(tearing: tearing)
    disk.recover()
    await old.end(run)
    book.judgeAfterCrash()
    await start()
  }

  func stop() async {
    guard let boot else { return }
    self.boot = nil
    await boot.host?.stop()
    await boot.end(run)
  }

  func judge() { book.judge() }
}

/// One start of the machine, and everything that ends with it.
final class Boot: @unchecked Sendable {
  let number: Int
  var isAlive = true
  var host: AgentSystemHost?
  var serving: [Task<Void, Never>] = []
  var transports: [any AgentTransport] = []

  init(_ number: Int, _ run: ScenarioRun) { self.number = number }

  /// Connections break; what serves them ends, and answers nobody.
  func end(_ run: ScenarioRun) async {
    for transport in transports { transport.close() }
    await host?.stop()
    // Planted: what the old boot has under way goes on, and to the disk of the new one.
    if run.has(.unfencedCrash) { return }
    for task in serving { task.cancel() }
    for task in serving { await run.activity("a connection of boot \(number) ends") { await task.value } }
  }
}

/// What an old boot sends goes nowhere.
struct FencedTransport: AgentTransport {
  let inner: any AgentTransport
  let boot: Boot
  var messages: AsyncStream<[UInt8]> { inner.messages }
  func send(_ message: [UInt8]) throws(AgentTransportError) {
    guard boot.isAlive else { throw .closed }
    try inner.send(message)
  }
  func close() { inner.close() }
}

/// The disk as one boot sees it: gone when that boot is. A disk that went down takes the boot with it before anything more can happen.
struct FencedFiles: Files {
  private let disk: MemoryFiles
  private let boot: Boot
  private let losesSyncs: Bool

  init(_ disk: MemoryFiles, _ boot: Boot, losesSyncs: Bool) {
    self.disk = disk
    self.boot = boot
    self.losesSyncs = losesSyncs
  }

  private func fenced<Value>(_ path: String, _ body: () throws(FileError) -> Value) throws(FileError) -> Value {
    guard boot.isAlive else { throw FileError(.other, path, "this boot has ended") }
    defer { if disk.isDown { boot.isAlive = false } }
    return try body()
  }

  func read(_ path: String) throws(FileError) -> [UInt8] { try fenced(path) { () throws(FileError) in try disk.read(path) } }
  func replace(_ path: String, with bytes: [UInt8], mode: UInt32, step: DurableStep) throws(FileError) {
    try fenced(path) { () throws(FileError) in try disk.replace(path, with: bytes, mode: mode, step: step) }
  }
  func append(_ path: String, _ bytes: [UInt8], mode: UInt32, sync: Bool) throws(FileError) {
    try fenced(path) { () throws(FileError) in try disk.append(path, bytes, mode: mode, sync: sync && !losesSyncs) }
  }
  func rename(_ from: String, to: String, step: DurableStep) throws(FileError) {
    try fenced(from) { () throws(FileError) in try disk.rename(from, to: to, step: step) }
  }
  func remove(_ path: String) throws(FileError) { try fenced(path) { () throws(FileError) in try disk.remove(path) } }
  func list(_ directory: String) throws(FileError) -> [String] { try fenced(directory) { () throws(FileError) in try disk.list(directory) } }
  func makeDirectory(_ path: String, mode: UInt32) throws(FileError) {
    try fenced(path) { () throws(FileError) in try disk.makeDirectory(path, mode: mode) }
  }
  func info(_ path: String) throws(FileError) -> FileInfo? { try fenced(path) { () throws(FileError) in try disk.info(path) } }
  func space(_ path: String) throws(FileError) -> FileSpace { try fenced(path) { () throws(FileError) in try disk.space(path) } }
}
