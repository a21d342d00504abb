import RolloutCheckers
import Testing
import World

/// F19: reports held against what ran.
@Suite struct RunningReportsTests {
  private func release(_ version: String, _ digest: Character = "a") -> RunningReports.Release {
    RunningReports.Release(ReleaseVersion(version)!, String(repeating: digest, count: 64))
  }
  private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

  /// 1.0.0.0 runs from second 10, 1.0.0.1 from second 100.
  private var reports: RunningReports {
    var reports = RunningReports()
    reports.ran("c1", release("1.0.0.0"), at: at(10))
    reports.ran("c1", nil, at: at(95))
    reports.ran("c1", release("1.0.0.1"), at: at(100))
    return reports
  }

  @Test func whatRanIsBelieved() {
    var reports = reports
    #expect(reports.believed("c1", release("1.0.0.0"), asked: at(20), at: at(21)).isEmpty)
    // It spoke before its end, and the answer came after it.
    #expect(reports.believed("c1", release("1.0.0.0"), asked: at(90), at: at(97)).isEmpty)
    #expect(reports.believed("c1", release("1.0.0.1"), asked: at(99), at: at(101)).isEmpty)
    #expect(reports.believed("c1", release("1.0.0.1"), asked: at(1_000), at: at(1_001)).isEmpty)
  }

  @Test func anotherVersionOrDigestIsFound() {
    var reports = reports
    #expect(reports.believed("c1", release("1.0.0.1"), asked: at(20), at: at(21)).count == 1)
    #expect(reports.believed("c1", release("1.0.0.0", "b"), asked: at(22), at: at(23)).count == 1)
    #expect(reports.believed("c1", release("1.0.0.0"), asked: at(99), at: at(120)).count == 1)
    #expect(
      reports.believed("c9", release("1.0.0.0"), asked: at(1), at: at(2)) == ["it is believed to run 1.0.0.0 (aaaaaaaaaaaa), and nothing ran there"])
  }

  @Test func whatWasOvertakenIsFound() {
    var reports = reports
    #expect(reports.believed("c1", release("1.0.0.1"), asked: at(200), at: at(201)).isEmpty)
    #expect(reports.believed("c1", release("1.0.0.1"), asked: at(150), at: at(300)) == ["a report is believed that another has overtaken"])
    #expect(reports.believed("c1", release("1.0.0.1"), asked: at(200), at: at(301)).isEmpty)
  }
}
