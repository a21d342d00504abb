import FoundationEssentials

/// A one-way digest of bytes, such as SHA-256; the caller brings it, so that this room links no cryptography.
package typealias DigestFunction = @Sendable ([UInt8]) -> [UInt8]

extension BrokerConfiguration {
  /// The largest JSON form that is read: 64 MiB, chosen; 100 000 machines take about 30 MiB.
  package static let sizeLimit = 64 << 20

  /// The one byte form of this value: JSON, keys sorted, no white space, slashes not escaped. Equal values have equal bytes.
  package func canonicalBytes() throws -> [UInt8] {
    try CanonicalWhole(format: format, revision: revision, settings: settings).bytes(capacity: 4_096 + 320 * machines.count + 128 * users.count) {
      kind, list in
      switch kind {
      case "applications": list.add(applications)
      case "deliveryGroups": list.add(deliveryGroups)
      case "edgeServers": list.add(edgeServers)
      case "entitlements": list.add(entitlements)
      case "groups": list.add(groups)
      case "hypervisorConnections": list.add(hypervisorConnections)
      case "machineCatalogs": list.add(machineCatalogs)
      case "machines": list.add(machines)
      case "sites": list.add(sites)
      case "users": list.add(users)
      default: list.add(zones)
      }
    }
  }

  /// The digest of `canonicalBytes` in lower-case hexadecimal.
  package func digest(_ hash: DigestFunction) throws -> String { Canonical.hex(hash(try canonicalBytes())) }

  /// Reads the JSON form and checks it. Throws `BrokerConfigurationRejected` with every problem found, never anything else.
  package static func read(json bytes: [UInt8]) throws(BrokerConfigurationRejected) -> BrokerConfiguration {
    guard bytes.count <= sizeLimit else {
      throw BrokerConfigurationRejected("", "it is \(bytes.count) bytes; at most \(sizeLimit) are read")
    }
    let configuration: BrokerConfiguration
    do {
      configuration = try JSONDecoder().decode(BrokerConfiguration.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw BrokerConfigurationRejected(problems: [Canonical.problem(error)])
    } catch {
      throw BrokerConfigurationRejected("", "it is not JSON: \(error)")
    }
    let problems = configuration.problems()
    guard problems.isEmpty else { throw BrokerConfigurationRejected(problems: problems) }
    return configuration
  }
}

/// The canonical JSON of one value, shared with the database, which keeps each object in this form.
package enum Canonical {
  package static func bytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }

  package static func value<Value: Decodable>(_ type: Value.Type, from bytes: some Collection<UInt8>) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }

  static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  static func problem(_ error: DecodingError) -> BrokerProblem {
    switch error {
    case .typeMismatch(let type, let context): BrokerProblem(path(context.codingPath), "it is not of the type \(type)")
    case .valueNotFound(let type, let context): BrokerProblem(path(context.codingPath), "it is null; it must be of the type \(type)")
    case .keyNotFound(let key, let context): BrokerProblem(path(context.codingPath), "the key '\(key.stringValue)' is missing")
    case .dataCorrupted(let context): BrokerProblem(path(context.codingPath), "it cannot be read: \(context.debugDescription)")
    @unknown default: BrokerProblem("", "it cannot be read: \(error)")
    }
  }

  /// `machines[12].catalog`.
  private static func path(_ keys: [any CodingKey]) -> String {
    keys.reduce(into: "") { text, key in
      if let index = key.intValue { text += "[\(index)]" } else { text += (text.isEmpty ? "" : ".") + key.stringValue }
    }
  }
}
