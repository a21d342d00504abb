/// Why changes were not applied. The configuration stays as it is; the whole one can be asked for.
package struct ChangesRefused: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  init(_ description: String) { self.description = description }
}

extension BrokerConfiguration {
  /// What makes `later` of this one. Both digests are computed: this reads both wholly.
  package func changes(to later: BrokerConfiguration, _ hash: DigestFunction) throws -> ConfigurationChanges {
    ConfigurationChanges(
      base: revision, baseDigest: try digest(hash), revision: later.revision, digest: try later.digest(hash), sites: .init(sites, later.sites),
      zones: .init(zones, later.zones), edgeServers: .init(edgeServers, later.edgeServers),
      hypervisorConnections: .init(hypervisorConnections, later.hypervisorConnections),
      machineCatalogs: .init(machineCatalogs, later.machineCatalogs), deliveryGroups: .init(deliveryGroups, later.deliveryGroups),
      applications: .init(applications, later.applications), entitlements: .init(entitlements, later.entitlements),
      machines: .init(machines, later.machines), users: .init(users, later.users), groups: .init(groups, later.groups),
      settings: settings == later.settings ? nil : later.settings)
  }
}

extension ConfigurationChanges {
  /// The later configuration, proven equal by its digest to the one that these changes were made from, and checked like any other.
  ///
  /// - Parameter baseDigest: of `base` as it lies in its database; it is not computed again.
  package func apply(to base: BrokerConfiguration, digest baseDigest: String, _ hash: DigestFunction) throws -> BrokerConfiguration {
    guard format == Self.currentFormat else {
      throw ChangesRefused("their format is \(format); this version reads format \(Self.currentFormat)")
    }
    guard base.revision == self.base, baseDigest == self.baseDigest else {
      throw ChangesRefused("they are for revision \(self.base) with another digest than revision \(base.revision) that is in use here")
    }
    var later = base
    later.revision = revision
    later.sites = try sites.applied(to: base.sites, "sites")
    later.zones = try zones.applied(to: base.zones, "zones")
    later.edgeServers = try edgeServers.applied(to: base.edgeServers, "edgeServers")
    later.hypervisorConnections = try hypervisorConnections.applied(to: base.hypervisorConnections, "hypervisorConnections")
    later.machineCatalogs = try machineCatalogs.applied(to: base.machineCatalogs, "machineCatalogs")
    later.deliveryGroups = try deliveryGroups.applied(to: base.deliveryGroups, "deliveryGroups")
    later.applications = try applications.applied(to: base.applications, "applications")
    later.entitlements = try entitlements.applied(to: base.entitlements, "entitlements")
    later.machines = try machines.applied(to: base.machines, "machines")
    later.users = try users.applied(to: base.users, "users")
    later.groups = try groups.applied(to: base.groups, "groups")
    if let settings { later.settings = settings }
    guard try later.digest(hash) == digest else { throw ChangesRefused("what comes of them is not what the cloud has: the digests differ") }
    return later
  }

  /// The same for a database, which may have none to apply them to. Throws of the step `read`.
  package func applied(
    to base: BrokerConfiguration?, digest: String, _ hash: DigestFunction
  ) throws(ConfigurationImportFailed) -> BrokerConfiguration {
    guard let base else { throw ConfigurationImportFailed(.read, "there is no configuration here that could be changed") }
    do { return try apply(to: base, digest: digest, hash) } catch { throw ConfigurationImportFailed(.read, "\(error)") }
  }

  /// Reads the JSON form. Throws `ChangesRefused`.
  package static func read(json bytes: [UInt8]) throws(ChangesRefused) -> ConfigurationChanges {
    do {
      return try Canonical.value(ConfigurationChanges.self, from: bytes)
    } catch let error as DecodingError {
      let problem = Canonical.problem(error)
      throw ChangesRefused("\(problem)")
    } catch {
      throw ChangesRefused("they are no JSON: \(error)")
    }
  }
}

extension ConfigurationChanges.Kind {
  init(_ base: [Object], _ later: [Object]) {
    if base == later { return }
    let before = Dictionary(base.map { ($0.key, $0) }) { first, _ in first }
    let after = Set(later.map(\.key))
    // With a key twice, or in another order, nothing stays: all of the kind goes and comes.
    let kept = base.map(\.key).filter(after.contains)
    guard before.count == base.count, after.count == later.count, kept == later.map(\.key).filter({ before[$0] != nil }) else {
      removed = base.map(\.key)
      put = later.enumerated().map { Put(at: $0, object: $1) }
      return
    }
    removed = base.map(\.key).filter { !after.contains($0) }
    put = later.enumerated().filter { before[$1.key] != $1 }.map { Put(at: $0, object: $1) }
  }

  func applied(to base: [Object], _ kind: String) throws(ChangesRefused) -> [Object] {
    if isEmpty { return base }
    var gone = Set(removed)
    for one in put { gone.insert(one.object.key) }
    let kept = base.filter { !gone.contains($0.key) }
    var out: [Object] = []
    out.reserveCapacity(kept.count + put.count)
    var next = kept.makeIterator()
    for one in put {
      while out.count < one.at, let object = next.next() { out.append(object) }
      guard out.count == one.at else { throw ChangesRefused("the \(kind) in them do not fit: place \(one.at) after \(out.count) objects") }
      out.append(one.object)
    }
    while let object = next.next() { out.append(object) }
    return out
  }
}
