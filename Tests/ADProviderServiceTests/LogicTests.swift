import ADProviderService
import Directory
import EventCatalog
import ServiceKit
import Testing
import World

@Suite struct LogicTests {
  private func now(_ seconds: Int64) -> Now {
    Now(moment: Moment(nanoseconds: seconds * 1_000_000_000), wall: WallTime(seconds: 1_795_000_000 + seconds))
  }
  private let question = DirectoryQuestion.find(DirectoryQuery(.name(.account("alice"))))

  private func alice(_ name: String = "alice") throws -> DirectoryAnswer {
    let sid = try SID("S-1-5-21-1-1-1-1101")
    return .principal(
      Principal(
        kind: .user, sid: sid, guid: GUID(derivedFrom: sid), name: name, domain: "a.local", netBIOS: "A", distinguishedName: "CN=\(name),DC=a"))
  }

  private func domains() throws -> [DomainView] {
    [
      DomainView(
        name: "a.local", netBIOS: "A", sid: try SID("S-1-5-21-1-1-1"), forest: "a.local", functionalLevel: .server2016,
        forestFunctionalLevel: .server2016,
        joined: true, usable: true, relation: "joined domain")
    ]
  }

  /// A logic whose directory is read.
  private func ready(_ settings: NameCache.Settings = .init()) throws -> ADProviderLogic {
    var logic = ADProviderLogic(file: "/d.yaml", healthEvery: .seconds(60), cache: settings)
    #expect(words(logic.handle(.started, at: now(0))) == ["load", "wake 60"])
    #expect(words(logic.handle(.loaded(.success(try domains())), at: now(0))) == ["directory.loaded", "check"])
    return logic
  }

  private func words(_ directives: [ADProviderLogic.Directive]) -> [String] {
    directives.map { directive in
      switch directive {
      case .load: "load"
      case .look(let number, _): "look \(number)"
      case .check: "check"
      case .wake(let moment, _): "wake \(moment.nanoseconds / 1_000_000_000)"
      case .emit(let event): event.definition.name
      case .answer(let id, .success(.looked(_, _, let stale))): "answer \(id.number)\(stale ? " stale" : "")"
      case .answer(let id, .success(.health(let health))): "answer \(id.number) \(health.state.rawValue)"
      case .answer(let id, .success(.domains(let joined, _))): "answer \(id.number) \(joined ?? "nothing")"
      case .answer(let id, .failure(let error)): "answer \(id.number) \(error)"
      }
    }
  }

  private func ask(_ logic: inout ADProviderLogic, _ id: UInt64, at seconds: Int64) -> [String] {
    words(logic.handle(.asked(RequestID(id), .look(question)), at: now(seconds)))
  }

  @Test func askersOfTheSameShareOneLookUpAndThenTheCache() throws {
    var logic = try ready()
    #expect(ask(&logic, 1, at: 1) == ["look 1", "wake 4"])
    #expect(ask(&logic, 2, at: 2) == [])
    #expect(words(logic.handle(.answered(1, .success(try alice())), at: now(2))) == ["answer 1", "answer 2"])
    #expect(words(logic.handle(.limitReached(1), at: now(4))) == [])
    #expect(ask(&logic, 3, at: 1440 * 60 + 1) == ["answer 3"])
  }

  @Test func anOldAnswerIsGivenAndFetchedAgain() throws {
    var logic = try ready()
    _ = ask(&logic, 1, at: 0)
    _ = logic.handle(.answered(1, .success(try alice())), at: now(0))
    let day: Int64 = 1440 * 60
    #expect(ask(&logic, 2, at: day) == ["answer 2 stale", "look 2", "wake \(day + 3)"])
    // One refresh at a time.
    #expect(ask(&logic, 3, at: day + 1) == ["answer 3 stale"])
    #expect(words(logic.handle(.answered(2, .success(try alice("alicia"))), at: now(day + 1))) == [])
    #expect(ask(&logic, 4, at: day + 2) == ["answer 4"])
  }

  /// facts/product.md 9: after an error 60 min, doubling, at most 7200 min.
  @Test func failedRefreshesWaitLongerEachTime() throws {
    var logic = try ready()
    _ = ask(&logic, 1, at: 0)
    _ = logic.handle(.answered(1, .success(try alice())), at: now(0))
    var at: Int64 = 1440 * 60
    var number: UInt64 = 2
    for minutes in [60, 120, 240, 480, 960, 1920, 3840, 7200, 7200] as [Int64] {
      #expect(ask(&logic, 9, at: at) == ["answer 9 stale", "look \(number)", "wake \(at + 3)"])
      #expect(words(logic.handle(.answered(number, .failure(.unreachable(domain: "a.local"))), at: now(at))) == [])
      #expect(ask(&logic, 9, at: at + minutes * 60 - 1) == ["answer 9 stale"])
      at += minutes * 60
      number += 1
    }
  }

