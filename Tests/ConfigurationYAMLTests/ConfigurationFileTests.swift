import ConfigurationYAML
import ConnectorSettings
import Testing
import World

/// A file with nothing but what is required.
let leastFile = """
  connector:
    fqdn: c1.forest1.local
    customer: acme
    resourceLocation: rl-1
    clientID: client
    clientSecretFile: secrets/client
  cloud:
    url: https://127.0.0.1:8443
    caFile: /etc/lab/ca.pem

  """

func load(_ text: String) throws(ConfigurationProblems) -> ConnectorConfiguration {
  try ConfigurationFile.load(path: "/etc/connectord/connectord.yaml", bytes: Array(text.utf8), shownAs: "f.yaml")
}

@Suite struct ConfigurationFileTests {
  @Test func missingKeysTakeTheDefaultsOfTheStruct() throws {
    let configuration = try load(leastFile)
    var expected = ConnectorConfiguration(
      connector: .init(
        fqdn: "c1.forest1.local", customer: "acme", resourceLocation: "rl-1", clientID: "client", clientSecretFile: "/etc/connectord/secrets/client"),
      cloud: .init(url: "https://127.0.0.1:8443", caFile: "/etc/lab/ca.pem"))
    #expect(configuration == expected)
    expected.cloud.silenceLimit = TimeSpan(.seconds(90))
    expected.supervision.restartBudget = 3
    expected.events.output = .stderr
    expected.testbed.faults = true
    expected.directory.file = "/etc/connectord/directory.yaml"
    expected.state.directory = "/etc/connectord/state"
    expected.highAvailability.listen = "127.0.0.1:0"
    expected.remoteBroker.listen = "0.0.0.0:8080"
    expected.remoteBroker.staIdentity = "STA1"
    let text =
      leastFile + """
          silenceLimit: 1m30s
        supervision: {restartBudget: 3}
        events:
          output: stderr
        testbed:
          faults: true
        directory:
          file: directory.yaml
        state:
          directory: ./state
        logger:
        highAvailability:
          listen: 127.0.0.1:0
        remoteBroker: {listen: 0.0.0.0:8080, staIdentity: STA1}
        """
    #expect(try load(text) == expected)
  }

  @Test func jsonIsReadToo() throws {
    let text = """
      {"connector": {"fqdn": "c1.forest1.local", "customer": "acme", "resourceLocation": "rl-1", "clientID": "client", "clientSecretFile": "secrets/client"},
       "cloud": {"url": "https://127.0.0.1:8443", "caFile": "/etc/lab/ca.pem"}}
      """
    #expect(try load(text) == load(leastFile))
  }

  @Test func textThatLooksLikeANumberStaysText() throws {
    #expect(try load(leastFile.replacing("acme", with: "0123")).connector.customer == "0123")
  }

  @Test func aFewAliasesAreRead() throws {
    let text = leastFile + "  connectTimeout: &t 3s\n  requestTimeout: *t\n"
    #expect(try load(text).cloud.requestTimeout == TimeSpan(.seconds(3)))
  }

