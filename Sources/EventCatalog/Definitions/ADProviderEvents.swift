/// Provider ADProvider, codes 14000 to 14999. Our own numbers; the product's are not public.
package enum ADProviderEvents {
  package static let loaded = EventDefinition(
    14000, "directory.loaded", id: "3ee7207e33f7411a9eb0a67b3a8b23d6", .adProvider, .notice,
    "The directory description {file} was read: {domains} domains, joined to {joined}.",
    advice: "Nothing to do.",
    fields: [
      EventField("file", .text, "the description's path"),
      EventField("domains", .integer, "domains in all forests"),
      EventField("joined", .text, "DNS name of the joined domain"),
    ])

  package static let unset = EventDefinition(
    14001, "directory.unset", id: "14a0f2f317c5401b9daa8675f83f109d", .adProvider, .notice,
    "No directory is described, so the connector is joined to nothing.",
    advice: "Set directory.file in the configuration if directory look-ups are wanted.")

  package static let unavailable = EventDefinition(
    14002, "directory.unavailable", id: "96f72860d4064ef0877430433004d352", .adProvider, .error,
    "The directory cannot be used: {reason}.",
    advice: "Mend the file or directory.joinedDomain; it is read again at every health check and when the service is asked to reload or restarts.",
    fields: [EventField("file", .text, "the description's path"), EventField("reason", .text, "what is wrong and where")])

  package static let reloadFailed = EventDefinition(
    14003, "directory.reload-failed", id: "3cf3c58dc4264eb8889fbf5a56885c57", .adProvider, .warning,
    "The directory description could not be read again, so the earlier one stays in use: {reason}.",
    advice: "Mend the file and reload.",
    fields: [EventField("file", .text, "the description's path"), EventField("reason", .text, "what is wrong and where")])

  package static let controllerDown = EventDefinition(
    14004, "directory.controller-down", id: "2be71ad58b0a469f800c0e8ef18ace00", .adProvider, .warning,
    "Domain controller {controller} of {domain} does not answer.",
    advice: "Check the controller and the network to it.",
    fields: [EventField("controller", .text, "name of the domain controller"), EventField("domain", .text, "DNS name of its domain")])

  package static let controllerUp = EventDefinition(
    14005, "directory.controller-up", id: "699f000204cc48109a4658d2755d431e", .adProvider, .notice,
    "Domain controller {controller} of {domain} answers again.",
    advice: "Nothing to do.",
    fields: [EventField("controller", .text, "name of the domain controller"), EventField("domain", .text, "DNS name of its domain")])

  package static let domainUnreachable = EventDefinition(
    14006, "directory.domain-unreachable", id: "9707324c73614643a7cd57424593daf5", .adProvider, .error,
    "No domain controller of {domain} answers.",
    advice: "Look-ups in that domain fail until one does; the forest root and every domain in use need a reachable controller.",
    fields: [EventField("domain", .text, "DNS name of the domain")])

  package static let domainReachable = EventDefinition(
    14007, "directory.domain-reachable", id: "9ce367a994a5429c8aa472ee294002f7", .adProvider, .notice,
    "A domain controller of {domain} answers again.",
    advice: "Nothing to do.",
    fields: [EventField("domain", .text, "DNS name of the domain")])

  package static let controllerUnsupported = EventDefinition(
    14008, "directory.controller-unsupported", id: "4630e7113baf4104ae2031db79d86e4a", .adProvider, .warning,
    "Domain controller {controller} of {domain} runs Windows Server {system}, which is not supported at the domain's functional level.",
    advice: "Compare the functional levels with the table of supported ones.",
    fields: [
      EventField("controller", .text, "name of the domain controller"),
      EventField("domain", .text, "DNS name of its domain"),
      EventField("system", .text, "its operating system"),
    ])

  package static let lookupTimedOut = EventDefinition(
    14009, "directory.lookup-timed-out", id: "844938c52cfd49699ab239451c1fc25f", .adProvider, .warning,
    "The directory did not answer for {what} within {limit}.",
    advice: "Check the domain controllers; a cached answer is used where there is one.",
    fields: [EventField("what", .text, "what was looked for"), EventField("limit", .milliseconds, "how long it was waited for")])

  package static let all: [EventDefinition] = [
    loaded, unset, unavailable, reloadFailed, controllerDown, controllerUp, domainUnreachable, domainReachable, controllerUnsupported, lookupTimedOut,
  ]
}

extension Event {
  package static func directoryLoaded(file: String, domains: Int, joined: String) -> Event {
    ADProviderEvents.loaded.event(["file": .text(file), "domains": .integer(domains), "joined": .text(joined)])
  }

  package static var directoryUnset: Event { ADProviderEvents.unset.event() }

  package static func directoryUnavailable(file: String, reason: String) -> Event {
    ADProviderEvents.unavailable.event(["file": .text(file), "reason": .text(reason)])
  }

  package static func directoryReloadFailed(file: String, reason: String) -> Event {
    ADProviderEvents.reloadFailed.event(["file": .text(file), "reason": .text(reason)])
  }

  package static func directoryControllerDown(controller: String, domain: String) -> Event {
    ADProviderEvents.controllerDown.event(["controller": .text(controller), "domain": .text(domain)])
  }

  package static func directoryControllerUp(controller: String, domain: String) -> Event {
    ADProviderEvents.controllerUp.event(["controller": .text(controller), "domain": .text(domain)])
  }

  package static func directoryDomainUnreachable(domain: String) -> Event {
    ADProviderEvents.domainUnreachable.event(["domain": .text(domain)])
  }

  package static func directoryDomainReachable(domain: String) -> Event {
    ADProviderEvents.domainReachable.event(["domain": .text(domain)])
  }

  package static func directoryControllerUnsupported(controller: String, domain: String, system: String) -> Event {
    ADProviderEvents.controllerUnsupported.event(["controller": .text(controller), "domain": .text(domain), "system": .text(system)])
  }

  package static func directoryLookupTimedOut(what: String, limit: Int) -> Event {
    ADProviderEvents.lookupTimedOut.event(["what": .text(what), "limit": .milliseconds(limit)])
  }
}
