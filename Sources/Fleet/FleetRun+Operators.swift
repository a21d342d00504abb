import Rollouts
import Simulation
import World

/// The publisher and the operators.
extension FleetRun {
  mutating func publish(_ number: Int) {
    guard cloud.isUp else {
      engine.schedule(.publish(Int32(number)), after: .seconds(60))
      return
    }
    let plan = scenario.releases[number]
    trace.add(engine.now, "publisher", "publishes", plan.offer.version.text, UInt64(number), detail: plan.behaviour.rawValue)
    tell(.publish(plan.offer))
  }

  mutating func act(_ number: Int) {
    guard cloud.isUp else {
      engine.schedule(.act(Int32(number)), after: .seconds(60))
      return
    }
    switch scenario.actions[number].act {
    case .order(let order):
      let before = mutant == .ordersNotSaved ? cloud.logic : nil
      tell(.order(order))
      // Planted: that a location has used its one delay is not kept, and the operator asks again.
      if mutant == .delayForgotten, case .delay = order, cloud.isUp {
        cloud.logic = reloaded(cloud.logic)
        tell(.order(order))
      }
      // Planted: the order is heard and not written down, and the process ends.
      if let before, order == .pause {
        cloud.saved = before
        cloudDown()
        engine.schedule(.cloudBack, after: .seconds(30))
      }
    case .revoke(let version): tell(.revoke(version))
    case .schedule(let location, let schedule, let assignment): tell(.location("l\(location + 1)", schedule, assignment))
    case .lookAfter: lookAfter()
    }
  }

  private mutating func lookAfter() {
    let stopped = cloud.logic.connectors.values.filter { [.failed, .quarantined, .blocked].contains($0.phase) }.map(\.id).sorted()
    for id in stopped {
      guard cloud.isUp, let index = cloud.numbers[id] else { return }
      wake(index)
      sendDown(index, .clear)
      tell(.order(.clear(id)))
    }
    guard cloud.isUp, let standing = cloud.logic.rollout?.standing, standing == .halted || standing == .paused else { return }
    tell(.order(.resume))
  }
}
