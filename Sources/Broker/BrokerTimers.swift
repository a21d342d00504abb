package import BrokerConfiguration

/// The numbers of a broker, each with its source. "Product facts" is facts/product.md; "chosen" means that no source says it.
package struct BrokerTimers: Hashable, Sendable {
  /// A machine that says nothing for so long is dropped; it is told to say something at half of it. `Core.HeartbeatPeriodMs` 600000 (product facts 8).
  package var heartbeatPeriod = Duration.seconds(600)
  /// So many registrations of a machine in a row fail before it goes to the sin bin. `MaxConsecutiveFailedRegistrationsBeforeSinBin` 2 (product facts 8).
  package var failuresBeforeSinBin = 2
  /// So long it is not listened to. `RegistrationSinbinPeriodSecs` 180, 60 to 300 (product facts 8).
  package var registrationSinBin = Duration.seconds(180)
  /// At the so many-th stay there without a good registration between, the machine goes into maintenance. `MaxFailedRegistrationsAllowed` 2 (product facts
  /// 8); that it counts the stays is chosen.
  package var staysBeforeMaintenance = 2
  /// So long a machine gets no users after it failed to prepare for one. `MachineSinBinStayTimeSecs` 60 (product facts 7).
  package var machineSinBin = Duration.seconds(60)
  /// A machine that has not answered by then has failed. `MaxTimeForPrepareSecs` 60 (product facts 7).
  package var prepareLimit = Duration.seconds(60)
  /// A prepared session whose user's client does not come is given up. `MaxSessionEstablishmentTimeSecs` 200 (product facts 7).
  package var establishmentLimit = Duration.seconds(200)
  /// `Xms.XmlStaTicketLifetimeInSeconds` 100 (product facts 7).
  package var ticketLifetime = Duration.seconds(100)
  /// Without being refreshed. `Xms.XmlStaRefreshableTicketLifetimeInSeconds` 500 (product facts 7).
  package var refreshableTicketLifetime = Duration.seconds(500)
  /// When to ask again for a machine that is not there. `LaunchRetryPeriodSec` 5 (product facts 7).
  package var launchRetry = Duration.seconds(5)
  /// So many machines are asked for one launch. Chosen: with `prepareLimit` a user waits for three minutes at most.
  package var machinesPerLaunch = 3
  /// A ticket that the other connectors have not kept by then is not given out. Chosen.
  package var ticketKeepLimit = Duration.seconds(5)
  /// Launches that are remembered or under way at once; one more is refused as `overloaded`. Chosen: twenty times `Core.MaxWorkers` 10000 (product facts 3.7).
  package var launchLimit = 200_000
  /// Tickets alive at once. Chosen.
  package var ticketLimit = 100_000
  /// What one session begun since the machine's last word adds to its load, of 10000. Chosen: 250 sessions fill a machine.
  package var loadPerSession = 40

  package init() {}
  /// All numbers as documented.
  package static let documented = BrokerTimers()

  /// With the site's own settings, known by the last part of their names without case (`Core.HeartbeatPeriodMs`); a value out of its range is brought into it.
  package func applying(_ settings: [String: SettingValue]) -> BrokerTimers {
    var out = self
    // In the order of names, so that two spellings of one setting always end alike.
    for name in settings.keys.sorted() {
      guard case .integer(let value)? = settings[name] else { continue }
      let word = String(name.split(separator: ".").last ?? "").lowercased()
      func seconds(_ range: ClosedRange<Int>) -> Duration { .seconds(min(max(value, range.lowerBound), range.upperBound)) }
      switch word {
      case "heartbeatperiodms": out.heartbeatPeriod = .milliseconds(min(max(value, 2000), 86_400_000))
      case "maxconsecutivefailedregistrationsbeforesinbin": out.failuresBeforeSinBin = min(max(value, 1), 1000)
      case "registrationsinbinperiodsecs": out.registrationSinBin = seconds(60...300)
      case "maxfailedregistrationsallowed": out.staysBeforeMaintenance = min(max(value, 1), 1000)
      case "machinesinbinstaytimesecs": out.machineSinBin = seconds(1...86_400)
      case "maxtimeforpreparesecs": out.prepareLimit = seconds(1...3600)
      case "maxsessionestablishmenttimesecs": out.establishmentLimit = seconds(1...86_400)
      case "xmlstaticketlifetimeinseconds": out.ticketLifetime = seconds(1...86_400)
      case "xmlstarefreshableticketlifetimeinseconds": out.refreshableTicketLifetime = seconds(1...86_400)
      case "launchretryperiodsec": out.launchRetry = seconds(1...3600)
      default: break
      }
    }
    return out
  }
}
