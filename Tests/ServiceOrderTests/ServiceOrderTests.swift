import Testing
import World

@testable import ServiceOrder

@Suite struct ServiceOrderTests {
  @Test func allSeventeenStandOnceAndCallOnlyUphill() {
    #expect(ServiceOrder.all.count == 17)
    #expect(ServiceOrder.problems() == [])
    #expect(ServiceOrder.all.prefix(3).map(\.name) == [.agentSystem, .logger, .watchDog])
    #expect(ServiceOrder.all.filter { !$0.isSimulated }.count == 9)
  }

  @Test func aCallDownhillADoubleAndAGapAreFound() {
    var list = ServiceOrder.all
    list.swapAt(0, 2)
    #expect(ServiceOrder.problems(in: list).contains { $0.contains("watchdog calls agent-system") })
    #expect(ServiceOrder.problems(in: ServiceOrder.all + [ServiceOrder.all[1]]).contains { $0.contains("logger stands twice") })
    #expect(ServiceOrder.problems(in: Array(ServiceOrder.all.dropLast())).contains { $0.contains("is missing") })
  }

  @Test func onlyTheWatchDogCallsTheAgentSystem() {
    #expect(ServiceOrder.all.filter { $0.uses.contains(.agentSystem) }.map(\.name) == [.watchDog])
  }
}
