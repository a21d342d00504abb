/// Where a launch goes.
struct Place: Sendable {
  let machine: String
  let session: String
  let application: String?
  var isReconnection = false
  var isFirstAssignment = false
}

extension BrokerLogic {
  /// In this order: entitlement; an earlier session of the user's; maintenance; a machine of the user's own; any free one; a first assignment.
  func find(_ launch: Launch) -> Result<Place, BrokerRefusal> {
    guard let site else { return .failure(BrokerRefusal(.noConfiguration, "no broker configuration is known here yet")) }
    let order = launch.order
    guard let place = site.resource(order.resource) else {
      return .failure(BrokerRefusal(.unknownResource, "there is no resource '\(Bounds.shown(order.resource))'; enumerate again"))
    }
    let resource = site.resources[place]
    guard site.isGranted(place, to: order.user) else {
      return .failure(BrokerRefusal(.notEntitled, "no entitlement gives '\(resource.shown.name)' to this user"))
    }
    guard resource.enabled else {
      return .failure(BrokerRefusal(.disabled, "'\(resource.shown.name)' or its delivery group is disabled"))
    }
    if let earlier = earlierSession(order, resource) { return .success(earlier) }
    let group = site.groups[resource.group]
    guard !group.inMaintenance else {
      return .failure(BrokerRefusal(.inMaintenance, "delivery group '\(group.name)' is in maintenance; nobody begins a session there"))
    }
    return group.hasStaticMachines ? own(launch, resource, site) : anyFree(launch, resource, site)
  }

  /// An earlier session of the user's that serves the resource, the disconnected first: of the same resource, or an application's on a machine of many sessions in
  /// the same delivery group. It is gone back to in maintenance also; never to a machine that has just failed.
  private func earlierSession(_ order: LaunchOrder, _ resource: BrokerSite.Resource) -> Place? {
    var best: (state: Session.State, isSame: Bool, key: SessionKey)?
    for key in sessionsOf[order.user.sid.lowercased()] ?? [] {
      guard let machine = site?.machine(key: key.machine), machine.group == resource.group, bins[key.machine] == nil,
        let session = registrations[key.machine]?.sessions[key.id]
      else { continue }
      let isSame = serves(session, key, resource.application)
      let isShared = resource.application != nil && machine.support == .multiSession && isOfApplications(session, key)
      guard isSame || isShared else { continue }
      let mine = (session.state, isSame, key)
      guard let other = best else {
        best = mine
        continue
      }
      if (mine.1 ? 0 : 1, mine.0, mine.2) < (other.isSame ? 0 : 1, other.state, other.key) { best = mine }
    }
    return best.map {
      Place(
        machine: $0.key.machine, session: $0.key.id, application: resource.application,
        isReconnection: $0.state == .active || $0.state == .disconnected)
    }
  }

  /// The names of applications in a session, also of those that its machine is asked for now.
  private func applications(_ session: Session, _ key: SessionKey) -> [String] {
    guard session.state == .ordered else { return session.applications }
    return session.applications + (registrations[key.machine]?.orders ?? []).compactMap { $0.session == key.id ? $0.application : nil }
  }
  private func serves(_ session: Session, _ key: SessionKey, _ application: String?) -> Bool {
    let running = applications(session, key)
    guard let application else { return running.isEmpty }
    return running.contains { $0.lowercased() == application.lowercased() }
  }
  private func isOfApplications(_ session: Session, _ key: SessionKey) -> Bool { !applications(session, key).isEmpty }

