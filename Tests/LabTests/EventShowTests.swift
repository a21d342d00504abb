import EventCatalog
import Testing

@testable import Lab

@Suite struct EventShowTests {
  private func shown(_ definitions: EventDefinition...) -> [Int] {
    var show = EventShow()
    return definitions.filter { show.shows($0.code, $0.severity) }.map(\.code)
  }

  @Test func losingTheCloudIsOneLine() {
    #expect(
      shown(
        LinkEvents.connected, LinkEvents.disconnected, LinkEvents.closed, DaemonEvents.degraded, LinkEvents.connect, LinkEvents.timeout,
        LinkEvents.connected, DaemonEvents.readyAgain) == [10000, 10001, 10000])
  }

  @Test func eachLossIsTold() {
    #expect(
      shown(LinkEvents.disconnected, LinkEvents.connected, LinkEvents.disconnected, LinkEvents.connect) == [10001, 10000, 10001])
  }

  @Test func aCloudThatWasNeverReachedIsOneLineToo() {
    #expect(shown(LinkEvents.connect, DaemonEvents.degraded, LinkEvents.dns, LinkEvents.timeout) == [10011])
  }

  @Test func whatNeedsSomebodyIsAlwaysShown() {
    #expect(shown(LinkEvents.disconnected, LinkEvents.wrongSecret, LinkEvents.certificateRevoked) == [10001, 10018, 10015])
  }

  @Test func anotherTroubleAndItsEndAreShown() {
    #expect(shown(LinkEvents.connected, DaemonEvents.degraded, DaemonEvents.readyAgain) == [10000, 10052, 10053])
  }

  @Test func detailsAreNotShown() { #expect(shown(LinkEvents.backingOff, LinkEvents.left).isEmpty) }
}