  /// Lines to add to the least file (10 lines long), and the whole problem.
  static let table: [(name: String, add: String, problems: [String])] = [
    (
      "unknown key", "  silenceLimitt: 5s\n",
      ["f.yaml:10:3: cloud.silenceLimitt: there is no such key; did you mean 'silenceLimit'?"]
    ),
    (
      "unknown block", "supervisoin:\n  pingEvery: 5s\n",
      ["f.yaml:10:1: supervisoin: there is no such key; did you mean 'supervision'?"]
    ),
    (
      "unknown key without a neighbour", "testbed:\n  zebra: 1\n",
      ["f.yaml:11:3: testbed.zebra: there is no such key; the keys here are faults"]
    ),
    (
      "bad duration", "supervision:\n  pingEvery: 5 parsecs\n",
      ["f.yaml:11:14: supervision.pingEvery: '5 parsecs' is not a duration; write it as 250ms, 5s, 2m or 1h30m"]
    ),
    (
      "duration without a unit", "supervision:\n  pingEvery: 5\n",
      ["f.yaml:11:14: supervision.pingEvery: '5' is not a duration (the unit is missing); write it as 250ms, 5s, 2m or 1h30m"]
    ),
    (
      "duration too short", "supervision:\n  pingDeadline: 0s\n",
      ["f.yaml:11:17: supervision.pingDeadline: 0s is out of range; write a duration from 10ms to 1h"]
    ),
    (
      "word that is not known", "supervision:\n  strategy: rest_for_one\n",
      [
        "f.yaml:11:13: supervision.strategy: 'rest_for_one' is not known; write one of oneForOne, restForOne, oneForAll; did you mean 'restForOne'?"
      ]
    ),
    (
      "wrong type: text for a number", "events:\n  ring: many\n",
      ["f.yaml:11:9: events.ring: 'many' is not a whole number; write a whole number from 16 to 1048576"]
    ),
    (
      "wrong type: quoted number", "events:\n  ring: \"4096\"\n",
      ["f.yaml:11:9: events.ring: '4096' is a text; write the number without quotes"]
    ),
    (
      "wrong type: list for a text", "state:\n  directory: [a]\n",
      ["f.yaml:11:14: state.directory: here stands a list; write the path of a file or folder"]
    ),
    (
      "wrong type: block for a number", "logger:\n  keep:\n    a: 1\n",
      ["f.yaml:12:5: logger.keep: here stands a block; write a whole number from 0 to 1000"]
    ),
    (
      "wrong type: text for a block", "logger: loud\n",
      ["f.yaml:10:9: logger: here stands the text 'loud'; write a block of 'key: value' lines"]
    ),
    (
      "wrong type: yes for a flag", "testbed:\n  faults: yes\n",
      ["f.yaml:11:11: testbed.faults: 'yes' is not a flag; write true or false, without quotes"]
    ),
    (
      "unknown word", "logger:\n  level: warn\n",
      ["f.yaml:11:10: logger.level: 'warn' is not known; write one of error, warning, info, debug"]
    ),
    (
      "unknown word with a neighbour", "events:\n  output: jurnal\n",
      ["f.yaml:11:11: events.output: 'jurnal' is not known; write one of auto, journal, stderr, none; did you mean 'journal'?"]
    ),
    ("out of range", "logger:\n  keep: -1\n", ["f.yaml:11:9: logger.keep: -1 is out of range; write a whole number from 0 to 1000"]),
    (
      "beyond 64 bits", "logger:\n  keep: 99999999999999999999\n",
      ["f.yaml:11:9: logger.keep: '99999999999999999999' is not a whole number; write a whole number from 0 to 1000"]
    ),
    (
      "no value", "logger:\n  keep:\n",
      ["f.yaml:11:3: logger.keep: has no value; write a whole number from 0 to 1000, or take the line out for the default 4"]
    ),
    (
      "duplicate key", "logger:\n  keep: 1\n  queue: 5\n  keep: 2\n",
      ["f.yaml:11:3: logger.keep: the key stands again in line 13; keep one of the two"]
    ),
    (
      "duplicate block, and one more problem", "logger:\n  keep: 1\nlogger:\n  keep: x\n",
      [
        "f.yaml:10:1: logger: the key stands again in line 12; keep one of the two",
        "f.yaml:13:9: logger.keep: 'x' is not a whole number; write a whole number from 0 to 1000",
      ]
    ),
    (
      "three times, quoted, in one line", "logger: {\"keep\": 1, keep: 2, 'keep': 3}\n",
      [
        "f.yaml:10:10: logger.keep: the key stands again in line 10; keep one of the two",
        "f.yaml:10:21: logger.keep: the key stands again in line 10; keep one of the two",
      ]
    ),
    (
      "every problem at once", "events:\n  ring: 1\n  rng: 2\nlogger:\n  level: 7\n",
      [
        "f.yaml:11:9: events.ring: 1 is out of range; write a whole number from 16 to 1048576",
        "f.yaml:12:3: events.rng: there is no such key; did you mean 'ring'?",
        "f.yaml:14:10: logger.level: '7' is not known; write one of error, warning, info, debug",
      ]
    ),
    (
      "two fields that must agree", "  backoffInitial: 2m\n",
      ["f.yaml:10:19: cloud.backoffMax: 1m must be at least as long as cloud.backoffInitial, which is 2m; raise it or lower the other"]
    ),
    (
      "two fields that must differ", "highAvailability:\n  probeEvery: 5s\n  peerTimeout: 5s\n",
      [
        "f.yaml:12:16: highAvailability.peerTimeout: 5s must be longer than highAvailability.probeEvery, which is 5s; raise it or lower the other"
      ]
    ),
    (
      "releases in the state directory", "state:\n  directory: /s/state\n  releases: /s/state/./releases\n",
      [
        "f.yaml:12:13: state.releases: /s/state/./releases lies in the state directory, which a rollback puts back as a whole; name a folder beside /s/state, such as its parent"
      ]
    ),
    (
      "not on loopback", "highAvailability:\n  listen: 0.0.0.0:89\n",
      ["f.yaml:11:11: highAvailability.listen: '0.0.0.0:89' is not on loopback; write 127.0.0.1:PORT, [::1]:PORT or localhost:PORT"]
    ),
    (
      "no port for StoreFront", "remoteBroker:\n  listen: localhost\n",
      [
        "f.yaml:11:11: remoteBroker.listen: 'localhost' has no port; write host:port, such as 127.0.0.1:8080, or nothing for no listener"
      ]
    ),
    (
      "a bad ticket authority", "remoteBroker:\n  staIdentity: sta-1\n",
      [
        "f.yaml:11:16: remoteBroker.staIdentity: 'sta-1' is no id of a ticket authority; write fewer than 32 upper-case letters and digits, such as STA0A1B2C3D4E5F, or nothing"
      ]
    ),
    (
      "no port", "highAvailability:\n  listen: localhost\n",
      ["f.yaml:11:11: highAvailability.listen: 'localhost' has no port; write host:port, such as 127.0.0.1:8089"]
    ),
    (
      "merge key", "<<: {}\n",
      ["f.yaml:10:1: <<: there is no such key; the keys here are \(ConfigurationFields.blocks.map(\.key).joined(separator: ", "))"]
    ),
  ]

