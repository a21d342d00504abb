package import ConnectorSettings
package import Evergreen
import ReleaseSlots
import TUFFetch
package import World

extension ReleaseFetch {
  /// As a connector's configuration says, over HTTPS with the cloud's certificate authority. Without `state.releases` or `updates.root` there are none.
  package static func live(
    _ configuration: ConnectorConfiguration, files: any Files, clock: any WorldClock
  ) -> any ReleaseFetching {
    guard let releases = configuration.state.releases, let settings = Settings(configuration) else { return NoReleases() }
    var fetch = FetchSettings()
    fetch.authorities = configuration.cloud.caFile
    fetch.connectTimeout = configuration.cloud.connectTimeout.duration
    let trail = FactTrail(files: files, root: releases)
    let slots = ReleaseSlots(files: files, root: releases, settings: ReleaseSlots.Settings(configuration)) { trail.add($0) }
    return ReleaseFetch(settings, slots: slots, fetcher: CurlFetcher(fetch), clock: clock) { trail.add($0) }
  }
}

extension ReleaseFetch.Settings {
  /// Nil without `updates.root`.
  package init?(_ configuration: ConnectorConfiguration) {
    guard let root = configuration.updates.root else { return nil }
    let cloud = configuration.cloud.url
    let repository = configuration.updates.repository ?? (cloud.hasSuffix("/") ? cloud + "releases" : cloud + "/releases")
    self.init(root: root, repository: repository.hasSuffix("/") ? String(repository.dropLast()) : repository)
  }
}
