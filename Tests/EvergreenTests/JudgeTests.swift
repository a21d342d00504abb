import Evergreen
import Testing
import World

/// L3: what a commit needs, and what ends a trial.
@Suite struct JudgeTests {
  static let good = Probe(isHealthy: true, reachedTheCloud: true)
  static let local = Probe(isHealthy: true, reachedTheCloud: false)
  static let bad = Probe(isHealthy: false, reachedTheCloud: false, detail: "no answer")

  /// The verdict after the first that is not `wait`, and when.
  func verdict(_ probes: (Int) -> Probe?, every: Int = 30, for seconds: Int = 4_000) -> (TrialJudge.Verdict, Int) {
    var judge = TrialJudge(TrialSettings(), began: Moment(nanoseconds: 0))
    for at in stride(from: every, through: seconds, by: every) {
      guard let probe = probes(at) else { continue }
      let verdict = judge.take(probe, at: Moment(nanoseconds: Int64(at) * 1_000_000_000))
      if verdict != .wait { return (verdict, at) }
    }
    return (.wait, seconds)
  }
  func fails(_ verdict: (TrialJudge.Verdict, Int), _ words: String, at seconds: Int) -> Bool {
    guard case (.fail(let why), seconds) = verdict else { return false }
    return why.contains(words)
  }

  @Test func tenMinutesOfHealthCommit_L3() {
    #expect(verdict { _ in Self.good } == (.commit(Evidence(healthyFor: .seconds(600), probes: 21, endToEndProbes: 21)), 630))
    // One probe to the cloud and back is enough, whenever it came.
    #expect(verdict { $0 == 300 ? Self.good : Self.local } == (.commit(Evidence(healthyFor: .seconds(600), probes: 21, endToEndProbes: 1)), 630))
  }

  @Test func tooFewProbesAreNotHealth_L3() {
    // Every 60 s: ten minutes are over at 660 s, twenty probes only at 1,200 s.
    #expect(verdict({ _ in Self.good }, every: 60).1 == 1_200)
    // Every 90 s nobody looks often enough: never continuous.
    #expect(fails(verdict({ _ in Self.good }, every: 90), "not healthy for long enough", at: 3_060))
  }

  /// A question to the cloud that times out takes its time: that is no break, for the cloud may be slow and the release well.
  @Test func aCloudThatIsSlowIsNoBreak_L3() {
    func verdict(answerWithin: Int) -> TrialJudge.Verdict {
      var settings = TrialSettings()
      settings.answerWithin = .seconds(answerWithin)
      var judge = TrialJudge(settings, began: Moment(nanoseconds: 0))
      for number in 1...40 {
        // 30 s of pause and 40 s of waiting for an answer.
        let verdict = judge.take(number == 1 ? Self.good : Self.local, at: Moment(nanoseconds: Int64(number) * 70_000_000_000))
        if verdict != .wait { return verdict }
      }
      return .wait
    }
    #expect(verdict(answerWithin: 40) == .commit(Evidence(healthyFor: .seconds(1_330), probes: 20, endToEndProbes: 1)))
    #expect(verdict(answerWithin: 0) == .wait)
  }

  @Test func withoutTheCloudThereIsNoCommit_L3() {
    #expect(fails(verdict { _ in Self.local }, "never reached the cloud", at: 3_000))
    // A probe that reached it and was not healthy does not count.
    let odd = Probe(isHealthy: false, reachedTheCloud: true, detail: "ill")
    #expect(fails(verdict { $0 == 60 ? odd : Self.local }, "never reached the cloud", at: 3_000))
  }

  @Test func aBreakStartsTheCountAnew_L3() {
    #expect(verdict { $0 == 600 ? Self.bad : Self.good }.1 == 1_230)
    #expect(verdict { (300...400).contains($0) ? nil : Self.good }.1 == 1_020)
    // What reached the cloud before the break does not count after it.
    #expect(fails(verdict { $0 == 300 ? Self.bad : $0 < 300 ? Self.good : Self.local }, "never reached the cloud", at: 3_000))
  }

  @Test func failingEndsIt() {
    #expect(fails(verdict { $0 < 300 ? Self.good : Self.bad }, "failing for 60 s: no answer", at: 360))
    #expect(fails(verdict { _ in Self.bad }, "failing", at: 180))
    // A single bad look is noise.
    #expect(verdict { $0 == 90 ? Self.bad : Self.good }.1 == 720)
    #expect(fails(verdict { $0 / 30 % 2 == 0 ? Self.bad : Self.good }, "broke 4 times", at: 240))
  }

  @Test func settingsMustFit() {
    #expect(TrialSettings().problem == nil)
    let changes: [(inout TrialSettings) -> Void] = [
      { $0.probes = 0 }, { $0.endToEndProbes = 0 }, { $0.endToEndProbes = 21 }, { $0.length = .seconds(700) }, { $0.runs = 0 },
      { $0.probeEvery = .zero },
    ]
    for change in changes {
      var settings = TrialSettings()
      change(&settings)
      #expect(settings.problem != nil)
    }
  }
}

func == (a: (TrialJudge.Verdict, Int), b: (TrialJudge.Verdict, Int)) -> Bool { a.0 == b.0 && a.1 == b.1 }
