import CloudAPI
import LiveFaults
import Testing
import World

private func order(
  _ on: String, _ kind: String, _ value: String? = nil, jitter: String? = nil, probability: String? = nil, lasts: String? = "1m"
) -> FaultOrder {
  FaultOrder(on: on, kind: kind, value: value, jitter: jitter, probability: probability, seed: 7, lasts: lasts)
}

@Suite struct FaultRuleTests {
  @Test(arguments: [
    (order("link:c1", "latency", "300ms", jitter: "50ms"), "latency 300ms ±50ms"),
    (order("link:c1", "latency", "1s500ms", probability: "12.5%"), "latency 1s500ms (12.5%)"),
    (order("link:c1.forest1.local", "loss", "0.5%"), "loss 0.5%"),
    (order("link:c1", "partition"), "partition both"),
    (order("link:c1", "partition", "up"), "partition up"),
    (order("link:c1", "slow-link", "64KiB/s"), "slow-link 64KiB/s"),
    (order("link:c1", "slow-link", "1000B/s"), "slow-link 1000B/s"),
    (order("link:c1", "slow-close", "5s"), "slow-close 5s"),
    (order("link:c1", "reset"), "reset"),
    (order("link:c1", "reset", "3s", probability: "50%"), "reset 3s (50%)"),
    (order("service:c1/logger", "hang"), "logger hang"),
    (order("service:c1/logger/collect", "error"), "logger/collect error failed"),
    (order("service:c1/logger/collect", "error", "denied", probability: "20%"), "logger/collect error denied (20%)"),
    (order("service:c1/ad-provider", "wrong-answer"), "ad-provider wrong-answer"),
    (order("service:c1/ad-provider/find", "crash", probability: "1%"), "ad-provider/find crash (1%)"),
    (order("connector:c1", "crash"), "crash"),
    (order("connector:c1", "hang"), "hang"),
    (order("connector:c1", "disk-full", probability: "0.0001%"), "disk-full (0.0001%)"),
    (order("peers:c1", "partition", "down"), "partition down"),
  ])
  func whatIsOrderedComesBackWhole(_ order: FaultOrder, _ short: String) throws {
    let rule = try FaultRule(order)
    #expect(rule.order.short == short)
    #expect(try FaultRule(rule.order) == rule, "a record of it orders the same again")
    #expect(rule.lasts == .seconds(60) && rule.seed == 7)
  }

  @Test(arguments: [
    (order("c1", "latency", "1s"), "expected link:c1"),
    (order("link:", "latency", "1s"), "names no connector"),
    (order("link:c1/x", "latency", "1s"), "expected link:c1"),
    (order("link:c 1", "latency", "1s"), "names no connector"),
    (order("service:c1", "hang"), "expected link:c1"),
    (order("service:c1/nobody", "hang"), "there is no service 'nobody'"),
    (order("service:c1/logger/No!", "hang"), "is no operation's name"),
    (order("link:c1", "crash"), "expected one of latency, loss, partition"),
    (order("connector:c1", "latency", "1s"), "expected one of crash, hang, disk-full"),
    (order("link:c1", "latency"), "needs a value"),
    (order("link:c1", "latency", "300"), "expected a time"),
    (order("link:c1", "latency", "0s"), "expected a time"),
    (order("link:c1", "latency", "2d"), "at most 1d"),
    (order("link:c1", "latency", "1s", jitter: "x"), "the jitter is 'x'"),
    (order("link:c1", "reset", jitter: "1s"), "a jitter goes only with latency"),
    (order("link:c1", "loss", "0%"), "expected a share"),
    (order("link:c1", "loss", "101%"), "expected a share"),
    (order("link:c1", "loss", "20%", probability: "5%"), "leave --probability out"),
    (order("link:c1", "slow-link", "64"), "expected bytes a second"),
    (order("link:c1", "slow-link", "0B/s"), "expected bytes a second"),
    (order("link:c1", "slow-link", "99999999999999999999B/s"), "expected bytes a second"),
    (order("link:c1", "partition", "left"), "expected up"),
    (order("service:c1/logger", "error", "teapot"), "expected one of failed"),
    (order("service:c1/logger", "crash", probability: "5%"), "takes no probability"),
    (order("connector:c1", "hang", probability: "5%"), "takes no probability"),
    (order("connector:c1", "crash", "now"), "takes no value"),
    (order("peers:c1", "loss", "5%"), "expected one of partition"),
    (order("peers:c1/c2", "partition"), "expected link:c1"),
    (order("peers:c1", "partition", probability: "5%"), "takes no probability"),
    (order("connector:c1", "crash", lasts: "0s"), "every fault heals"),
    (order("connector:c1", "crash", lasts: "25h"), "every fault heals"),
    (order("connector:c1", "crash", lasts: "for ever"), "the lease is 'for ever'"),
  ])
  func whatIsWrongSaysWhatWasExpected(_ order: FaultOrder, _ words: String) {
    let problem = #expect(throws: FaultProblem.self) { try FaultRule(order) }
    #expect(problem?.description.contains(words) ?? false, "\(problem?.description ?? "")")
  }

  @Test func noFaultIsWithoutAnEnd() throws {
    #expect(try FaultRule(order("link:c1", "reset", lasts: nil)).lasts == FaultRule.usual)
  }
}
