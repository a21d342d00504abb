import ArgumentParser
import CloudAPI
import ConnectorctlCommands
import ControlAPI
import EventCatalog
import Synchronization
import Testing
import World

/// Answers from a list, and keeps what it was asked.
final class StubExchange: ControlExchange {
  private var answers: [Result<ControlAnswer, ControlClientError>]
  private(set) var asked: [ControlRequest] = []

  init(_ answers: [Result<ControlAnswer, ControlClientError>]) { self.answers = answers }

  func ask(_ request: ControlRequest) throws(ControlClientError) -> ControlAnswer {
    asked.append(request)
    return answers.isEmpty ? .done(sentence: "Done.") : try answers.removeFirst().get()
  }

  func events(_ query: EventQuery, each: (EventLine) throws -> Bool) throws -> ControlFailure? {
    asked.append(.events(query: query))
    return nil
  }
}

/// What one command line did.
struct Outcome {
  var status: Int32 = 0
  var output = ""
  var bytes: [UInt8] = []
  var errors = ""
  var asked: [ControlRequest] = []
}

func run(_ line: String..., answers: [Result<ControlAnswer, ControlClientError>] = [], input: [UInt8] = [], terminal: Bool = false) throws -> Outcome
{
  let parsed = try ConnectorctlCommand.parseAsRoot(line)
  guard let command = parsed as? any ConnectorctlLeaf else { throw CommandFailure(.usage, "usage", "not a leaf: \(type(of: parsed))") }
  let exchange = StubExchange(answers)
  var outcome = Outcome()
  let session = Session(
    options: command.options, print: { outcome.output += $0 }, printBytes: { outcome.bytes += $0 }, printError: { outcome.errors += $0 },
    outputIsTerminal: terminal, input: { input }, connect: { _ in exchange })
  do { try session.carryOut { try command.perform($0) } } catch let exit as ExitCode { outcome.status = exit.rawValue }
  outcome.asked = exchange.asked
  return outcome
}

@Suite struct CommandTests {
  static let gone = ControlClientError.notRunning(path: "/s", detail: "there is no such socket")

  @Test(
    arguments: [
      (.success(.health(verdict: HealthVerdict(state: .ready, reasons: []))), 0, "ready\n"),
      (.success(.health(verdict: HealthVerdict(state: .degraded, reasons: ["Why."]))), 1, "degraded\n  Why.\n"),
      (.success(.health(verdict: HealthVerdict(state: .down, reasons: ["Why."]))), 2, "down\n  Why.\n"),
      (.failure(gone), 2, "down\n"), (.failure(.timeout(path: "/s")), 2, "down\n"), (.failure(.closed(path: "/s")), 2, "down\n"),
      (.failure(.notPermitted(path: "/s")), 2, "down\n"), (.success(.failure(reason: ControlFailure(.failed, "x"))), 2, "down\n"),
      (.success(.done(sentence: "another answer")), 2, "down\n"),
    ] as [(Result<ControlAnswer, ControlClientError>, Int32, String)])
  func healthIsTheExitCode(_ answer: Result<ControlAnswer, ControlClientError>, _ status: Int32, _ text: String) throws {
    let outcome = try run("health", answers: [answer])
    #expect(outcome.status == status)
    #expect(outcome.output.hasPrefix(text))
    let json = try run("health", "--json", answers: [answer])
    #expect(json.status == status)
    #expect(json.output.hasPrefix(#"{"reasons":["#) && json.output.filter { $0 == "\n" }.count == 1)
  }

