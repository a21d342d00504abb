package import World

/// The logic of a service: a value. It knows no clock, disk, network, log, task or random source; what it wants done it returns as directives,
/// and what comes of them it is told as events. Production and simulation run the same value.
package protocol ServiceLogic<Event, Directive, Answer>: Sendable {
  associatedtype Event: Sendable
  associatedtype Directive: Sendable
  /// What an asker gets; `Never` for a service that is not asked anything.
  associatedtype Answer: Sendable

  mutating func handle(_ event: Event, at now: Now) -> [Directive]
  /// The answer that a directive carries, if it is one.
  static func answer(in directive: Directive) -> (RequestID, Result<Answer, any Error>)?
}

extension ServiceLogic where Answer == Never {
  package static func answer(in directive: Directive) -> (RequestID, Result<Never, any Error>)? { nil }
}

/// Which asker an answer is for; given out by the shell, unique within one incarnation.
package struct RequestID: Hashable, Sendable {
  package var number: UInt64
  package init(_ number: UInt64) { self.number = number }
}

/// Performs the directives of one logic. `perform` does what must be done now and in order, and returns what goes on in the background;
/// the event that comes of it is fed back to the logic.
package protocol DirectivePerformer<Event, Directive>: Sendable {
  associatedtype Event: Sendable
  associatedtype Directive: Sendable

  func perform(_ directive: Directive) -> Background<Event>?
}

/// Work that a directive started and that goes on while the logic handles other events.
package struct Background<Event: Sendable>: Sendable {
  package var work: @Sendable () async -> Event?
  package init(_ work: @escaping @Sendable () async -> Event?) { self.work = work }
}
