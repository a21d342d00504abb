import CloudAPI
import LiveFaults
import Simulation
import Testing
import World

private func fault(_ id: Int, _ kind: String, _ value: String? = nil, probability: String? = nil, connection: UInt64 = 0) throws -> LinkFault {
  let order = FaultOrder(on: "link:c1", kind: kind, value: value, probability: probability, seed: 5, lasts: "1m")
  return LinkFault(id: id, rule: try FaultRule(order), left: .seconds(60), connection: connection)
}

private func at(_ milliseconds: Int64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }

@Suite struct LinkWeatherTests {
  @Test func withoutFaultsEverythingArrivesAtOnce() {
    var weather = LinkWeather()
    #expect(weather.isClear && !weather.delays && weather.isOpen(.up) && weather.isOpen(.down))
    #expect(weather.send(.up, bytes: 1_000_000, at: at(5)) == .at(at(5)))
  }

  @Test func aLatencyIsEachWayAndKeepsTheOrder() throws {
    var weather = LinkWeather()
    weather.set([try fault(1, "latency", "300ms")], at: at(0))
    #expect(weather.send(.up, bytes: 10, at: at(0)) == .at(at(300)))
    #expect(weather.send(.down, bytes: 10, at: at(20)) == .at(at(320)))
    let jitter = FaultOrder(on: "link:c1", kind: "latency", value: "300ms", jitter: "290ms", seed: 5, lasts: "1m")
    weather.set([LinkFault(id: 2, rule: try FaultRule(jitter), left: .seconds(60))], at: at(1000))
    var last = at(0)
    for number in 0..<50 {
      guard case .at(let due) = weather.send(.up, bytes: 1, at: at(1000 + Int64(number))) else { return }
      #expect(due >= last, "no piece overtakes another")
      last = due
    }
  }

  @Test func aSlowLinkTakesItsTimeForEachByte() throws {
    var weather = LinkWeather()
    weather.set([try fault(1, "slow-link", "1000B/s")], at: at(0))
    #expect(weather.pieceSize == 100)
    #expect(weather.send(.up, bytes: 500, at: at(0)) == .at(at(500)))
    #expect(weather.send(.up, bytes: 500, at: at(0)) == .at(at(1000)), "the second waits for the first")
    #expect(weather.send(.down, bytes: 100, at: at(0)) == .at(at(100)), "the other way is its own")
  }

  @Test func whatIsLostComesAgainLaterAndTooMuchLossResets() throws {
    var weather = LinkWeather()
    weather.set([try fault(1, "loss", "50%")], at: at(0))
    var waits: Set<Int64> = []
    for _ in 0..<300 {
      guard case .at(let due) = weather.send(.up, bytes: 1, at: at(0)) else { continue }
      waits.insert(due.nanoseconds / 1_000_000)
      weather.relax()
    }
    #expect(waits.isSubset(of: [0, 200, 600, 1400, 3000, 6200, 12600]) && waits.count > 3)
    weather.set([try fault(2, "loss", "100%")], at: at(0))
    #expect(weather.send(.up, bytes: 1, at: at(0)) == .reset)
  }

  @Test(arguments: [("both", false, false), ("up", false, true), ("down", true, false)])
  func aPartitionClosesItsWay(_ value: String, _ up: Bool, _ down: Bool) throws {
    var weather = LinkWeather()
    weather.set([try fault(1, "partition", value)], at: at(0))
    #expect(weather.isOpen(.up) == up && weather.isOpen(.down) == down)
    let (before, after) = (weather.expire(at: at(59_999)), weather.expire(at: at(60_000)))
    #expect(!before && after)
    #expect(weather.isOpen(.up) && weather.isOpen(.down) && weather.isClear)
  }

  @Test func eachConnectionDrawsForItselfWhetherAFaultIsItsOwn() throws {
    func struck(_ connection: UInt64) throws -> Bool {
      var weather = LinkWeather()
      weather.set([try fault(1, "reset", probability: "50%", connection: connection)], at: at(0))
      return weather.resetAt != nil
    }
    let first = try (0..<64).map { try struck($0) }
    #expect(try first == (0..<64).map { try struck($0) }, "the same seed, the same connections")
    #expect(first.contains(true) && first.contains(false))
  }

  @Test func aFaultThatIsKnownGoesOnAsItWas() throws {
    var weather = LinkWeather()
    weather.set([try fault(1, "reset", "5s")], at: at(0))
    weather.set([try fault(1, "reset", "5s"), try fault(2, "slow-close", "2s")], at: at(4_000))
    #expect(weather.resetAt == at(5_000) && weather.closeDelay == .seconds(2) && weather.nextEnd == at(60_000))
  }
}