  @Test(
    arguments: [
      (.failure(gone), 69, "notRunning"), (.failure(.notPermitted(path: "/s")), 77, "denied"),
      (.failure(.broken(path: "/s", detail: "x")), 76, "broken"),
      (.failure(.refused(path: "/s", reason: ControlFailure(.denied, "x"))), 77, "denied"),
      (.failure(.refused(path: "/s", reason: ControlFailure(.unsupportedProtocol, "x"))), 76, "unsupportedProtocol"),
      (.success(.failure(reason: ControlFailure(.notFound, "x"))), 1, "notFound"),
      (.success(.failure(reason: ControlFailure(.badRequest, "x"))), 65, "badRequest"),
      (.success(.failure(reason: ControlFailure(.notSimulated, "x"))), 70, "notSimulated"),
      (.success(.failure(reason: ControlFailure(.unavailable, "x"))), 69, "unavailable"), (.success(.end(count: 1)), 76, "broken"),
    ] as [(Result<ControlAnswer, ControlClientError>, Int32, String)])
  func failuresHaveExitCodesAndJSON(_ answer: Result<ControlAnswer, ControlClientError>, _ status: Int32, _ code: String) throws {
    let outcome = try run("restart", "logger", answers: [answer])
    #expect(outcome.status == status)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("connectorctl: "))
    let json = try run("restart", "logger", "--json", answers: [answer])
    #expect(json.output.contains(#""code":"\#(code)""#) && json.output.contains(#""exit":\#(status)"#))
    #expect(json.status == status)
  }

