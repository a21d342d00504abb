import Foundation
import LabCA
import World

/// What the lab's cloud keeps beside its database: made once for each state folder, in one record.
struct CloudKeys: Codable, Sendable {
  var authorityPEM: String
  var authorityKeyPEM: String
  var resourceLocation: String
  var clientSecret: String
  var labToken: String
  /// The ports of the last run: taken again, so that connectors find the cloud where it was.
  var apiPort: Int
  var linkPort: Int

  static func path(_ folder: String) -> String { "\(folder)/keys.json" }

  /// Reads the record, or makes one. A record that cannot be read is an error: a new authority would lock out every connector.
  static func load(_ folder: String, files: any Files, clock: any WorldClock, random: any RandomSource) throws -> CloudKeys {
    guard let bytes = try kept(folder, files) else {
      guard try files.info("\(folder)/cloud.sqlite") == nil else {
        throw LabError(
          .configuration,
          "\(path(folder)) is missing, though the cloud's database beside it is there. Restore it, or remove the lab's state folder to start from nothing"
        )
      }
      let authority = try LabCA.create(clock: clock)
      let made = CloudKeys(
        authorityPEM: authority.authorityPEM, authorityKeyPEM: authority.privateKeyPEM, resourceLocation: random.uuid(),
        clientSecret: Hex.encode(random.bytes(16)), labToken: Hex.encode(random.bytes(16)), apiPort: 0, linkPort: 0)
      try made.save(folder, files: files)
      return made
    }
    let keys = try decode(bytes, folder)
    // Whether the authority is one shows here, with the file's name.
    guard (try? LabCA(authorityPEM: keys.authorityPEM, privateKeyPEM: keys.authorityKeyPEM, clock: clock)) != nil else {
      throw damage(folder, "the authority's certificate and key cannot be read, or do not belong together")
    }
    return keys
  }

  private static func decode(_ bytes: [UInt8], _ folder: String) throws(LabError) -> CloudKeys {
    do { return try JSONDecoder().decode(CloudKeys.self, from: Data(bytes)) } catch { throw damage(folder, "\(error)") }
  }

  private static func damage(_ folder: String, _ problem: String) -> LabError {
    LabError(.configuration, "\(path(folder)) is damaged: \(problem). Restore it, or remove the lab's state folder to start from nothing")
  }

  private static func kept(_ folder: String, _ files: any Files) throws(FileError) -> [UInt8]? {
    do { return try files.read(path(folder)) } catch {
      if error.kind == .notFound { return nil }
      throw error
    }
  }

  func save(_ folder: String, files: any Files) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try files.replace(Self.path(folder), with: Array(try encoder.encode(self)) + [10], mode: 0o600, step: "lab.cloud-keys")
  }
}