  @Test func aSlowLookUpIsGivenUpButItsLateAnswerIsKept() throws {
    var logic = try ready()
    _ = ask(&logic, 1, at: 0)
    #expect(
      words(logic.handle(.limitReached(1), at: now(3))) == [
        "directory.lookup-timed-out", "answer 1 the directory did not answer for object 'alice' within 3000 ms",
      ])
    // The next asker gets a look-up of its own.
    #expect(ask(&logic, 2, at: 4) == ["look 2", "wake 7"])
    #expect(words(logic.handle(.answered(1, .success(try alice())), at: now(5))) == [])
    #expect(ask(&logic, 3, at: 6) == ["answer 3"])
    #expect(words(logic.handle(.answered(2, .success(try alice())), at: now(6))) == ["answer 2"])
  }

  @Test func whatIsNotThereIsNotRemembered() throws {
    var logic = try ready()
    _ = ask(&logic, 1, at: 0)
    #expect(words(logic.handle(.answered(1, .failure(.notFound("x"))), at: now(0))) == ["answer 1 no x in the joined forest"])
    #expect(ask(&logic, 2, at: 1) == ["look 2", "wake 4"])
    // Nor are groups of which a part is missing.
    guard case .principal(let principal) = try alice() else { return }
    _ = logic.handle(.answered(2, .success(.groups(of: principal, EffectiveGroups(groups: [], missing: ["b.local"])))), at: now(1))
    #expect(logic.cache.count == 0)
    // And what is gone is forgotten.
    _ = ask(&logic, 3, at: 2)
    _ = logic.handle(.answered(3, .success(try alice())), at: now(2))
    _ = ask(&logic, 4, at: 1440 * 60 + 2)
    _ = logic.handle(.answered(4, .failure(.notFound("x"))), at: now(1440 * 60 + 2))
    #expect(logic.cache.count == 0)
  }

  @Test func theCacheIsBounded() throws {
    var settings = NameCache.Settings()
    settings.capacity = 3
    var cache = NameCache(settings)
    func key(_ number: Int) -> DirectoryQuestion { .find(DirectoryQuery(.name(.account("u\(number)")))) }
    for number in 0..<100 { cache.store(key(number), try alice(), at: now(0)) }
    #expect(cache.count == 3)
    #expect(cache.look(key(96), at: now(0)) == nil)
    #expect(cache.look(key(97), at: now(0)) != nil)
    // What is stored again is young again.
    cache.store(key(97), try alice(), at: now(0))
    cache.store(key(100), try alice(), at: now(0))
    #expect(cache.look(key(97), at: now(0)) != nil)
    #expect(cache.look(key(98), at: now(0)) == nil)
  }

  @Test func lookUpsUnderWayAreBounded() throws {
    var logic = try ready()
    for number in 1...256 { _ = logic.handle(.asked(RequestID(1), .look(.find(DirectoryQuery(.name(.account("u\(number)")))))), at: now(0)) }
    #expect(ask(&logic, 9, at: 0) == ["answer 9 256 look-ups are under way already; ask again"])
  }

  @Test func joinedToNothingAnswersSo() {
    var logic = ADProviderLogic(file: nil, healthEvery: .seconds(60))
    #expect(words(logic.handle(.started, at: now(0))) == ["directory.unset"])
    #expect(ask(&logic, 1, at: 0) == ["answer 1 this connector is joined to nothing: directory.file is not set in its configuration"])
    #expect(words(logic.handle(.asked(RequestID(2), .domains), at: now(0))) == ["answer 2 nothing"])
    #expect(words(logic.handle(.asked(RequestID(3), .health), at: now(0))) == ["answer 3 joinedToNothing"])
  }

  @Test func aWrongFileIsSaidOnceAndReadAgainAtEachCheck() throws {
    var logic = ADProviderLogic(file: "/d.yaml", healthEvery: .seconds(60))
    _ = logic.handle(.started, at: now(0))
    // Who asks while it is read waits for the outcome.
    #expect(ask(&logic, 1, at: 0) == [])
    let failure = ADProviderLogic.Event.loaded(.failure(.init("no such file")))
    #expect(words(logic.handle(failure, at: now(0))) == ["directory.unavailable", "answer 1 the directory cannot be used: no such file"])
    #expect(words(logic.handle(.healthDue, at: now(60))) == ["wake 120", "load"])
    #expect(words(logic.handle(failure, at: now(60))) == [])
    #expect(words(logic.handle(.loaded(.success(try domains())), at: now(120))) == ["directory.loaded", "check"])
  }

  @Test func aFailedReloadKeepsTheDirectory() throws {
    var logic = try ready()
    #expect(words(logic.handle(.asked(RequestID(1), .reload), at: now(1))) == ["load"])
    #expect(
      words(logic.handle(.loaded(.failure(.init("line 3"))), at: now(1))) == [
        "directory.reload-failed", "answer 1 the directory cannot be used: line 3",
      ])
    #expect(ask(&logic, 2, at: 2) == ["look 1", "wake 5"])
  }

  @Test func controllersThatChangeAreEvents() throws {
    var logic = try ready()
    func controller(_ name: String, _ reachable: Bool, _ domain: String = "a.local", supported: Bool = true) -> ControllerHealth {
      ControllerHealth(name: name, domain: domain, system: .server2016, globalCatalog: true, reachable: reachable, supported: supported)
    }
    func check(_ seen: [ControllerHealth]) -> [String] { words(logic.handle(.checked(.success(seen)), at: now(1))) }
    func state() -> [String] { words(logic.handle(.asked(RequestID(1), .health), at: now(1))) }
    #expect(check([controller("x", true), controller("y", true, supported: false)]) == ["directory.controller-unsupported"])
    #expect(state() == ["answer 1 healthy"])
    #expect(check([controller("x", false), controller("y", true, supported: false)]) == ["directory.controller-down"])
    #expect(state() == ["answer 1 degraded"])
    #expect(check([controller("x", false), controller("y", false)]) == ["directory.controller-down", "directory.domain-unreachable"])
    #expect(state() == ["answer 1 down"])
    #expect(check([controller("x", true), controller("y", false)]) == ["directory.controller-up", "directory.domain-reachable"])
    #expect(
      check([controller("x", true), controller("y", true), controller("z", false, "b.a.local")]) == [
        "directory.controller-up", "directory.controller-down", "directory.domain-unreachable",
      ])
    #expect(state() == ["answer 1 degraded"])
  }
}