  @Test(
    arguments: [
      (["status"], .status), (["services"], .services), (["restart", "ad-provider"], .restart(service: .adProvider)),
      (["fault", "logger", "hang"], .fault(service: .logger, kind: .hang)), (["registry", "list"], .registryList(prefix: "")),
      (["registry", "delete", #"HKLM\A\B"#], .registryDelete(path: #"HKLM\A\B"#)), (["config", "show"], .configShow),
      (["config", "diff", "-"], .configDiff(candidate: "in")),
      (["events", "--code", "1", "--code", "2", "-n", "5", "-f"], .events(query: EventQuery(codes: [1, 2], limit: 5, follow: true))),
      (["events", "--since", "2026-11-21T09:30:00Z"], .events(query: EventQuery(since: WallTime(seconds: 1_795_253_400)))),
      (["ad", "user", "find", "alice"], .service(service: .adProvider, operation: "find", body: ["kind": "user", "name": "alice"])),
      (["ad", "group", "find", "s-1-5-21-1"], .service(service: .adProvider, operation: "find", body: ["kind": "group", "sid": "S-1-5-21-1"])),
      (
        ["ad", "computer", "find", "{6F9619FF-8B86-D011-B42D-00C04FC964FF}"],
        .service(service: .adProvider, operation: "find", body: ["kind": "computer", "guid": "6F9619FF-8B86-D011-B42D-00C04FC964FF"])
      ),
      (["ad", "groups", "--effective", "bob"], .service(service: .adProvider, operation: "groups", body: ["of": "bob", "effective": true])),
      (["credential", "put", "k"], .service(service: .credentialProvider, operation: "put", body: ["name": "k", "secret": "aW4="])),
      (["credential", "rotate", "data"], .service(service: .credentialProvider, operation: "rotate", body: ["key": "data"])),
      (["logs", "level", "debug"], .service(service: .logger, operation: "set-level", body: ["level": "debug"])),
      (["ha", "why"], .service(service: .highAvailability, operation: "why", body: [:])),
      (["ha", "force", "--reason", "r"], .service(service: .highAvailability, operation: "force", body: ["reason": "r"])),
      (["ha", "clear"], .service(service: .highAvailability, operation: "clear", body: [:])),
      (["sync", "now"], .service(service: .configSynchronizer, operation: "sync-now", body: [:])),
      (
        ["watchdog", "maintenance", "on", "--reason", "r"],
        .service(service: .watchDog, operation: "maintenance", body: ["on": true, "reason": "r"])
      ), (["update", "status"], .service(service: .watchDog, operation: "update-status", body: [:])),
      (["update", "history"], .service(service: .watchDog, operation: "update-status", body: [:])),
      (["update", "clear", "4.3.0.0"], .service(service: .watchDog, operation: "update-clear", body: ["version": "4.3.0.0"])),
      (["update", "rollback", "--reason", "r"], .service(service: .watchDog, operation: "update-rollback", body: ["reason": "r"])),
      (["update", "pin", "--reason", "r"], .service(service: .watchDog, operation: "update-pin", body: ["reason": "r"])),
      (["update", "unpin"], .service(service: .watchDog, operation: "update-unpin", body: [:])),
      (["call", "logger", "status", #"{"a":1}"#], .service(service: .logger, operation: "status", body: ["a": 1])),
    ] as [([String], ControlRequest)])
  func commandLinesBecomeRequests(_ line: [String], _ request: ControlRequest) throws {
    for options in [[], ["--json"], ["--connector", "c1", "--json"]] {
      for arguments in [options + line, line + options] {
        let parsed = try ConnectorctlCommand.parseAsRoot(arguments)
        let command = try #require(parsed as? any ConnectorctlLeaf)
        #expect(command.options.json == options.contains("--json"))
        #expect(command.options.connector == (options.contains("c1") ? "c1" : nil))
        let exchange = StubExchange([])
        let session = Session(
          options: command.options, print: { _ in }, printBytes: { _ in }, printError: { _ in }, outputIsTerminal: false, input: { Array("in".utf8) },
          connect: { _ in exchange })
        try? session.carryOut { try command.perform($0) }
        #expect(exchange.asked.first == request)
      }
    }
  }

  @Test(arguments: [
    ["restart", "nobody"], ["fault", "logger", "explode"], ["events", "--since", "5x"], ["events", "--limit", "-1"], ["registry", "get"], ["unheard"],
    ["watchdog", "maintenance", "maybe"], ["events", "export", "--format", "pdf"],
  ])
  func wrongCommandLinesAreUsageErrors(_ line: [String]) {
    do {
      _ = try ConnectorctlCommand.parseAsRoot(line)
      #expect(Bool(false), "an error is expected")
    } catch {
      #expect(ConnectorctlCommand.exitCode(for: error).rawValue == 64)
    }
  }

  /// What was committed and what failed, in the order of time; with --json the two lists as they came.
  @Test func theHistoryOfUpdates() throws {
    let answer = ControlAnswer.service(body: [
      "phase": "idle",
      "committed": [
        ["at": "2026-11-01T00:00:00.000Z", "release": "4.1.0.0-0123456789ab"], ["at": "2026-11-03T00:00:00.000Z", "release": "4.2.0.0-ba9876543210"],
      ],
      "failed": [["at": "2026-11-02T00:00:00.000Z", "version": "4.1.5.0", "refused": true, "reason": "it flaps", "attempts": 1]],
    ])
    let text = try run("update", "history", answers: [.success(answer)]).output.split(separator: "\n")
    #expect(text.count == 4 && text[0].hasPrefix("AT") && text[1].contains("committed  4.1.0.0-0123456789ab"))
    #expect(text[2].contains("failed") && text[2].contains("4.1.5.0") && text[2].contains("it flaps") && text[3].contains("4.2.0.0"))
    let json = try run("update", "history", "--json", answers: [.success(answer)]).output
    #expect(json.hasPrefix(#"{"committed":[{"at":"2026-11-01T00:00:00.000Z","release":"4.1.0.0-0123456789ab"},"#) && !json.contains("phase"))
    let under = ControlAnswer.service(body: [
      "committed": [], "failed": [], "order": ["action": "install", "stage": "installing", "version": "4.3.0.0"],
      "lease": ["token": 7, "held": true],
    ])
    #expect(try run("update", "history", answers: [.success(under)]).output.contains("now  installing  4.3.0.0"))
    #expect(try run("update", "history", "--json", answers: [.success(under)]).output.contains(#""lease":{"held":true,"token":7},"order":"#))
  }

  @Test func aSecretGoesToAPipeAsItIs() throws {
    let answer = ControlAnswer.service(body: ["name": "k", "secret": "AP8="])
    let piped = try run("credential", "get", "k", answers: [.success(answer)])
    #expect(piped.bytes == [0, 255])
    #expect(piped.output.isEmpty && piped.errors.isEmpty)
    let json = try run("credential", "get", "k", "--json", answers: [.success(answer)])
    #expect(json.output == #"{"name":"k","secret":"AP8="}"# + "\n")
  }

  @Test func aSecretGoesToATerminalOnlyWhenAskedTo() throws {
    let answer = ControlAnswer.service(body: ["name": "k", "secret": "aGk="])
    let refused = try run("credential", "get", "k", answers: [.success(answer)], terminal: true)
    #expect(refused.status == 64)
    #expect(refused.asked.isEmpty, "not even asked for")
    #expect(refused.errors.contains("--reveal"))
    let shown = try run("credential", "get", "k", "--reveal", answers: [.success(answer)], terminal: true)
    #expect(shown.bytes == Array("hi\n".utf8))
  }

  @Test func nothingOnStandardInputIsNotASecret() throws {
    let outcome = try run("credential", "put", "k")
    #expect(outcome.status == 64)
    #expect(outcome.asked.isEmpty)
  }

  @Test func aSettingTakesTheTypeThatItHas() throws {
    let path = #"HKLM\A\B"#
    let now = RegistryEntry(path: path, value: RegistryValue(type: "integer", value: 0))
    let after = RegistryEntry(path: path, value: RegistryValue(type: "integer", value: 1))
    let outcome = try run("registry", "set", path, "1", answers: [.success(.registry(entries: [now])), .success(.registry(entries: [after]))])
    #expect(outcome.asked.last == .registrySet(path: path, value: after.value))
    #expect(outcome.output == "\(path) is 1\n")
    let unset = try run(
      "registry", "set", path, "1", answers: [.success(.failure(reason: ControlFailure(.notFound, "x"))), .success(.registry(entries: [after]))])
    #expect(unset.asked.last == .registrySet(path: path, value: RegistryValue(type: "string", value: "1")))
    let wrong = try run("registry", "set", path, "x", "--type", "integer")
    #expect(wrong.status == 65 && wrong.asked.isEmpty)
  }

  @Test func differencesAreTheExitCode() throws {
    let change = ConfigDiff.Change(path: "a", current: 1, candidate: 2)
    func status(_ diff: ConfigDiff) throws -> Int32 { try run("config", "diff", "-", answers: [.success(.configDiff(diff: diff))]).status }
    #expect(try status(ConfigDiff()) == 0)
    #expect(try status(ConfigDiff(changes: [change])) == 1)
    #expect(try status(ConfigDiff(problems: ["p"])) == 65)
    #expect(try run("config", "diff", "/no/such/file").status == 66)
  }

  @Test func anArchiveIsWrittenWholeOrNotAtAll() throws {
    let content = ControlAnswer.bytes(content: ByteContent([31, 139, 8]))
    #expect(try run("logs", "collect", "-o", "-", answers: [.success(content)]).bytes == [31, 139, 8])
    #expect(try run("logs", "collect", "-o", "-", answers: [.success(content)], terminal: true).status == 64)
    #expect(try run("logs", "collect", "-o", "/no/such/folder/x.tar.gz", answers: [.success(content)]).status == 73)
  }

  @Test func heldFaultsAreATable() throws {
    let order = FaultOrder(on: "service:c1/logger/collect", kind: "latency", value: "1s", jitter: "200ms", probability: "20%")
    let table = try run("faults", answers: [.success(.faults(rows: [HeldFault(id: 3, fault: order, left: 1_200)]))])
    #expect(table.output.contains("3   service:c1/logger/collect  latency 1s ±200ms (20%)  2s"))
    #expect(try run("faults", answers: [.success(.faults(rows: []))]).output == "no fault is held\n")
    #expect(try run("faults", "--json", answers: [.success(.faults(rows: []))]).output == "[]\n")
  }

  @Test func helpSaysTheExitCodesAndAnExampleOfEachCommand() {
    #expect(ConnectorctlCommand.helpMessage().contains("EXIT CODES"))
    func leaves(_ command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
      let below = command.configuration.subcommands
      return [command] + below.flatMap(leaves)
    }
    let all = leaves(ConnectorctlCommand.self)
    #expect(all.count > 40)
    for command in all { #expect(command.configuration.discussion.contains("EXAMPLE"), "\(command)") }
  }

  @Test func exitCodesAreDistinctAndExplained() {
    #expect(Set(CommandExit.allCases.map(\.rawValue)).count == CommandExit.allCases.count)
    for status in CommandExit.allCases { #expect(CommandExit.table.contains("\(status.rawValue)  \(status.meaning)")) }
  }
}
