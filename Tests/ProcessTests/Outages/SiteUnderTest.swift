import Foundation
import Testing

/// A lab with machines and a StoreFront that plays users, as programs of their own.
final class SiteUnderTest: Sendable {
  let lab: LabUnderTest
  private let machines: LiveProgram
  private let storeFront: LiveProgram
  private let last: Task<String, Never>

  /// Returns when every machine is registered and StoreFront has launched something.
  init(_ lab: LabUnderTest, machines count: Int, rate: Int) async throws {
    self.lab = lab
    machines = try LiveProgram("connector-lab", ["vda", "--count", "\(count)", "--seed", "5", "--json", "--state", lab.folder])
    for await line in machines.lines {
      if let now = Self.object(line)["machines"] as? [String: Any], now["registered"] as? Int == count { break }
    }
    storeFront = try LiveProgram("connector-lab", ["storefront", "--rate", "\(rate)", "--seed", "6", "--json", "--state", lab.folder])
    let (started, start) = AsyncStream.makeStream(of: Void.self)
    let lines = storeFront.lines
    // Keeps reading until it ends: its last line is the tally.
    last = Task {
      var last = ""
      for await line in lines {
        last = line
        if Self.count("launches", "acknowledged", Self.object(line)) > 0 { start.finish() }
      }
      start.finish()
      return last
    }
    for await _ in started {}
  }

  /// Ends StoreFront and then the machines, and returns what StoreFront counted; its exit code says whether anything was lost.
  func end() async -> (storeFront: Int32, machines: Int32, last: [String: Any]) {
    storeFront.signal(2)
    let code = await storeFront.end()
    machines.signal(2)
    return (code, await machines.end(), Self.object(await last.value))
  }

  static func object(_ line: String) -> [String: Any] {
    ((try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]) ?? [:]
  }
  /// Of launches or tickets: `acknowledged`, `kept`, `lost`.
  static func count(_ what: String, _ name: String, _ snapshot: [String: Any]) -> Int {
    ((snapshot["brokering"] as? [String: Any])?[what] as? [String: Any])?[name] as? Int ?? 0
  }
}
