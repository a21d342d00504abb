import Simulation
import Testing
import World

@Suite struct RunEndTests {
  @Test func aDeadlockSaysWhoWaitsForWhat() {
    let waiting = [Waiting("c3", for: "its process to start"), Waiting("cloud", for: "its start")]
    let end = RunEnd.standing(at: Moment(nanoseconds: 90_000_000_000), waiting)
    #expect(
      end.lines == ["deadlock after 90 s: nothing is due any more, and 2 wait", "  c3 waits for its process to start", "  cloud waits for its start"])
    let many = RunEnd.standing(at: Moment(nanoseconds: 0), (1...50).map { Waiting("c\($0)", for: "its start") })
    #expect(many.lines.count == 42 && many.lines.last == "  and 10 more")
    #expect(RunEnd.standing(at: Moment(nanoseconds: 0), []).lines.count == 1 && RunEnd.timeOver.lines == ["its time is over"])
  }
}