  /// A machine of the user's own; the first time one of nobody's becomes it, but not in an outage.
  private func own(_ launch: Launch, _ resource: BrokerSite.Resource, _ site: BrokerSite) -> Result<Place, BrokerRefusal> {
    let user = launch.order.user.sid.lowercased()
    let here = (assignedTo[user] ?? []).compactMap { site.machine(key: $0) }
    let mine = (site.assigned(to: user) + here).filter { $0.group == resource.group && $0.isStatic }
    guard !mine.isEmpty else {
      // A delivery group may have machines of both kinds.
      if let place = bestFree(launch, resource, site, isForKeeps: false) { return place }
      guard settings.side == .cloud else {
        return .failure(
          BrokerRefusal(
            .notInOutage, "this user has no machine in delivery group '\(site.groups[resource.group].name)', and none is assigned in an outage"))
      }
      return bestFree(launch, resource, site, isForKeeps: true) ?? noMachine(resource, site)
    }
    var best: (fitness: Fitness, session: String?, state: Session.State?)?
    for machine in mine {
      guard takesUsers(machine), let registration = registrations[machine.key] else { continue }
      let earlier = registration.sessions.filter { $0.value.user.lowercased() == user }.min { ($0.value.state, $0.key) < ($1.value.state, $1.key) }
      guard earlier != nil || hasRoom(machine, registration) else { continue }
      let fitness = Fitness(load: load(registration), sessions: registration.sessions.count, key: machine.key)
      if best.map({ fitness < $0.fitness }) ?? true { best = (fitness, earlier?.key, earlier?.value.state) }
    }
    guard let best else {
      if mine.allSatisfy({ $0.inMaintenance || inMaintenance[$0.key] != nil }) {
        return .failure(BrokerRefusal(.inMaintenance, "this user's machine '\(mine[0].name)' is in maintenance"))
      }
      return .failure(
        BrokerRefusal(.noMachine, "this user's machine '\(mine[0].name)' is not registered, or not free", retryAfterSeconds: retrySeconds))
    }
    if let session = best.session {
      return .success(
        Place(
          machine: best.fitness.key, session: session, application: resource.application,
          isReconnection: best.state == .active || best.state == .disconnected))
    }
    return begin(launch, best.fitness.key, resource)
  }

  private func anyFree(_ launch: Launch, _ resource: BrokerSite.Resource, _ site: BrokerSite) -> Result<Place, BrokerRefusal> {
    bestFree(launch, resource, site, isForKeeps: false) ?? noMachine(resource, site)
  }

  /// The fittest free machine, in the user's own zone before any other.
  private func bestFree(
    _ launch: Launch, _ resource: BrokerSite.Resource, _ site: BrokerSite, isForKeeps: Bool
  ) -> Result<Place, BrokerRefusal>? {
    func first(_ zone: String) -> Fitness? { free[Stall(group: resource.group, zone: zone, isForKeeps: isForKeeps)]?.first?.rank }
    let preferred = launch.order.user.zone.flatMap { first($0.lowercased()) }
    guard let found = preferred ?? site.zones.compactMap(first).min() else { return nil }
    return begin(launch, found.key, resource).map { place in
      var place = place
      place.isFirstAssignment = isForKeeps
      return place
    }
  }

  private func noMachine(_ resource: BrokerSite.Resource, _ site: BrokerSite) -> Result<Place, BrokerRefusal> {
    .failure(
      BrokerRefusal(
        .noMachine, "no machine of delivery group '\(site.groups[resource.group].name)' is registered and free", retryAfterSeconds: retrySeconds))
  }

  /// A session's id is its launch's, so that every broker finds the same; the next machine's is told from it, for a late answer of the one before.
  private func begin(_ launch: Launch, _ machine: String, _ resource: BrokerSite.Resource) -> Result<Place, BrokerRefusal> {
    let sessions = registrations[machine]?.sessions ?? [:]
    for number in launch.tried..<launch.tried + 10 {
      let id = number == 0 ? launch.order.id : "\(launch.order.id)~\(number + 1)"
      if sessions[id] == nil { return .success(Place(machine: machine, session: id, application: resource.application)) }
    }
    return .failure(BrokerRefusal(.badRequest, "sessions of other launches have this launch's id; draw another"))
  }
}
