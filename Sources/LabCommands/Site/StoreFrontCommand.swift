import ArgumentParser
import ConnectorSettings
import Foundation
import Glibc
import Lab
import LiveWorld
import SimulatedSite
import SiteLoad
import World

struct StoreFrontCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "storefront",
    abstract: "Play StoreFront and its users against the lab that runs, and hold what they were promised against what came of it.",
    discussion: """
      Sends real requests of the XML service and of the Secure Ticket Authority to the connectors: which server works (RequestServerFarmData), the users' lists
      (RequestAppData), launches (RequestAddress), sessions to reconnect to (RequestReconnectSessionData), tickets (RequestTicket, RequestRefresh, RequestData).
      A server that fails is passed by for a while and another one is asked, as StoreFront does.

      A launch that was acknowledged is kept when its machine knows the session as the user's client comes there; machines are those of connector-lab vda. A ticket
      that was acknowledged is kept when its data are given back, by any connector, before it ends; some clients come a minute later, so that tickets outlast the
      beginning of an outage. What was refused is failed, by the reason that was given. At the end whoever is on the way comes at once, and is waited for.

      EXIT CODES
        0   nothing that was acknowledged was lost
        1   something that was acknowledged was lost
        64  the command line is wrong
        69  no lab runs
        78  the lab's directory has fewer users than --users

      EXAMPLE
        connector-lab storefront --rate 50 --duration 60s
        connector-lab storefront --rate 5 --users 3 --json
      """)

  @OptionGroup var folder: LabFolder
  @Option(help: "What users do in a second: 6 of 10 times a launch with its ticket, 3 a list, 1 a look for sessions.") var rate = 10.0
  @Option(help: ArgumentHelp("How long (default: until Ctrl-C).", valueName: "time")) var duration: TimeSpan?
  @Option(help: "How many users of the lab's directory (default: all).") var users: Int?
  @Option(help: ArgumentHelp("How long a server that failed is passed by.", valueName: "time")) var bypass = TimeSpan(.seconds(20))
  @Option(help: ArgumentHelp("How often each server is asked whether it works.", valueName: "time")) var health = TimeSpan(.seconds(60))
  @Option(help: "What users do is drawn from it (default: drawn).") var seed: UInt64?
  @Flag(help: "One JSON object a line, each second and at the end, for programs.") var json = false

  func validate() throws {
    guard rate.isFinite, (0.01...5_000).contains(rate) else { throw ValidationError("--rate is \(rate); expected 0.01 to 5000") }
    if let users, users < 1 { throw ValidationError("--users is \(users); expected 1 or more") }
  }

  func run() async throws {
    try await reporting {
      let site = try RunningSite(folder.paths)
      var settings = StoreFrontHost.Settings(rate: rate, servers: site.connectors.map(\.address), users: try site.users(users))
      guard !settings.users.isEmpty else {
        throw LabError(.configuration, "the lab's directory has no user of \(site.site.joinedDomain) who may log on")
      }
      settings.bypass = bypass.duration
      settings.healthEvery = max(health.duration, .seconds(1))
      settings.seed = seed ?? SystemRandom().next()
      let tally = try await Self.play(settings, site, duration: duration?.duration, show: SiteShow(json: json))
      if !json { for line in SiteShow.summary(tally) { Console.out(line) } }
      if tally.lost > 0 {
        throw LabError(.failed, "\(tally.launches.lost) launches and \(tally.tickets.lost) tickets that were acknowledged were lost")
      }
    }
  }

  private static func play(_ settings: StoreFrontHost.Settings, _ site: RunningSite, duration: Duration?, show: SiteShow) async throws
    -> BrokeringTally
  {
    let clock = LiveClock()
    let client = SiteClient()
    let register = site.register
    let host = StoreFrontHost(settings, client: client, clock: clock) { RunningSite.machineAddresses(register) }
    let server: SiteServer
    do {
      server = try await SiteServer.start { method, path, _ in method == "GET" && path == ["snapshot"] ? await host.snapshot.json : nil }
    } catch { throw LabError(.failed, "a drill could not see this StoreFront: \(error)") }
    let entry = SiteRegister.Entry(kind: .storefront, pid: getpid(), address: server.address)
    site.register.note(entry)
    var show = show
    if RunningSite.machineAddresses(register).isEmpty {
      show.say("no connector-lab vda runs here: launches will find no machines, and what is acknowledged cannot be checked")
    }
    let end = duration.map { clock.now().moment + $0 } ?? clock.now().moment + .seconds(100 * 86_400)
    let done = Latch()
    let work = Task {
      await host.run(until: end)
      done.raise()
    }
    let stopped = Task { await Stopping.run(for: nil) {} }
    let watcher = Task {
      await stopped.value
      work.cancel()
    }
    while !done.isRaised {
      show.show(await host.snapshot)
      try? await clock.sleep(for: .milliseconds(250))
    }
    watcher.cancel()
    stopped.cancel()
    var last = await host.snapshot
    last.isFinal = true
    show.show(last)
    show.say("")
    var ended = entry
    ended.last = last
    site.register.note(ended)
    await server.stop()
    await client.close()
    return last.brokering ?? BrokeringTally()
  }
}
