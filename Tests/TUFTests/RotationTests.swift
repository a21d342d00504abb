import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import TrustCheckers
import World

/// One version of a role: the keys listed for it by number, how many must sign, who does, and whether a client takes it.
struct SignedStep: Sendable {
  var keys: [UInt8]
  var threshold: Int64
  var signers: [UInt8]
  var isTaken = true

  var draft: RoleDraft { RoleDraft(keys: keys.map(Scene.key), threshold: threshold, signers: signers.map(Scene.key)) }
}

struct RotationCase: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var steps: [SignedStep]
}

@Suite struct RotationTests {
  static let roots: [RotationCase] = [
    RotationCase(
      testDescription: "one key for another",
      steps: [
        SignedStep(keys: [11], threshold: 1, signers: [11]), SignedStep(keys: [12], threshold: 1, signers: [12, 11]),
        SignedStep(keys: [12], threshold: 1, signers: [12]),
      ]),
    RotationCase(
      testDescription: "signatures of strangers do no harm",
      steps: [
        SignedStep(keys: [11], threshold: 1, signers: [13, 11, 14]), SignedStep(keys: [12], threshold: 1, signers: [13, 12, 11, 14]),
        SignedStep(keys: [12], threshold: 1, signers: [13, 12, 14]),
      ]),
    RotationCase(
      testDescription: "three of five in any combination",
      steps: [
        SignedStep(keys: [10, 11, 12, 13, 14], threshold: 3, signers: [10, 12, 14]),
        SignedStep(keys: [10, 11, 12, 13, 14], threshold: 3, signers: [14, 10, 11]),
        SignedStep(keys: [10, 11, 12, 13, 14], threshold: 3, signers: [10, 11, 13]),
      ]),
    RotationCase(
      testDescription: "all of five at once, with both sets signing",
      steps: [
        SignedStep(keys: [10, 11, 12, 13, 14], threshold: 3, signers: [10, 12, 14]),
        SignedStep(keys: [15, 16, 17, 18, 19], threshold: 3, signers: [10, 12, 14, 15, 16, 17]),
        SignedStep(keys: [15, 16, 17, 18, 19], threshold: 3, signers: [15, 16, 17]),
      ]),
    RotationCase(
      testDescription: "a higher threshold",
      steps: [SignedStep(keys: [11, 12, 13], threshold: 1, signers: [11]), SignedStep(keys: [11, 12, 13], threshold: 2, signers: [11, 12])]),
    RotationCase(
      testDescription: "a lower threshold",
      steps: [
        SignedStep(keys: [11, 12, 13], threshold: 2, signers: [11, 12]), SignedStep(keys: [11, 12, 13], threshold: 1, signers: [11, 12]),
        SignedStep(keys: [11, 12, 13], threshold: 1, signers: [13]),
      ]),
    RotationCase(
      testDescription: "not signed with the old key",
      steps: [SignedStep(keys: [11], threshold: 1, signers: [11]), SignedStep(keys: [12], threshold: 1, signers: [12, 13], isTaken: false)]),
    RotationCase(
      testDescription: "not signed with the new key",
      steps: [SignedStep(keys: [11], threshold: 1, signers: [11]), SignedStep(keys: [12], threshold: 1, signers: [11, 13], isTaken: false)]),
    RotationCase(
      testDescription: "too few of the new keys",
      steps: [
        SignedStep(keys: [10, 11, 12, 13, 14], threshold: 3, signers: [10, 12, 14]),
        SignedStep(keys: [10, 11, 13, 14, 15], threshold: 3, signers: [10, 12, 14], isTaken: false),
      ]),
    RotationCase(
      testDescription: "too few of the old keys",
      steps: [
        SignedStep(keys: [10, 11, 12, 13, 14], threshold: 3, signers: [10, 12, 14]),
        SignedStep(keys: [10, 11, 13, 14, 15], threshold: 3, signers: [10, 14, 15], isTaken: false),
      ]),
    RotationCase(
      testDescription: "a higher threshold that is not reached",
      steps: [
        SignedStep(keys: [11, 12, 13], threshold: 1, signers: [11]), SignedStep(keys: [11, 12, 13], threshold: 2, signers: [12], isTaken: false),
      ]),
    RotationCase(
      testDescription: "a lower threshold with too few for the old one",
      steps: [
        SignedStep(keys: [11, 12, 13], threshold: 2, signers: [11, 12]), SignedStep(keys: [11, 12, 13], threshold: 1, signers: [11], isTaken: false),
      ]),
  ]

