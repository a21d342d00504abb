import Foundation
import Testing

/// Rules that a machine can keep.
@Suite struct HouseRulesTests {
  @Test func nothingTrapsOnInput() throws {
    var wrong: [String] = []
    for file in Tree.files(below: "Sources", endingIn: ".swift") {
      for (number, line) in try Tree.lines(file).enumerated() where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        for call in ["try!", "as! ", "fatalError(", "preconditionFailure("] where line.contains(call) {
          wrong.append("\(file):\(number + 1): \(call)")
        }
      }
    }
    #expect(wrong == [])
  }

  @Test func testsAwaitFactsAndNeverSleep() throws {
    let banned = ["Task." + "sleep", "u" + "sleep(", "Thread." + "sleep"]
    var wrong: [String] = []
    for file in Tree.files(below: "Tests", endingIn: ".swift") {
      for (number, line) in try Tree.lines(file).enumerated() {
        for call in banned where line.contains(call) { wrong.append("\(file):\(number + 1): \(call)") }
      }
    }
    #expect(wrong == [])
  }

  @Test func filesStaySmall() throws {
    let long = try (Tree.files(below: "Sources", endingIn: ".swift") + Tree.files(below: "Tests", endingIn: ".swift"))
      .map { ($0, try Tree.lines($0).count) }.filter { $0.1 > 400 }.map { "\($0.0): \($0.1) lines" }
    #expect(long == [])
  }

  @Test func executablesStayThin() throws {
    for program in ["connectord", "connectorctl", "connector-lab"] {
      let lines = try Tree.files(below: "Sources/\(program)", endingIn: ".swift").map { try Tree.lines($0).count }.reduce(0, +)
      #expect(lines > 0 && lines <= 60, "\(program) has \(lines) lines")
    }
  }

  @Test func everyPageIsLinked() throws {
    let known = try Tree.text("README.md") + Tree.text("ARCHITECTURE.md")
    for page in Tree.files(below: "docs") { #expect(known.contains(page), "\(page) is linked from neither README.md nor ARCHITECTURE.md") }
  }

  @Test func everyRoomIsOnTheMap() throws {
    let map = try Tree.text("ARCHITECTURE.md")
    for room in Set(Tree.files(below: "Sources", endingIn: ".swift").map(Tree.room)) where !room.isEmpty {
      #expect(map.contains("`\(room)`"), "ARCHITECTURE.md does not mention `\(room)`")
    }
  }

  @Test func everyDurableStepIsListed() throws {
    let map = try Tree.text("ARCHITECTURE.md")
    let pattern = #/(?:step: |DurableStep = |DurableStep\(rawValue: )"([a-z0-9.-]+)"/#
    for file in Tree.files(below: "Sources", endingIn: ".swift") where !file.contains("SimulatedWorld") {
      for match in try Tree.text(file).matches(of: pattern) {
        #expect(map.contains("`\(match.1)`"), "\(file) has the durable step \(match.1), which ARCHITECTURE.md does not list")
      }
    }
  }
}
