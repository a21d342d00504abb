import World

/// A launch under way, or one that was answered not long ago.
struct Launch: Sendable {
  let order: LaunchOrder
  /// Whoever asked for it and has no answer yet.
  var askers: [UInt64]
  /// Machines asked so far.
  var tried = 0
  /// What a machine is asked for it now.
  var asked: PrepareOrder?
  var isReconnection = false
  /// The machine that becomes the user's own by this launch.
  var assigns: String?
  var answer: BrokeredLaunch?
}

extension BrokerLogic {
  private static let askersPerLaunch = 100

  mutating func launch(_ order: LaunchOrder, _ number: UInt64, _ now: Moment, _ out: inout [Directive]) -> BrokerAnswer? {
    guard Bounds.text(order.id, 128), !order.id.isEmpty, Bounds.name(order.user.sid), Bounds.text(order.resource, 1024) else {
      return refused(.badRequest, "a launch has an id of 1 to 128 bytes, a user's SID and a resource's id")
    }
    if let known = launches[order.id] {
      guard known.order.user.sid.lowercased() == order.user.sid.lowercased(), known.order.resource.lowercased() == order.resource.lowercased()
      else { return refused(.badRequest, "this launch's id belongs to a launch of another user or resource; draw another") }
      guard let answer = known.answer else {
        guard known.askers.count < Self.askersPerLaunch else { return overloaded("this launch is asked for too often at once") }
        launches[order.id]?.askers.append(number)
        return nil
      }
      let session = SessionKey(machine: answer.machine.lowercased(), id: answer.session)
      if registrations[session.machine]?.sessions[session.id]?.user.lowercased() == order.user.sid.lowercased() { return .launched(answer) }
      // The session is gone since, so nothing is left of that launch.
      forget(order.id)
    }
    guard launches.count < timers.launchLimit else { return overloaded("\(launches.count) launches are remembered here") }
    launches[order.id] = Launch(order: order, askers: [number])
    launchesPending += 1
    attempt(order.id, now, &out)
    return nil
  }

  /// Asks the best machine, or answers that there is none.
  mutating func attempt(_ id: String, _ now: Moment, _ out: inout [Directive]) {
    guard let launch = launches[id] else { return }
    guard launch.tried < timers.machinesPerLaunch else {
      let text = "\(launch.tried) machines were asked one after another and none prepared the session"
      return refuse(id, BrokerRefusal(.prepareFailed, text, retryAfterSeconds: retrySeconds), &out)
    }
    let place: Place
    switch find(launch) {
    case .success(let found): place = found
    case .failure(let refusal): return refuse(id, refusal, &out)
    }
    guard let machine = site?.machine(key: place.machine), let registration = registrations[place.machine] else {
      return refuse(id, BrokerRefusal(.noMachine, "the machine is gone", retryAfterSeconds: retrySeconds), &out)
    }
    let user = registration.sessions[place.session]?.user ?? launch.order.user.sid
    let order = PrepareOrder(machine: machine.name, session: place.session, user: user, application: place.application)
    launches[id]?.tried += 1
    launches[id]?.asked = order
    launches[id]?.isReconnection = place.isReconnection
    if place.isFirstAssignment {
      launches[id]?.assigns = machine.key
      assign(machine.key, to: user.lowercased())
    }
    if registration.sessions[place.session] == nil {
      registrations[machine.key]?.begun += 1
      put(Session(user: user, state: .ordered), SessionKey(machine: machine.key, id: place.session), now)
    }
    if inFlight[order] != nil {
      // Another launch of the same user asks for just this.
      inFlight[order]?.append(id)
      return
    }
    inFlight[order] = [id]
    registrations[machine.key]?.orders.insert(order)
    alarms.set(.prepare(order), now, timers.prepareLimit)
    out.append(.prepare(order, callback: registration.callback))
  }

  /// What the machine says to an order, or that it says nothing.
  mutating func heard(_ order: PrepareOrder, _ reply: PrepareReply?, _ now: Moment, _ out: inout [Directive]) {
    let machine = order.machine.lowercased()
    let waiting = inFlight.removeValue(forKey: order)
    if waiting != nil {
      alarms.remove(.prepare(order))
      registrations[machine]?.orders.remove(order)
    }
    guard let reply, reply.accepted, accept(order, reply, machine, now) else {
      // A late no changes nothing.
      if let waiting { fail(order, waiting, isToBlame: true, now, &out) }
      return
    }
    for id in waiting ?? [] { succeed(id, order, now, &out) }
  }

