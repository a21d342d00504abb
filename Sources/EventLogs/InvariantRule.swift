import ConnectorCheckers
import EvergreenCheckers
import TrustCheckers

/// An invariant and what it expects, for people. The ids are those of the rooms of the checkers.
struct InvariantRule {
  var id: String
  var expected: String

  init(_ id: String, _ expected: String) { (self.id, self.expected) = (id, expected) }

  static let numbers = InvariantRule("N", "every event has a number, without a hole within a boot")

  init(_ invariant: ConnectorInvariant) {
    let expected =
      switch invariant {
      case .e1: "of two connectors that reach each other at most one is elected, but for an overlap with a bound"
      case .e2: "among connectors that all reach each other somebody is elected, but for a time with a bound"
      case .e3: "a registration is accepted only by a connector that is elected"
      case .o1: "a connector brokers only while it is elected and in an outage mode, and then it does"
      case .o2: "an outage is entered in time once the cloud is out of reach and StoreFront asks"
      case .o3: "an outage is left in time once the cloud is well"
      case .o4: "an outage is entered only where nobody of the location reaches the cloud, and StoreFront asks"
      case .o5: "a cloud that comes and goes is not followed faster than the damping lets it"
      case .o6: "each machine is registered again in time with whoever brokers"
      case .c1: "a failed import never replaces a good configuration"
      case .s1: "no acknowledged secret is lost in silence"
      case .p1: "nothing privileged is done without an event that allows it"
      }
    self.init(invariant.rawValue, expected)
  }

  init(_ invariant: EvergreenInvariant) {
    let expected =
      switch invariant {
      case .l1: "what starts is whole and is what its link says"
      case .l2: "while a trial is open, what is tried and what comes back are not removed"
      case .l3: "a commit follows enough health without a break"
      case .l4: "a trial that is not committed ends at its deadline"
      case .l5: "a rollback uses no network, ends in time and never loops"
      case .l6: "what failed here is not tried again without a clear"
      case .l7: "a trial has one ending, by the updater of its generation"
      case .l8: "a replayed command changes nothing"
      case .l9: "room is asked for before an installation"
      case .l10: "what comes back finds its own state"
      case .t7: "never older, except back to what was committed here"
      case .t8: "only releases for this platform"
      case .f16: "the default configuration is the one that the release that starts carries"
      }
    self.init(invariant.rawValue, expected)
  }

  init(_ invariant: TrustInvariant) {
    let expected =
      switch invariant {
      case .t1: "metadata has a threshold of signatures, and a bundle the length and digest that it lists"
      case .t2: "roots follow one another, each signed by its predecessor's keys and its own"
      case .t3: "no metadata goes back or is forgotten, unless its keys were rotated"
      case .t4: "nothing is used that has expired, and time does not go back"
      case .t5: "no more is read than is listed or set"
      case .t6: "snapshot and targets are those that are listed"
      case .t9: "no failure takes the trusted root"
      case .t10: "what is installed is signed and was ordered"
      case .freeze: "a repository that is held still is told of"
      }
    self.init(invariant.rawValue, expected)
  }

  static let rollouts = [
    InvariantRule("F2", "one lease at a time in a location, tokens that grow, no start without a lease"),
    InvariantRule("F3", "whoever holds a lease is done with it in time"),
    InvariantRule("F8", "never more than so many updates in flight"),
    InvariantRule("F10", "after a pause, a halt or an abort nothing starts"),
    InvariantRule("F13", "in any period, at most so many starts"),
  ]
}