  @Test(arguments: table.indices) func everyProblemHasItsLineColumnAndField(index: Int) {
    let row = Self.table[index]
    let error = #expect(throws: ConfigurationProblems.self) { try load(leastFile + row.add) }
    #expect(error?.problems.map(\.description) == row.problems, "\(row.name)")
  }

  /// Files whose syntax is broken: the first broken place, and a part of the advice.
  static let syntax: [(name: String, text: String, line: Int, column: Int, says: String)] = [
    ("broken indent", leastFile.replacing("  customer", with: "   customer"), 3, 12, "broken indent"),
    ("key too far left", "connector:\n    fqdn: a.b\n  customer: x\n", 3, 3, "broken indent"),
    ("key too far right", "connector:\n  fqdn: a.b\n    customer: x\n", 3, 13, "broken indent"),
    ("tab", "connector:\n\tfqdn: a.b\n", 2, 1, "a tab cannot indent"),
    ("second colon", "connector:\n  fqdn: a: b\n", 2, 10, "needs quotes"),
    ("quote not closed", "connector:\n  fqdn: \"a.b\n", 2, 9, "a quote is not closed"),
    ("bracket not closed", "connector: {fqdn: a.b\ncloud: 1", 1, 12, "must close with }"),
    ("two documents", leastFile + "---\na: 1\n", 10, 1, "a second document starts here"),
    ("at sign", "connector:\n  fqdn: @x\n", 2, 9, "needs quotes"),
    ("control character", "connector:\n  fqdn: a\u{01}b\n", 2, 10, "remove the character"),
    ("undefined alias", "connector: *nobody\n", 1, 12, "undefined alias"),
    ("key without a colon", "connector:\n  fqdn: a.b\n  customer\n  clientID: x\n", 3, 3, "colon|':'"),
  ]

  @Test(arguments: syntax.indices) func brokenSyntaxHasItsPlace(index: Int) {
    let row = Self.syntax[index]
    let error = #expect(throws: ConfigurationProblems.self) { try load(row.text) }
    let problem = error?.problems.first
    #expect(problem.map { [$0.line, $0.column] } == [row.line, row.column], "\(row.name): \(String(describing: error))")
    #expect(row.says.split(separator: "|").contains { problem?.text.contains($0) == true }, "\(row.name): \(String(describing: problem?.text))")
  }

  @Test func missingRequiredFieldsAreAllNamed() {
    let error = #expect(throws: ConfigurationProblems.self) { try load("connector:\n  fqdn: c1.forest1.local\n") }
    #expect(
      error?.problems.map(\.field) == [
        "cloud.url", "cloud.caFile", "connector.customer", "connector.resourceLocation", "connector.clientID", "connector.clientSecretFile",
      ])
    #expect(
      error?.problems.last?.description
        == "f.yaml:2:3: connector.clientSecretFile: is missing; add clientSecretFile: with the path of a file or folder")
  }

  @Test(arguments: ["", "# nothing\n", "---\n", "null\n"]) func emptyFileNamesAllThatIsMissing(text: String) {
    let error = #expect(throws: ConfigurationProblems.self) { try load(text) }
    #expect(error?.problems.count == 7)
  }

  @Test(arguments: ["just a text", "[1, 2]", "- a\n- b\n"]) func fileThatIsNoBlockIsRefused(text: String) {
    let error = #expect(throws: ConfigurationProblems.self) { try load(text) }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.text.contains("a block of 'key: value' lines") == true)
  }

  @Test(arguments: [
    ("http://x:1", "http is refused"), ("ftp://x", "not an https address"), ("https://", "has no host"), ("https://x:99999", "not a number from 0"),
    ("https://x/y", "path or query"), ("https://u@x", "user information"), ("x.y", "not an https address"), ("https://a:b:1", "brackets"),
  ]) func addressOfTheCloudMustBeHTTPS(url: String, says: String) {
    let error = #expect(throws: ConfigurationProblems.self) { try load(leastFile.replacing("https://127.0.0.1:8443", with: "\"\(url)\"")) }
    #expect(error?.problems.first?.field == "cloud.url")
    #expect(error?.problems.first?.text.contains(says) == true, "\(String(describing: error))")
  }

  @Test(arguments: ["https://cloud", "https://[::1]:8443", "HTTPS://cloud.example/"]) func goodAddressesOfTheCloud(url: String) throws {
    #expect(try load(leastFile.replacing("https://127.0.0.1:8443", with: url)).cloud.url == url)
  }

  @Test(arguments: [("c1", "no domain"), ("c1..local", "empty part"), ("-c.local", "starts or ends"), ("c_1.local", "other than letters")])
  func nameOfTheConnectorMustBeFullyQualified(name: String, says: String) {
    let error = #expect(throws: ConfigurationProblems.self) { try load(leastFile.replacing("c1.forest1.local", with: name)) }
    #expect(error?.problems.first?.description.hasPrefix("f.yaml:2:9: connector.fqdn: '\(name)' is not a fully qualified host name") == true)
    #expect(error?.problems.first?.text.contains(says) == true)
  }
}
