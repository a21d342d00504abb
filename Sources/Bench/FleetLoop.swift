import Fleet
import Foundation

/// One run of `connector-lab sim`, without its command line and without Swift's tasks: callgrind stumbles over the way in which the threads of a program that has them end.
enum FleetLoop {
  /// - Parameter isQuiet: as `--calm --faults 0`.
  static func run(seed: UInt64, connectors: Int, locations: Int, days: Int, isQuiet: Bool) {
    var swarm = Swarm(seed: seed, connectors: connectors, locations: locations, days: days)
    if isQuiet { (swarm.isCalm, swarm.faultiness) = (true, 0) }
    var run = FleetRun(swarm.scenario())
    let verdict = run.run()
    print("\(verdict.events) events")
    print("hash \(verdict.hash)")
    guard verdict.isGood else { exit(1) }
  }
}
