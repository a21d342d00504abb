package import CloudAPI
package import World

/// The advanced health checks of one connector, from its record, its contact and its latest report. The product documents the three categories
/// (facts/product.md 4), not the checks; these are ours.
package enum HealthChecks {
  package static func run(
    _ record: ConnectorRecord, _ contact: Contact, published: Int?, _ settings: CloudSettings, at now: Now
  ) -> [HealthCheck] {
    let inContact = contact.link != nil && contact.heardOnLink && (contact.leaseEnds.map { now.moment < $0 } ?? false)
    return initial(record, contact, settings, at: now) + certificate(record, contact)
      + services(record, contact, published: published, settings, inContact: inContact)
  }

  private static func initial(_ record: ConnectorRecord, _ contact: Contact, _ settings: CloudSettings, at now: Now) -> [HealthCheck] {
    var checks = [
      HealthCheck(.initial, "Registration", .passed, "Registered since \(record.registered.iso8601(fraction: 0)) as \(record.fqdn)."),
      contact.link != nil
        ? HealthCheck(.initial, "Link", .passed, "Its link is up.") : HealthCheck(.initial, "Link", .failed, "It has no link: \(contact.silence)."),
    ]
    if let why = contact.unanswered {
      checks.append(HealthCheck(.initial, "Heartbeat", .failed, "The latest heartbeat failed: \(why)."))
    } else if let last = record.lastContact, let ends = contact.leaseEnds {
      checks.append(
        now.moment < ends
          ? HealthCheck(.initial, "Heartbeat", .passed, "Answered at \(last.iso8601(fraction: 0)).")
          : HealthCheck(.initial, "Heartbeat", .failed, "Last answered at \(last.iso8601(fraction: 0)); its lease ran out."))
    } else {
      checks.append(HealthCheck(.initial, "Heartbeat", .failed, "No heartbeat was answered since the cloud started."))
    }
    guard contact.report != nil else {
      return checks + ["Clock", "Version"].map { HealthCheck(.initial, $0, .skipped, "There is no report to judge by.") }
    }
    let skewed = contact.skew.magnitude > settings.clockSkewLimit
    checks.append(
      HealthCheck(
        .initial, "Clock", skewed ? .failed : .passed, "Its clock is \(contact.skew.inWords) away; \(settings.clockSkewLimit.inWords) is allowed."))
    if let least = settings.outdatedBelow, Version(record.version) < Version(least) {
      checks.append(HealthCheck(.initial, "Version", .failed, "Version \(record.version) is below \(least)."))
    } else if let expected = settings.expectedVersion, Version(record.version) < Version(expected) {
      checks.append(HealthCheck(.initial, "Version", .warning, "Version \(record.version) runs, \(expected) is expected."))
    } else {
      checks.append(HealthCheck(.initial, "Version", .passed, "Version \(record.version) runs."))
    }
    return checks
  }

  private static func certificate(_ record: ConnectorRecord, _ contact: Contact) -> [HealthCheck] {
    let used = contact.link != nil
    return [
      HealthCheck(
        .certificate, "Client certificate issued", .passed, "Serial \(record.serial), issued at \(record.registered.iso8601(fraction: 0))."),
      HealthCheck(
        .certificate, "Client certificate accepted", used ? .passed : .skipped,
        used ? "The link that is up was authenticated with it." : "There is no link that it could have been used for."),
    ]
  }

  private static func services(
    _ record: ConnectorRecord, _ contact: Contact, published: Int?, _ settings: CloudSettings, inContact: Bool
  ) -> [HealthCheck] {
    guard inContact, let report = contact.report else {
      return ServiceName.allCases.map { HealthCheck(.service, $0.title, .skipped, "The connector is not in contact.") }
    }
    var checks = report.services.map { service in
      if service.state == "disabled" { return HealthCheck(.service, service.name.title, .skipped, "The service is disabled.") }
      let works = settings.workingServiceStates.contains(service.state)
      return HealthCheck(.service, service.name.title, works ? .passed : .failed, "It is \(service.state), after \(service.restarts) restarts.")
    }
    if let published {
      let has = report.configurationRevision
      let text = has.map { "It has revision \($0)" } ?? "It has no configuration"
      checks.append(HealthCheck(.service, "Configuration", has == published ? .passed : .warning, "\(text); revision \(published) is published."))
    } else {
      checks.append(HealthCheck(.service, "Configuration", .skipped, "No configuration was published for its resource location."))
    }
    checks.append(
      report.elected.map { HealthCheck(.service, "Election", .passed, "It takes \($0) for elected: \(report.electionReason).") }
        ?? HealthCheck(.service, "Election", .warning, "It knows of no elected connector: \(report.electionReason)."))
    for problem in report.problems { checks.append(HealthCheck(.service, "Reported problem", .failed, problem)) }
    return checks
  }
}