  /// Also a late yes counts: the machine holds the session for its user, so nobody else gets it meanwhile.
  private mutating func accept(_ order: PrepareOrder, _ reply: PrepareReply, _ machine: String, _ now: Moment) -> Bool {
    guard let known = site?.machine(key: machine), known.key == machine, let registration = registrations[machine], Bounds.name(order.session),
      Bounds.name(order.user)
    else { return false }
    let user = order.user.lowercased()
    let there = registration.sessions[order.session]
    if let there, there.user.lowercased() != user { return false }
    if there == nil {
      guard registration.sessions.count < Bounds.sessions, known.support == .multiSession || registration.sessions.isEmpty else { return false }
    }
    var session = there ?? Session(user: order.user, state: .prepared)
    if session.state == .ordered { session.state = .prepared }
    if let application = order.application, !session.applications.contains(where: { $0.lowercased() == application.lowercased() }),
      session.applications.count < 100
    {
      session.applications.append(application)
    }
    put(session, SessionKey(machine: machine, id: order.session), now)
    say(load: reply.load, of: machine)
    alarms.set(.contact(machine), now, timers.heartbeatPeriod)
    touch(machine)
    return true
  }

  private mutating func succeed(_ id: String, _ order: PrepareOrder, _ now: Moment, _ out: inout [Directive]) {
    guard let launch = launches[id], launch.answer == nil, let machine = site?.machine(key: order.machine.lowercased()) else { return }
    let answer = BrokeredLaunch(
      session: order.session, machine: machine.name, address: machine.address, isReconnection: launch.isReconnection)
    launches[id]?.answer = answer
    launches[id]?.askers = []
    launches[id]?.asked = nil
    launchesPending -= 1
    totals.launched += 1
    // As long as the client may be on its way the same question has the same answer.
    alarms.set(.launch(id), now, timers.establishmentLimit)
    for number in launch.askers { out.append(.answer(number, .launched(answer))) }
    if let assigned = launch.assigns, assignments[assigned] != nil {
      out.append(.say(.assigned(machine: machine.name, user: launch.order.user.sid)))
    }
    out.append(.say(.launched(launch: id, answer)))
  }

  /// The next machine is asked. Whoever is to blame gets nobody for a while.
  private mutating func fail(_ order: PrepareOrder, _ waiting: [String], isToBlame: Bool, _ now: Moment, _ out: inout [Directive]) {
    let key = SessionKey(machine: order.machine.lowercased(), id: order.session)
    if let registration = registrations[key.machine], registration.sessions[key.id]?.state == .ordered,
      !registration.orders.contains(where: { $0.session == key.id })
    {
      registrations[key.machine]?.begun = max(0, registration.begun - 1)
      put(nil, key, now)
    }
    if isToBlame, registrations[key.machine] != nil { enterSinBin(key.machine, .failedPrepare, now, &out) }
    for id in waiting {
      if let machine = launches[id]?.assigns {
        launches[id]?.assigns = nil
        unassign(machine)
      }
      launches[id]?.asked = nil
      attempt(id, now, &out)
    }
  }

  /// For a machine that is gone: what it was asked is asked of others.
  mutating func failOrders(of registration: Registration, _ now: Moment, _ out: inout [Directive]) {
    let orders = registration.orders.sorted { ($0.session, $0.application ?? "") < ($1.session, $1.application ?? "") }
    for order in orders {
      guard let waiting = inFlight.removeValue(forKey: order) else { continue }
      alarms.remove(.prepare(order))
      fail(order, waiting, isToBlame: false, now, &out)
    }
  }

  /// A refused launch has done nothing, and nothing of it is remembered.
  private mutating func refuse(_ id: String, _ refusal: BrokerRefusal, _ out: inout [Directive]) {
    guard let launch = launches.removeValue(forKey: id) else { return }
    launchesPending -= 1
    totals.launchesRefused += 1
    for number in launch.askers { out.append(.answer(number, .refused(refusal))) }
    out.append(.say(.launchRefused(launch: id, refusal)))
  }

  private mutating func forget(_ id: String) {
    launches[id] = nil
    alarms.remove(.launch(id))
  }

  var retrySeconds: Int { max(1, Int(timers.launchRetry.inSeconds)) }
  private func refused(_ kind: BrokerRefusal.Kind, _ detail: String) -> BrokerAnswer { .refused(BrokerRefusal(kind, detail)) }
  private func overloaded(_ detail: String) -> BrokerAnswer {
    .refused(BrokerRefusal(.overloaded, "\(detail); ask again later", retryAfterSeconds: retrySeconds))
  }
}
