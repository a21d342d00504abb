import AgentSystem
import SimulatedWorld
import World

/// One client of the Agent System with a setting and a service of its own. It repeats a request under its id until the answer is definite.
final class AgentClient: @unchecked Sendable {
  let number: Int
  let machine: Machine
  let run: ScenarioRun
  private let draw: SeededRandom
  private var client: AgentSystemClient?
  private var transport: (any AgentTransport)?
  /// The latest value that was asked for, and the latest that is certain.
  private var attempted: Int64 = 0
  private var certain: Int64 = 0
  private let front = NaiveFront()
  private let path: RegistryPath?
  private let service: ServiceName

  init(_ number: Int, _ machine: Machine, _ run: ScenarioRun) {
    self.number = number
    self.machine = machine
    self.run = run
    draw = run.random.fork("agent client \(number)")
    path = try? RegistryPath(#"HKLM\Software\Citrix\Simulated\Client\#(number)"#)
    service = AgentSystemScenario.services[number % AgentSystemScenario.services.count]
  }

  func work(rounds: Int) async {
    guard let path else { return run.fail("the setting's path is none") }
    for _ in 0..<rounds {
      await run.pause(draw, below: .milliseconds(40))
      machine.book.judgeRecord()
      switch draw.below(6) {
      case 0, 1: await write(path)
      case 2: await read(path)
      case 3, 4: await restart()
      default: disconnect()
      }
    }
    await read(path)
    await client?.close()
  }

  private func write(_ path: RegistryPath) async {
    attempted += 1
    let value = attempted
    machine.book.settings[path] = certain...attempted
    let id = AgentRequestID(draw)
    guard let answer = await definite(.registryWrite(path, .integer(value)), id) else { return }
    machine.book.answered(id, answer)
    guard answer == .done else { return run.note("client \(number): \(answer)") }
    certain = value
    machine.book.settings[path] = certain...attempted
    if draw.below(3) == 0, let again = await definite(.registryWrite(path, .integer(value)), id) { machine.book.answered(id, again) }
    guard draw.below(6) == 0 else { return }
    // On a new connection: a call that was cancelled may still be answered on this one, and the client tells answers apart by their ids alone.
    await client?.close()
    if let other = await definite(.registryDelete(path), id) {
      if case .refused(let refusal) = other {
        run.check(refusal.reason == .requestReused, "a used id was refused as \(refusal)")
      } else {
        run.fail("a used id was taken for another request: \(other)")
      }
    }
  }

  private func read(_ path: RegistryPath) async {
    guard let answer = await definite(.registryRead(path), AgentRequestID(draw)) else { return }
    guard case .value(.registry(let found)) = answer else { return }
    let value: Int64 = if case .integer(let number) = found { number } else { 0 }
    run.check((certain...attempted).contains(value), "client \(number) reads \(value); \(certain) was certain and \(attempted) asked for last")
  }

  /// An effect that must not come twice, at times asked for twice at once under one id.
  private func restart() async {
    let id = AgentRequestID(draw)
    machine.book.current[service] = id
    let limit: Duration? = draw.below(3) == 0 ? .milliseconds(1 + Int64(draw.below(70))) : nil
    let answers: [PrivilegedAnswer?]
    if draw.below(2) == 0 {
      async let first = ask(id, limit)
      async let second = ask(id, limit)
      answers = [await first, await second]
    } else {
      answers = [await ask(id, limit)]
    }
    for case let answer? in answers {
      machine.book.answered(id, answer)
      if answer == .done { machine.book.doneOnce(id) }
    }
  }

  private func ask(_ id: AgentRequestID, _ limit: Duration?) async -> PrivilegedAnswer? {
    guard run.has(.repeatedEffect) else { return await definite(.restartService(service), id, limit: limit) }
    return await front.once(id) { await self.definite(.restartService(self.service), AgentRequestID(self.draw), limit: limit) }
  }

  /// Asks, and asks again under the same id when the connection ended or the call was cancelled. Nil when it gave up: whether it was done is unknown.
  private func definite(_ operation: PrivilegedOperation, _ id: AgentRequestID, limit: Duration? = nil) async -> PrivilegedAnswer? {
    for _ in 0..<40 {
      guard let client = await connected() else {
        await run.pause(draw, below: .milliseconds(50))
        continue
      }
      let call = Task.detached { try await client.call(operation, asker: .watchDog, id: id, limit: limit) }
      let impatient: Task<Void, Never>? =
        if draw.below(8) == 0 {
          Task.detached { [run, draw] in
            await run.pause(draw, below: .milliseconds(10))
            call.cancel()
          }
        } else { nil }
      let name = "client \(number) waits for the answer to \(operation.kind.name)"
      let result = await run.activity(name) { await call.result }
      impatient?.cancel()
      do {
        let answer = try result.get()
        if case .refused(let refusal) = answer, refusal.reason == .stillRunning {
          await run.pause(draw, below: .milliseconds(30))
          continue
        }
        return answer
      } catch let error as AgentCallError {
        run.check(error != .timedOut(operation: "hello"), "an open connection was ended by the time limit of its hello")
        await run.pause(draw, below: .milliseconds(10))
      } catch {
        run.check(error is CancellationError, "client \(number) was told \(error)")
      }
    }
    return nil
  }

  private func connected() async -> AgentSystemClient? {
    if let client, await client.isOpen { return client }
    guard let transport = machine.connect() else { return nil }
    let client = AgentSystemClient(transport, clock: run.clock, random: draw)
    do { try await run.activity("client \(number) says hello") { try await client.connect() } } catch { return nil }
    self.client = client
    self.transport = transport
    return client
  }

  private func disconnect() { transport?.close() }
}

/// A memory of request ids with an await between its look and its write: what the Agent System's own must never be.
actor NaiveFront {
  private var memory: [AgentRequestID: PrivilegedAnswer] = [:]

  func once(_ id: AgentRequestID, _ ask: @Sendable () async -> PrivilegedAnswer?) async -> PrivilegedAnswer? {
    if let answer = memory[id] { return answer }
    let answer = await ask()
    memory[id] = answer
    return answer
  }
}

/// Schedules restarts of the process and takes some of them back.
final class RestartClient: Sendable {
  private let machine: Machine
  private let run: ScenarioRun

  init(_ machine: Machine, _ run: ScenarioRun) {
    self.machine = machine
    self.run = run
  }

  func work() async {
    let draw = run.random.fork("restarts")
    for number in 1...3 {
      let reason = "restart \(number)"
      guard let scheduled = await ask(.scheduleRestart(.process, delay: UInt32(draw.below(2)), reason: ReasonText(reason)), draw) else { continue }
      guard case .value(.restart) = scheduled else { continue }
      // Often at the very moment that it is due.
      if draw.below(2) == 0 { try? await run.clock.sleep(for: .seconds(1)) } else { await run.pause(draw, below: .milliseconds(1500)) }
      if case .value(.flag(true)) = await ask(.cancelRestart, draw) { machine.book.cancelled(reason) }
      await run.pause(draw, below: .milliseconds(300))
    }
  }

  /// On a connection of its own, tried once: an answer that is lost leaves open what came of it.
  private func ask(_ operation: PrivilegedOperation, _ draw: SeededRandom) async -> PrivilegedAnswer? {
    guard let transport = machine.connect() else { return nil }
    let client = AgentSystemClient(transport, clock: run.clock, random: draw)
    guard (try? await client.connect()) != nil else { return nil }
    let answer = try? await client.call(operation, asker: .watchDog)
    await client.close()
    return answer
  }
}
