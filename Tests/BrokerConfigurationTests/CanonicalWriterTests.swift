import BrokerConfiguration
import Foundation
import Testing

/// What is written by hand is to the byte what the library writes of the same value.
@Suite struct CanonicalWriterTests {
  private static let odd = [
    "", "plain", "with \"quotes\" and \\ back\\\\slashes", "a/b", "Grüße, 世界 😀", "\u{0}\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f} \u{7f}\u{80}\u{2028}\u{feff}",
    "e\u{301}", "\r\n",
  ]

  private func library(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }

  @Test(arguments: [1, 40, 300]) func aWholeConfiguration(machines: Int) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let configuration = BrokerConfiguration.generate(machines: machines, seed: seed)
      #expect(try configuration.canonicalBytes() == library(configuration))
    }
    #expect(try BrokerConfiguration().canonicalBytes() == library(BrokerConfiguration()))
  }

  /// Each text of each kind is each of the odd ones in turn, and what may be nil is it and is not.
  @Test func everyKindWithOddTexts() throws {
    var all = BrokerConfiguration()
    (all.format, all.revision) = (-3, .max)
    for (index, text) in Self.odd.enumerated() {
      let other = Self.odd[(index + 3) % Self.odd.count]
      let some: String? = index % 2 == 0 ? text : nil
      let flag = index % 3 == 0
      all.sites.append(.init(name: text, uuid: other))
      all.zones.append(.init(name: text, uuid: other, resourceLocation: some, isPrimary: flag, description: other))
      all.edgeServers.append(.init(fqdn: text, uuid: other, peerAddress: some))
      all.hypervisorConnections.append(.init(name: text, zone: other, kind: .azure, address: text, inMaintenance: flag))
      all.machineCatalogs.append(
        .init(name: text, zone: other, sessionSupport: .multiSession, allocation: .static, provisioning: .manual, hypervisorConnection: some))
      all.deliveryGroups.append(
        .init(
          name: text, delivers: .desktops, sessionSupport: .singleSession, enabled: flag, inMaintenance: !flag,
          reuseMachinesWithoutShutdownInOutage: flag))
      all.applications.append(
        .init(name: text, deliveryGroups: [text, other], commandLine: other, arguments: text, folder: other, enabled: flag))
      all.entitlements.append(.init(name: text, deliveryGroup: other, application: some, includes: Self.odd, excludes: [], enabled: flag))
      all.machines.append(
        .init(
          name: text, dnsName: other, sid: text, catalog: other, deliveryGroup: some, assignedUsers: flag ? [] : [other], hostedMachineID: some,
          inMaintenance: flag))
      all.users.append(.init(sid: text, name: other, domain: text))
      all.groups.append(.init(sid: text, name: other, domain: text))
      all.settings[text] = [.text(other), .integer(index), .flag(flag)][index % 3]
    }
    let (ours, theirs) = (try all.canonicalBytes(), try library(all))
    #expect(String(decoding: ours, as: UTF8.self) == String(decoding: theirs, as: UTF8.self))
    #expect(ours == theirs)
  }
}
