import ArgumentParser
import ConnectorSettings
import Foundation
import Glibc
import Lab
import LiveWorld
import SimulatedSite
import SiteLoad
import World

struct VDACommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vda", abstract: "Play machines (VDAs) of the lab that runs: they register, beat, and take users' sessions.",
    discussion: """
      Each machine of the lab's broker configuration registers with a connector, tried in random order, beats at half of the period that the broker tells, and
      registers anew when it is refused or not answered, after longer and longer pauses, never longer than its beat. Its sessions are prepared by the broker's
      order, begin when the user's client comes (connector-lab storefront), last half a minute to two minutes, and are reported wherever it registers next.

      A storm is what many machines make that lose their broker together. All machines share this process and one port on loopback; GET /snapshot there shows
      what --json prints. Ctrl-C deregisters them all.

      EXIT CODES
        0   ended in order, as asked
        1   the port cannot be opened
        64  the command line is wrong
        69  no lab runs
        78  the lab's configuration has fewer machines (the message says how to bring it up with more)

      EXAMPLE
        connector-lab vda --count 200
        connector-lab vda --from 201 --count 50 --duration 10m --json
      """)

  @OptionGroup var folder: LabFolder
  @Option(help: "How many machines.") var count = 50
  @Option(help: "The number of the first one in the lab's configuration, from 1.") var from = 1
  @Option(help: ArgumentHelp("End after this long (default: at Ctrl-C).", valueName: "time")) var duration: TimeSpan?
  @Option(help: "What pauses and orders are drawn from (default: drawn).") var seed: UInt64?
  @Flag(help: "One JSON object a line, each second and at the end, for programs.") var json = false

  func validate() throws {
    guard (1...100_000).contains(count) else { throw ValidationError("--count is \(count); expected 1 to 100000") }
    guard (1...100_000).contains(from) else { throw ValidationError("--from is \(from); expected 1 to 100000") }
  }

  func run() async throws {
    try await reporting {
      let site = try RunningSite(folder.paths)
      let machines = try site.machines(count, from: from)
      try await Self.play(machines, site, seed: seed ?? SystemRandom().next(), duration: duration?.duration, show: SiteShow(json: json))
    }
  }

  private static func play(_ machines: [SiteMachine], _ site: RunningSite, seed: UInt64, duration: Duration?, show: SiteShow) async throws {
    let clock = LiveClock()
    let client = SiteClient()
    let door = MachineDoor()
    let server: SiteServer
    do { server = try await SiteServer.start { await door.host?.answer($0, $1, $2) } } catch {
      throw LabError(.failed, "the machines cannot be reached: \(error)")
    }
    let address = server.address
    let host = MachineHost(
      machines, connectors: site.connectors, base: address, start: Int(clock.now().wall.seconds), seed: seed, client: client, clock: clock)
    await door.open(host)
    let entry = SiteRegister.Entry(kind: .vda, pid: getpid(), address: address)
    site.register.note(entry)
    var show = show
    show.say("\(machines.count) machines, \(machines.first?.name ?? "") to \(machines.last?.name ?? ""), at \(address); Ctrl-C ends them")
    await host.begin()
    await Stopping.run(for: duration) { show.show(await host.snapshot) }
    show.say("the machines deregister")
    await host.stop(within: .seconds(10))
    var last = await host.snapshot
    last.isFinal = true
    show.show(last)
    show.say("")
    var ended = entry
    ended.last = last
    site.register.note(ended)
    await server.stop()
    await client.close()
  }
}

/// Behind the port that is open before its machines are made, because they tell its address.
private actor MachineDoor {
  private(set) var host: MachineHost?
  func open(_ host: MachineHost) { self.host = host }
}

/// Runs until a signal or the end of a time, and does something four times a second meanwhile.
enum Stopping {
  static func run(for duration: Duration?, _ each: () async -> Void) async {
    let clock = LiveClock()
    let signals = Signals([SIGINT, SIGTERM, SIGHUP])
    signal(SIGPIPE, SIG_IGN)
    OpenFiles.raise()
    let end = duration.map { clock.now().moment + $0 }
    let stopped = Task { for await _ in signals.stream { return } }
    let isStopped = Latch()
    let watcher = Task {
      await stopped.value
      isStopped.raise()
    }
    defer {
      stopped.cancel()
      watcher.cancel()
    }
    while !isStopped.isRaised, !Task.isCancelled, end.map({ clock.now().moment < $0 }) ?? true {
      await each()
      try? await clock.sleep(for: .milliseconds(250))
    }
  }
}
