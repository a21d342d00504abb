import Foundation
import Testing

/// Machines, StoreFront and the drill, as programs.
@Suite struct SiteCommandTests {
  @Test(arguments: [["vda"], ["storefront"], ["drill", "outage"]]) func withoutALabTheySaySo(_ command: [String]) async throws {
    let ran = try await Programs.run("connector-lab", command + ["--state", "/nonexistent/lab"])
    #expect(ran.code == 69)
    #expect(ran.errors.contains("no lab runs on /nonexistent/lab") && ran.errors.contains("connector-lab up"))
    let help = try await Programs.run("connector-lab", command + ["--help"])
    #expect(help.code == 0 && help.output.contains("EXAMPLE") && help.output.contains("EXIT CODES"))
  }

  @Test(arguments: [
    ["vda", "--count", "0"], ["vda", "--from", "0"], ["storefront", "--rate", "0"], ["storefront", "--rate", "nan"], ["storefront", "--users", "0"],
    ["drill", "outage", "--duration", "0s"], ["drill", "outage", "--profile", "cloud-1s"],
  ]) func aWrongCommandLineIsSaid(_ command: [String]) async throws {
    let ran = try await Programs.run("connector-lab", command)
    #expect(ran.code == 64 && ran.errors.contains("--"))
  }

  @Test(.timeLimit(.minutes(5))) func aLabNamesItsXMLServicesAndRefusesADrillOfAnotherProfile() async throws {
    let lab = try LabUnderTest(connectors: 2)
    let first = try await lab.await("the endpoints") { $0["endpoints"] != nil }
    let connectors = ((first["endpoints"] as? [String: Any])?["connectors"] as? [[String: Any]]) ?? []
    let addresses = connectors.compactMap { $0["xml"] as? String }
    #expect(addresses.count == 2 && Set(addresses).count == 2 && addresses.allSatisfy { $0.hasPrefix("127.0.0.1:") })
    let other = try await Programs.run("connector-lab", ["drill", "outage", "--profile", "onprem-90s", "--state", lab.folder])
    #expect(other.code == 78 && other.errors.contains("connector-lab up --profile onprem-90s") && other.errors.contains("Nothing was cut"))
    let many = try await Programs.run("connector-lab", ["vda", "--count", "500", "--state", lab.folder])
    #expect(many.code == 78 && many.errors.contains("connector-lab up --machines 500"))
    #expect(try await lab.stop() == 0)
  }
}
