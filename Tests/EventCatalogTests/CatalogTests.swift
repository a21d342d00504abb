import EventCatalog
import Testing

/// Rules that hold for every event of every area.
@Suite struct CatalogTests {
  @Test func `Codes, names and message ids are unique`() {
    #expect(duplicates(Catalog.all.map(\.code)) == [])
    #expect(duplicates(Catalog.all.map(\.name)) == [])
    #expect(duplicates(Catalog.all.map(\.messageID)) == [])
  }

  @Test func `There are events, and the product's one known number is among them`() {
    #expect(Catalog.all.count > 20)
    #expect(Catalog.definition(code: 10000)?.name == "link.connected")
    #expect(Catalog.definition(code: 10000)?.vendor?.id == 10000)
    #expect(Catalog.definition(code: 9) == nil)
    #expect(Catalog.definition(named: "daemon.ready")?.code == DaemonEvents.ready.code)
  }

  @Test(arguments: Catalog.all.map(\.code)) func `An event is well declared`(_ code: Int) throws {
    let event = try #require(Catalog.definition(code: code))
    #expect(event.messageID.wholeMatch(of: /[0-9a-f]{32}/) != nil, "\(event.code): a message id is 32 lower-case hexadecimal digits")
    #expect(event.name.wholeMatch(of: /[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+/) != nil, "\(event.name): lower-case words, joined by '.' and '-'")
    #expect(range(of: event.provider).contains(event.code), "\(event.code) is outside the range of \(event.provider.rawValue)")
    #expect(!event.advice.isEmpty && event.advice.hasSuffix("."), "\(event.code): the advice says what to do, in sentences")
    let last = event.summary.last
    #expect(last == "." || last == "}", "\(event.code): the summary is one sentence")
    #expect(!event.summary.contains("\n") && !event.advice.contains("\n"))
  }

  @Test(arguments: Catalog.all.map(\.code)) func `Fields and the braces of the summary agree`(_ code: Int) throws {
    let event = try #require(Catalog.definition(code: code))
    let used = event.summary.matches(of: /\{([^}]*)\}/).map { String($0.1) }
    let declared = event.fields.map(\.name)
    #expect(duplicates(declared) == [], "\(event.name)")
    for name in used { #expect(declared.contains(name), "\(event.name): {\(name)} is not declared") }
    // A field may be for machines only, such as an exit code; then it needs more than one word of explanation.
    for field in event.fields {
      let isExplained = field.meaning.split(separator: " ").count > 1
      #expect(used.contains(field.name) || isExplained, "\(event.name): \(field.name) is neither shown nor explained")
      #expect(field.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(event.name): \(field.name)")
      #expect(field.journalName.utf8.count <= 64, "journald's limit")
      #expect(!Catalog.reservedFields.contains(field.name), "\(event.name): \(field.name) would hide the envelope's \(field.journalName)")
    }
  }

  @Test func `A message has its values, and shows a missing one`() {
    let event = Event.linkConnected(cloud: "cloud.lab:443", elapsed: 12)
    #expect(event.message == "Connected to the cloud at cloud.lab:443 in 12 ms.")
    #expect(LinkEvents.connected.event().message == "Connected to the cloud at ? in ?.")
  }

  @Test(arguments: Catalog.all.map(\.code)) func `A value that is a sentence makes no second full stop`(_ code: Int) throws {
    let definition = try #require(Catalog.definition(code: code))
    for value in ["it ends.", "it ends. "] {
      let values = Dictionary(uniqueKeysWithValues: definition.fields.map { ($0.name, EventValue.text(value)) })
      let message = definition.event(values).message
      #expect(!message.contains(".."), "\(message)")
    }
  }

  @Test func `Maintenance reads well both ways`() {
    #expect(Event.agentSystemMaintenanceChanged(on: true, reason: "a new disk").message == "The connector enters maintenance: a new disk.")
    #expect(Event.agentSystemMaintenanceChanged(on: false, reason: "done").message == "The connector leaves maintenance: done.")
  }

  private func duplicates<Value: Hashable>(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { !seen.insert($0).inserted }
  }

  /// The design's table of ranges.
  private func range(of provider: EventProvider) -> Range<Int> {
    switch provider {
    case .agent: 10000..<11000
    case .agentWatchDog: 11000..<12000
    case .agentSystem: 12000..<13000
    case .logger: 13000..<14000
    case .adProvider: 14000..<15000
    case .credentialProvider: 15000..<16000
    case .configSynchronizer: 16000..<17000
    case .highAvailability: 17000..<18000
    case .evergreen: 18000..<19000
    case .remoteBroker: 19000..<20000
    case .cloud: 20000..<21000
    case .rollout: 21000..<22000
    case .testbed: 22000..<23000
    }
  }
}
