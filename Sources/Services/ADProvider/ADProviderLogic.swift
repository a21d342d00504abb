package import Directory
package import EventCatalog
package import ServiceKit
package import World

/// Answers directory look-ups from its cache or the directory, each within the time limit, and watches the domain controllers.
package struct ADProviderLogic: ServiceLogic {
  package enum Event: Sendable {
    case started
    case loaded(Result<[DomainView], LoadFailure>)
    case asked(RequestID, ADProviderRequest)
    case answered(UInt64, Result<DirectoryAnswer, DirectoryError>)
    /// The time limit of a look-up is over.
    case limitReached(UInt64)
    case healthDue
    case checked(Result<[ControllerHealth], DirectoryError>)
  }

  /// `load`, `look` and `check` feed an event back; a `wake` feeds its own back at its moment.
  package enum Directive: Sendable {
    case load
    case look(UInt64, DirectoryQuestion)
    case check
    case wake(at: Moment, Event)
    case emit(EventCatalog.Event)
    case answer(RequestID, Result<ADProviderAnswer, any Error>)
  }

  /// Why the description could not be read, in words for people.
  package struct LoadFailure: Error, Hashable, Sendable {
    package var reason: String
    package init(_ reason: String) { self.reason = reason }
  }

  private enum State: Sendable {
    case joinedToNothing, loading
    case ready([DomainView])
    case unavailable(String)
  }

  private struct LookUp: Sendable {
    var question: DirectoryQuestion
    /// Empty once the limit is over, and for a refresh in the background.
    var askers: [RequestID]
    var isOverdue = false
  }

  package static let mostLookUps = 256

  private let file: String?
  private let healthEvery: Duration
  private var state: State
  package private(set) var cache: NameCache
  private var watch = ControllerWatch()
  private var lookUps: [UInt64: LookUp] = [:]
  private var lastLookUp: UInt64 = 0
  /// Those who asked while the description was being read.
  private var waiting: [(RequestID, ADProviderRequest)] = []
  private var reloading: [RequestID] = []

  /// - Parameter file: the description's path; nil means that the connector is joined to nothing.
  package init(file: String?, healthEvery: Duration, cache: NameCache.Settings = .init()) {
    self.file = file
    self.healthEvery = healthEvery
    self.cache = NameCache(cache)
    state = file == nil ? .joinedToNothing : .loading
  }

  package static func answer(in directive: Directive) -> (RequestID, Result<ADProviderAnswer, any Error>)? {
    if case .answer(let id, let result) = directive { (id, result) } else { nil }
  }

  package mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    switch event {
    case .started: return file == nil ? [.emit(.directoryUnset)] : [.load, .wake(at: now.moment + healthEvery, .healthDue)]
    case .loaded(.success(let domains)): return loaded(domains, now)
    case .loaded(.failure(let failure)): return failed(failure.reason, now)
    case .asked(let id, let request): return asked(id, request, now)
    case .answered(let number, let result): return answered(number, result, now)
    case .limitReached(let number): return limitReached(number, now)
    case .healthDue:
      var next: [Directive] = [.wake(at: now.moment + healthEvery, .healthDue)]
      switch state {
      case .ready: next.append(.check)
      case .unavailable: next.append(.load)
      case .joinedToNothing, .loading: break
      }
      return next
    case .checked(.success(let controllers)): return watch.saw(controllers, at: now).map { .emit($0) }
    case .checked(.failure): return []
    }
  }

  private mutating func loaded(_ domains: [DomainView], _ now: Now) -> [Directive] {
    state = .ready(domains)
    cache.removeAll()
    let joined = domains.first(where: \.joined)?.name ?? "?"
    return [.emit(.directoryLoaded(file: file ?? "", domains: domains.count, joined: joined)), .check] + release(now)
  }

  private mutating func failed(_ reason: String, _ now: Now) -> [Directive] {
    if case .ready = state {
      let answers: [Directive] = reloading.map { .answer($0, .failure(ADProviderError.unavailable(reason))) }
      reloading = []
      return [.emit(.directoryReloadFailed(file: file ?? "", reason: reason))] + answers
    }
    var isNews = true
    if case .unavailable(let before) = state { isNews = before != reason }
    state = .unavailable(reason)
    return (isNews ? [.emit(.directoryUnavailable(file: file ?? "", reason: reason))] : []) + release(now)
  }

  /// Answers who waited for the description.
  private mutating func release(_ now: Now) -> [Directive] {
    let (waited, reloads) = (waiting, reloading)
    (waiting, reloading) = ([], [])
    return waited.flatMap { asked($0.0, $0.1, now) } + reloads.map { .answer($0, Self.health(of: self)) }
  }

  private mutating func asked(_ id: RequestID, _ request: ADProviderRequest, _ now: Now) -> [Directive] {
    switch (state, request) {
    case (.joinedToNothing, .domains): return [.answer(id, .success(.domains(joined: nil, [])))]
    case (_, .health): return [.answer(id, Self.health(of: self))]
    case (.joinedToNothing, _): return [.answer(id, .failure(ADProviderError.joinedToNothing))]
    case (_, .reload):
      reloading.append(id)
      return [.load]
    case (.loading, _):
      guard waiting.count < Self.mostLookUps else { return [.answer(id, .failure(ADProviderError.busy(limit: Self.mostLookUps)))] }
      waiting.append((id, request))
      return []
    case (.unavailable(let reason), _): return [.answer(id, .failure(ADProviderError.unavailable(reason)))]
    case (.ready(let domains), .domains): return [.answer(id, .success(.domains(joined: domains.first(where: \.joined)?.name, domains)))]
    case (.ready, .look(let question)): return look(id, question, now)
    }
  }

  private mutating func look(_ id: RequestID, _ question: DirectoryQuestion, _ now: Now) -> [Directive] {
    if let cached = cache.look(question, at: now) {
      let answer = Directive.answer(id, .success(.looked(cached.answer, asOf: cached.asOf, stale: cached.stale)))
      return cached.needsRefresh && running(question) == nil ? [answer] + begin(question, for: [], now) : [answer]
    }
    if let number = running(question) {
      lookUps[number]?.askers.append(id)
      return []
    }
    guard lookUps.count < Self.mostLookUps else { return [.answer(id, .failure(ADProviderError.busy(limit: Self.mostLookUps)))] }
    return begin(question, for: [id], now)
  }

  private func running(_ question: DirectoryQuestion) -> UInt64? { lookUps.first { $0.value.question == question && !$0.value.isOverdue }?.key }

  private mutating func begin(_ question: DirectoryQuestion, for askers: [RequestID], _ now: Now) -> [Directive] {
    guard lookUps.count < Self.mostLookUps else { return [] }
    lastLookUp += 1
    lookUps[lastLookUp] = LookUp(question: question, askers: askers)
    return [.look(lastLookUp, question), .wake(at: now.moment + cache.settings.lookupTimeout, .limitReached(lastLookUp))]
  }

  private mutating func answered(_ number: UInt64, _ result: Result<DirectoryAnswer, DirectoryError>, _ now: Now) -> [Directive] {
    guard let lookUp = lookUps.removeValue(forKey: number) else { return [] }
    switch result {
    case .success(let answer):
      if answer.isComplete { cache.store(lookUp.question, answer, at: now) }
      return lookUp.askers.map { .answer($0, .success(.looked(answer, asOf: now.wall, stale: false))) }
    case .failure(let error):
      if case .unreachable = error { cache.failed(lookUp.question, at: now) } else { cache.remove(lookUp.question) }
      return lookUp.askers.map { .answer($0, .failure(error)) }
    }
  }

  /// The look-up goes on, so that a late answer still fills the cache, but nobody waits for it any more.
  private mutating func limitReached(_ number: UInt64, _ now: Now) -> [Directive] {
    guard let lookUp = lookUps[number], !lookUp.isOverdue else { return [] }
    lookUps[number]?.isOverdue = true
    lookUps[number]?.askers = []
    cache.failed(lookUp.question, at: now)
    let milliseconds = Int(cache.settings.lookupTimeout.nanoseconds / 1_000_000)
    let error = ADProviderError.timedOut(lookUp.question.text, milliseconds: milliseconds)
    return [.emit(.directoryLookupTimedOut(what: lookUp.question.text, limit: milliseconds))] + lookUp.askers.map { .answer($0, .failure(error)) }
  }

  private static func health(of logic: ADProviderLogic) -> Result<ADProviderAnswer, any Error> {
    switch logic.state {
    case .joinedToNothing: .success(.health(DirectoryHealth(state: .joinedToNothing, reason: ADProviderError.joinedToNothing.description)))
    case .loading: .success(.health(DirectoryHealth(state: .loading, reason: "the description is being read")))
    case .unavailable(let reason): .success(.health(DirectoryHealth(state: .unavailable, reason: reason)))
    case .ready(let domains):
      if let joined = domains.first(where: \.joined) {
        .success(.health(logic.watch.health(joined: joined)))
      } else {
        .success(.health(DirectoryHealth(state: .unavailable, reason: "no domain is joined")))
      }
    }
  }
}
