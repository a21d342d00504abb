import Evergreen
import ReleaseSlots
import Releases
import Testing
import World

@testable import Lab

@Suite struct LaunchNotesTests {
  private let slot = SlotName("4.1.0.0-aaaaaaaaaaaa")!

  private func started(_ role: UpdateFact.Role, _ finished: DeadManDecision.Step, attempt: Int = 2, escalation: String? = nil) -> [String] {
    let choice = BootChoice(
      slot: slot, role: role, program: "/x/bin/connectord", reason: "the trial ended by itself: exit code 70", checkAgainIn: nil,
      escalation: escalation, finished: finished)
    return LaunchNotes.notes("c1", .started(pid: 7, attempt: attempt, choice), log: "/log")
  }

  @Test func whatWasDecidedIsSaidInPlainWords() {
    #expect(started(.active, .none, attempt: 1) == ["c1 started (pid 7), release 4.1.0.0"])
    #expect(started(.trial, .openTrial) == ["c1 started again (pid 7): release 4.1.0.0 is tried"])
    #expect(
      started(.active, .finishRollback) == [
        "c1 went back to 4.1.0.0: the trial ended by itself: exit code 70", "c1 started again (pid 7), release 4.1.0.0",
      ])
    #expect(started(.active, .none, escalation: "the disk is full").last == "c1 needs a person: the disk is full")
    #expect(
      LaunchNotes.notes("c1", .ended("exit code 0", again: .seconds(2)), log: "/log") == [
        "c1 ended: exit code 0; starting it again in 2.0 s (log: /log)"
      ])
    #expect(LaunchNotes.notes("c1", .goesBack("not ready"), log: "/log") == ["c1 goes back: not ready"])
  }
}
