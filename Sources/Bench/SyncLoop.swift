import BrokerConfiguration
import ConfigStore
import Foundation
import LiveWorld

/// One synchronization of a large configuration: its JSON read and checked, and its database built, checked and swapped in. The database stays in the folder, for the peer.
enum SyncLoop {
  static func run(_ machines: Int, users: Int, folder: String) async throws {
    var configuration = BrokerConfiguration.generate(machines: machines)
    // The generator makes users for personal machines only.
    for index in configuration.users.count..<max(users, configuration.users.count) {
      configuration.users.append(.init(sid: "S-1-5-21-7-7-7-\(index)", name: "other\(index)", domain: "forest1.local"))
    }
    let bytes = try configuration.canonicalBytes()
    FileHandle.standardError.write(Data("\(bytes.count) bytes of JSON, \(configuration.users.count) users\n".utf8))
    let start = Measurement.Mark.now
    let read = try BrokerConfiguration.read(json: bytes)
    Measurement("sync read", count: machines, since: start).show()
    let store = ConfigStore(directory: folder, keep: 0, files: DiskFiles())
    let imported = Measurement.Mark.now
    _ = try await store.replace(with: read)
    Measurement("sync import", count: machines, since: imported).show()
    Measurement("sync", count: machines, since: start).show()
  }
}
