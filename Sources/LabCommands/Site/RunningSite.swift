import BrokerConfiguration
import Directory
import DirectoryYAML
import Foundation
import Lab
import LiveWorld
import SimulatedSite
import SiteLoad
import World

/// The site of a lab that runs, as machines and StoreFront see it: the connectors' XML services, the machines, the users.
struct RunningSite {
  let lab: RunningLab
  let site: RunningLab.Site
  let connectors: [MachineHost.Connector]
  let register: SiteRegister

  /// Throws `LabError`: `.unavailable` when no lab runs there, or one without XML services.
  init(_ paths: LabPaths) throws {
    guard RunningLabFile.isHeld(paths), let lab = RunningLabFile.read(paths) else {
      throw LabError(.unavailable, "no lab runs on \(paths.root); start one with connector-lab up, or name its folder with --state DIR")
    }
    connectors = lab.connectors.compactMap { connector in connector.xml.map { .init(name: connector.name, address: "http://\($0)") } }
    guard let site = lab.site, !connectors.isEmpty else {
      throw LabError(
        .unavailable, "the connectors of the lab on \(paths.root) have no XML service; bring it up anew with connector-lab down and connector-lab up")
    }
    self.lab = lab
    self.site = site
    register = SiteRegister(root: paths.root, files: DiskFiles())
  }

  /// So many machines of the lab's configuration, from the one with that number (the first is 1).
  func machines(_ count: Int, from first: Int) throws -> [SiteMachine] {
    let configuration = try LabSite.load(site)
    let all = configuration.machines
    guard first + count - 1 <= all.count else {
      throw LabError(
        .configuration,
        "the lab's configuration has \(all.count) machines, and \(first + count - 1) are wanted; bring it up with more: connector-lab down; "
          + "connector-lab up --machines \(first + count - 1)")
    }
    let kinds = Dictionary(configuration.machineCatalogs.map { ($0.name, $0.sessionSupport) }) { first, _ in first }
    return all[(first - 1)..<(first - 1 + count)].map {
      SiteMachine(name: $0.name, dnsName: $0.dnsName, isMultiSession: kinds[$0.catalog] == .multiSession)
    }
  }

  /// Users of the lab's directory who may log on, in the order of its file. - Parameter count: nil: all.
  func users(_ count: Int?) throws -> [SiteUser] {
    let bytes: [UInt8]
    do { bytes = try DiskFiles().read(site.directoryFile) } catch { throw LabError(.noInput, "cannot read the lab's directory: \(error)") }
    let snapshot: DirectorySnapshot
    do { snapshot = try DirectoryYAML.snapshot(String(decoding: bytes, as: UTF8.self), file: site.directoryFile) } catch {
      throw LabError(.configuration, "the lab's directory is wrong:\n\(error)")
    }
    let joined = site.joinedDomain.lowercased()
    let all = snapshot.principals.filter { $0.kind == .user && $0.enabled && ($0.domain == joined || $0.domain.hasSuffix(".\(joined)")) }
    guard let count else { return all.map { SiteUser(name: $0.name, domain: $0.netBIOS) } }
    guard count <= all.count else {
      throw LabError(
        .configuration,
        "the lab's directory (\(site.directoryFile)) has \(all.count) users, and \(count) are wanted; add some there, or ask for fewer")
    }
    return all.prefix(count).map { SiteUser(name: $0.name, domain: $0.netBIOS) }
  }

  /// Addresses of the processes that play machines now; those that were killed answer nobody.
  static func machineAddresses(_ register: SiteRegister) -> [String] {
    register.entries(.vda).filter { $0.last == nil && kill($0.pid, 0) == 0 }.map(\.address)
  }
}

extension SiteRegister {
  /// Writes an entry; a lab's folder that cannot be written ends nothing that runs.
  func note(_ entry: Entry) {
    do { try put(entry) } catch { Console.error("connector-lab: cannot write where this process is found: \(error); a drill will not see it") }
  }
}
