import EventCatalog
import Evergreen
import Testing
import WatchDogService
import World

/// T4: a repository that is held still is told of within one look, once, and so is its end.
@Suite struct FreshnessTests {
  private static let now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_800_000_000))

  private func logic(hasRoot: Bool = true) -> UpdaterLogic {
    UpdaterLogic(UpdaterSettings(version: ReleaseVersion(1, 0, 0, 0), boot: "boot 1", hasReleases: true, hasRoot: hasRoot))
  }

  private func looks(_ directives: [UpdaterLogic.Directive]) -> [Duration] {
    directives.compactMap { if case .wake(.metadata, let after) = $0 { after } else { nil } }
  }

  private func events(_ directives: [UpdaterLogic.Directive]) -> [EventDefinition] {
    directives.compactMap { if case .emit(let event) = $0 { event.definition } else { nil } }
  }

  @Test func theFirstLookComesSoonAndOnceForEachProcess() {
    var logic = logic()
    let first = looks(logic.handle(.started, at: Self.now))
    #expect(first.count == 1 && first.allSatisfy { $0 >= .seconds(60) && $0 < .seconds(300) })
    #expect(looks(logic.handle(.due(.start), at: Self.now)).isEmpty)
    let looks = logic.handle(.due(.metadata), at: Self.now).filter { if case .lookAtMetadata = $0 { true } else { false } }
    #expect(looks.count == 1)
  }

  @Test func withoutARootNobodyLooks() {
    var logic = logic(hasRoot: false)
    #expect(looks(logic.handle(.started, at: Self.now)).isEmpty)
  }

  @Test(arguments: [nil, ReleaseFetchProblem("no connection", isPassing: true)])
  func whatStandsStillIsToldOnceAndItsEndToo(_ problem: ReleaseFetchProblem?) {
    var logic = logic()
    _ = logic.handle(.started, at: Self.now)
    let day = Duration.seconds(86_400)
    let told: [(Duration, EventDefinition?)] = [
      (.zero, nil), (day * 2, nil), (day * 3, EvergreenUpdaterEvents.freezeSuspected), (day * 4, nil), (.zero, EvergreenUpdaterEvents.freezeOver),
      (day, nil), (day * 30, EvergreenUpdaterEvents.freezeSuspected),
    ]
    for (stale, expected) in told {
      let directives = logic.handle(.looked(MetadataLook(stale: stale, problem: problem)), at: Self.now)
      #expect(events(directives) == [expected].compactMap(\.self), "\(stale)")
      #expect(looks(directives) == [day])
    }
  }
}
