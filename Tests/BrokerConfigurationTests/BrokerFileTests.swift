import BrokerConfiguration
import ConfigurationYAML
import FoundationEssentials
import Testing

/// The file that the lab publishes, read from the source tree.
enum ShippedFile {
  static let path = {
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/\(folder)/config/broker.yaml"
  }()
  static func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
}

@Suite struct BrokerFileTests {
  @Test func shippedFileIsGoodAndHasAboutFiftyMachines() throws {
    let configuration = try BrokerConfigurationYAML.load(file: "broker.yaml", bytes: ShippedFile.bytes())
    #expect(configuration.machines.count == 50)
    #expect(configuration.problems() == [])
    #expect(configuration.machineCatalogs.count == 4)
    #expect(configuration.settings["Lhc.ConfigSyncIntervalSeconds"] == .integer(60))
    #expect(configuration.machines.first?.dnsName == "vda-001.forest1.local")
    #expect(configuration.applications.first { $0.name == "Outlook" }?.arguments == "/recycle")
  }

  @Test func jsonFormIsReadByTheSameReader() throws {
    let configuration = BrokerConfiguration.generate(machines: 30, seed: 4)
    let read = try BrokerConfigurationYAML.load(file: "x.json", bytes: configuration.canonicalBytes())
    #expect(read == configuration)
  }

  @Test(arguments: [1, 7, 50, 2000]) func writtenTextReadsBackEqual(machines: Int) throws {
    var configuration = BrokerConfiguration.generate(machines: machines, seed: 9)
    configuration.settings["odd \"name\"\\ with\nlines"] = .text("true")
    configuration.settings["number like"] = .text("12")
    configuration.zones[0].description = "trailing space "
    configuration.applications[0].arguments = "é \u{85} # no comment: [x]"
    let text = try BrokerConfigurationYAML.text(configuration)
    #expect(try BrokerConfigurationYAML.load(file: "x.yaml", bytes: Array(text.utf8)) == configuration)
  }

  @Test func brokenReferenceSaysLineColumnAndField() throws {
    let text = String(decoding: try ShippedFile.bytes(), as: UTF8.self)
      .replacing("deliveryGroup: Engineering desktops\n", with: "deliveryGroup: Enginering desktops\n")
    let error = #expect(throws: ConfigurationProblems.self) { try BrokerConfigurationYAML.load(file: "broker.yaml", bytes: Array(text.utf8)) }
    let problem = try #require(error?.problems.first)
    let line = try #require(text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("Enginering") })
    #expect(problem.line == line + 1)
    #expect(problem.column == 20)
    #expect(problem.field == "entitlements[1].deliveryGroup")
    #expect(problem.text.contains("there is no delivery group named 'Enginering desktops'"))
  }
}