  @Test(arguments: roots)
  func t2RootsAreTakenOneByOneWithBothSetsOfKeys(_ rotation: RotationCase) async throws {
    var scene = try Scene()
    var repository = Repository(keys: Scene.topKeys, expires: Scene.expires)
    for step in rotation.steps {
      repository.roles[.root] = step.draft
      try repository.publish([.root])
    }
    try repository.publish([.targets, .snapshot, .timestamp])
    scene.repository = repository
    scene.fetcher.serve(repository)
    try scene.store.begin(root: repository.metadata["1.root.json"] ?? [])
    let isTaken = rotation.steps.last?.isTaken == true
    #expect(await scene.refresh()?.kind == (isTaken ? nil : .notSigned))
    let last = isTaken ? rotation.steps.count : rotation.steps.count - 1
    #expect(scene.stored(.root) == repository.metadata["\(last).root.json"])
    #expect(scene.version(.timestamp) == (isTaken ? 1 : nil))
    #expect(scene.trace.violations == [])
  }

  @Test(
    arguments: [ExactText.timestamp, .snapshot, .targets],
    [
      SignedStep(keys: [12], threshold: 1, signers: [12]),
      SignedStep(keys: [11], threshold: 1, signers: [13, 11, 14]),
      SignedStep(keys: [12], threshold: 1, signers: [11, 13, 14], isTaken: false),
      SignedStep(keys: [10, 11, 13, 14, 15], threshold: 3, signers: [10, 12, 14], isTaken: false),
      SignedStep(keys: [10, 11, 13, 14, 15], threshold: 3, signers: [10, 14], isTaken: false),
      SignedStep(keys: [10, 11, 12, 13, 14], threshold: 3, signers: [12, 13, 14]),
      SignedStep(keys: [10, 11], threshold: 3, signers: [10, 11], isTaken: false),
    ])
  func t1OtherRolesNeedAThresholdOfTheRootsKeys(_ role: ExactText, _ step: SignedStep) async throws {
    var scene = try Scene()
    scene.repository.roles[role] = step.draft
    try scene.publish(.root, .targets, .snapshot, .timestamp)
    #expect(await scene.refresh()?.kind == (step.isTaken ? nil : .notSigned))
    #expect((scene.version(role) == nil) == !step.isTaken)
  }

  @Test func t5RootStepsAreBoundedAndTheNextUpdateGoesOn() async throws {
    var scene = try Scene()
    for _ in 0..<5 { try scene.publish(.root) }
    scene.limits.rootSteps = 3
    #expect(await scene.refresh() == nil)
    #expect(scene.version(.root) == 4)
    #expect(await scene.refresh() == nil)
    #expect(scene.version(.root) == 6)
  }

  @Test func t2ExpiredRootsOnTheWayAreTaken() async throws {
    var scene = try Scene()
    scene.repository.expires[.root] = Scene.start + .seconds(-86_400)
    try scene.publish(.root)
    scene.repository.expires[.root] = Scene.expires
    try scene.publish(.root)
    #expect(await scene.refresh() == nil)
    #expect(scene.version(.root) == 3)
  }

  @Test func t1AWrongSignatureBesideEnoughRightOnesDoesNoHarm() async throws {
    var scene = try Scene()
    scene.repository.roles[.timestamp] = RoleDraft(keys: [Scene.key(11), Scene.key(12)])
    try scene.publish(.root)
    for text in ["", "zz", "00", String(repeating: "ab", count: 64)] {
      let signed = scene.repository.signed(.timestamp)
      let right = JSONValue.text(hexText(try Scene.key(12).signature(signed.canonical)))
      let signatures: JSONValue = [
        ["keyid": .text(Scene.key(11).keyID), "sig": .text(text)], ["keyid": .text(Scene.key(12).keyID), "sig": right],
        ["keyid": "unknown", "sig": ""],
      ]
      scene.fetcher.put(MemoryFetcher.metadataURL + "timestamp.json", (["signatures": signatures, "signed": signed] as JSONValue).document)
      #expect(await scene.refresh() == nil, "signature '\(text)'")
    }
  }

  @Test func t1KeysOfUnknownTypesAreOverlooked() async throws {
    var scene = try Scene()
    try scene.forge(.root, version: 2) { root in
      root["keys"]?["future"] = ["keytype": "lattice", "scheme": "future-1", "keyval": ["public": "x"]]
      root["keys"]?["nothing"] = ["keytype": "ed25519", "scheme": "ed25519", "keyval": [:]]
      root["keys"]?["broken"] = ["keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": ["public": "-----BEGIN PUBLIC KEY-----\nAA\n"]]
      root["roles"]?["timestamp"] = ["threshold": 1, "keyids": ["future", "nothing", "broken", .text(Scene.key(2).keyID), "missing"]]
    }
    #expect(await scene.refresh() == nil)
    #expect(scene.version(.root) == 2)
  }
}
