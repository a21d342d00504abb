import Foundation
import StrictJSON
import TUF
import TUFRepository
import Testing
import World

/// Repositories that we made, read by python-tuf's client.
@Suite(.enabled(if: PythonTUF.isThere, "needs python-tuf; .ci/python-tuf says why it is not there"), .serialized)
struct OurRepositoryTests {
  static let expires = WallTime(seconds: 3_700_000_000)

  private func publish(_ repository: Repository, _ served: ServedFolder) throws {
    for (folder, files) in [("metadata", repository.metadata), ("targets", repository.artifacts)] {
      for (name, bytes) in files {
        // The server unquotes the paths of targets.
        let place = URL(filePath: served.path + "/" + folder + "/" + (folder == "targets" ? name.removingPercentEncoding ?? name : name))
        try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: place)
      }
    }
  }

  /// Each role with every kind of key, all needed.
  private func repository(consistent: Bool) throws -> Repository {
    let kinds = { () throws in [SigningKey.ed25519(), .p256(), try .rsa()] }
    let keys = try kinds()
    var repository = Repository(keys: [.root: keys[0], .timestamp: keys[0], .snapshot: keys[0], .targets: keys[0]], expires: Self.expires)
    for role in [ExactText.root, .timestamp, .snapshot, .targets] { repository.roles[role] = RoleDraft(keys: keys, threshold: 3) }
    repository.consistentSnapshot = consistent
    repository.listsHashes = true
    repository.rootExtras = ["x-odd": ["é": "quote \" back \\ \u{01}\u{7f}😀", "n": [1, -2, .null, true]]]
    repository.addTarget("dir/file.txt", Array("a file".utf8), algorithms: [.sha512], custom: ["build": 7])
    let lower = try kinds()
    repository.delegate(
      .roles([
        DelegationDraft("docs", RoleDraft(keys: lower, threshold: 2), paths: .patterns(["docs/*.md"])),
        DelegationDraft(
          "../odd ?#role", RoleDraft(keys: [lower[1]]), paths: .hashPrefixes((0..<16).map { String($0, radix: 16) }), isTerminating: true),
      ]), expires: Self.expires)
    repository.addTarget("docs/readme.md", Array("read me".utf8), role: "docs")
    repository.delegate(from: "../odd ?#role", .bins(RoleDraft(keys: [lower[0]]), bits: 3, prefix: "bin"), expires: Self.expires)
    let bin = Digests.sha256(Array("anything".utf8))[0] >> 5
    repository.addTarget("anything", Array("in a bin".utf8), role: HashBins.name("bin", bits: 3, number: UInt32(bin)))
    try repository.publishAll()
    return repository
  }

  @Test(arguments: [true, false])
  func pythonTUFReadsWhatWePublish(_ consistent: Bool) throws {
    let served = try ServedFolder()
    var repository = try repository(consistent: consistent)
    try publish(repository, served)
    try Data(repository.metadata["1.root.json"] ?? []).write(to: URL(filePath: served.path + "/root.json"))
    try served.serve()
    let names = ["dir/file.txt", "docs/readme.md", "anything"]
    let downloads = served.path + "/downloads"
    func client() throws -> [String: Int] {
      let text = try PythonTUF.run(
        try #require(PythonTUF.python), [PythonTUF.tool, "client", downloads, served.url, served.path + "/root.json"] + names)
      return try JSONDecoder().decode([String: Int].self, from: Data(text.utf8))
    }
    #expect(try client() == ["root": 1, "timestamp": 1, "snapshot": 1, "targets": 1])
    for (name, content) in [("dir%2Ffile.txt", "a file"), ("docs%2Freadme.md", "read me"), ("anything", "in a bin")] {
      #expect(try String(contentsOfFile: downloads + "/" + name, encoding: .utf8) == content)
    }
    // Every key of the root for another; the old ones sign the change.
    let old = repository.roles[.root]?.keys ?? []
    let new = [SigningKey.ed25519(), .p256(), try .rsa()]
    repository.roles[.root] = RoleDraft(keys: new, threshold: 3, signers: new + old)
    try repository.publish([.root])
    repository.roles[.root]?.signers = nil
    try repository.publish([.root, .targets, .snapshot, .timestamp])
    try publish(repository, served)
    #expect(try client() == ["root": 3, "timestamp": 2, "snapshot": 2, "targets": 2])
  }
}
