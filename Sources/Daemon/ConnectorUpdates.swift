import CloudAPI
import ConnectorSettings
import ControlAPI
import EventHub
import Evergreen
import ReleaseFetch
import ReleaseSlots
import Releases
import WatchDogService
import World

extension Connector {
  /// What the WatchDog needs to update this connector.
  func updaterPorts(_ link: any CloudLink) -> UpdaterPorts {
    UpdaterPorts(
      fetching: ReleaseFetch.live(configuration, files: ports.files, clock: ports.clock), probing: ConnectorProbe(connector: self, link: link),
      version: ReleaseVersion(ports.version.connector) ?? ReleaseVersion(0, 0, 0, 0), boot: hub.boot, isFIPS: FIPSMode.isOn(ports.files),
      digest: ports.version.digest, machine: machineStart)
  }

  /// The kernel's word for this start of the machine; empty where it has none.
  private var machineStart: String {
    let bytes = (try? ports.files.read("/proc/sys/kernel/random/boot_id")) ?? []
    return String(decoding: bytes.filter { $0 > 32 }, as: UTF8.self)
  }
}

/// Looks at this connector as a release on trial: its own verdict on its services and its disk, and a question to the cloud that was answered.
struct ConnectorProbe: TrialProbing {
  let connector: Connector
  let link: any CloudLink

  func probe() async -> Probe {
    let reached = await reachedTheCloud()
    let probe = await Self.judge(connector.facts(), reachedTheCloud: reached)
    record(probe)
    return probe
  }

  /// In the machine's trail, so that a commit can be held against the probes that it rests on (L3).
  private func record(_ probe: Probe) {
    guard let root = connector.configuration.state.releases else { return }
    let files = connector.ports.files
    guard let slot = try? ReleaseSlots(files: files, root: root).slot(.trial) else { return }
    FactTrail(files: files, root: root).add(
      UpdateFact(.probed, at: connector.ports.clock.now().wall, slot: slot) {
        $0.ok = probe.isHealthy
        $0.endToEnd = probe.isHealthy && probe.reachedTheCloud
      })
  }

  /// The cloud's own configuration: every connector may ask for it, and the answer comes from behind the cloud's front door.
  private func reachedTheCloud() async -> Bool {
    guard let answer = try? await link.ask(LinkRequest(path: ConnectorPaths.configuration, headers: ["accept": "application/json"])) else {
      return false
    }
    return (200..<400).contains(answer.status) || answer.status == 404
  }

  /// A trial is in maintenance, and a cloud that is away for a while is no fault of the release: neither counts against its health. That it reached
  /// the cloud counts by itself.
  static func judge(_ facts: ConnectorFacts, reachedTheCloud: Bool) -> Probe {
    var facts = facts
    facts.inMaintenance = false
    facts.link.state = .connected
    facts.lastContactAge = .zero
    let verdict = facts.verdict(silenceLimit: .seconds(1))
    return Probe(isHealthy: verdict.state == .ready, reachedTheCloud: reachedTheCloud, detail: verdict.reasons.first ?? "")
  }
}
