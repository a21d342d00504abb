import ControlAPI
import ControlServer
import EventCatalog
import Foundation
import Testing
import World

/// The socket's name in the file system.
@Suite(.timeLimit(.minutes(1))) struct SocketTests {
  let folder: Folder
  let stand: Stand

  init() throws {
    folder = try Folder()
    stand = Stand(in: folder)
  }

  private func mode(_ path: String) throws -> Int? { try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int }

  private func refusal(_ server: ControlServer) async -> ControlSocketError? {
    await #expect(throws: ControlSocketError.self) { try await server.run() }
  }

  @Test func onlyTheOwnerCanOpenIt() async throws {
    try await stand.serve(stand.server()) { [stand] in
      let info = try FileManager.default.attributesOfItem(atPath: stand.path)
      #expect(info[.posixPermissions] as? Int == 0o600)
      #expect(info[.type] as? FileAttributeType == .typeSocket)
    }
    #expect(!FileManager.default.fileExists(atPath: stand.path))
    #expect(try mode(stand.path + ".lock") == 0o600)
  }

  @Test func aSocketThatNobodyAnswersOnIsReplaced() async throws {
    do { _ = try Occupant(stand.path, listens: false) }
    #expect(FileManager.default.fileExists(atPath: stand.path))
    try await stand.serve(stand.server()) { [stand] in
      #expect(await stand.recorder.next(ControlEvents.staleSocketRemoved) == .controlStaleSocketRemoved(path: stand.path))
      let answer = try await blocking { try ControlClient(path: stand.path).ask(.version) }
      #expect(answer == .version(report: VersionReport(version: "9", boot: "b")))
    }
  }

  @Test func aSocketThatSomebodyAnswersOnIsNot() async throws {
    let other = try Occupant(stand.path, listens: true)
    #expect(await refusal(stand.server()) == .inUse(stand.path))
    #expect(throws: Never.self) { try RawPeer(stand.path) }
    withExtendedLifetime(other) {}
  }

  @Test func twoServersOnOnePath() async throws {
    try await stand.serve(stand.server()) { [stand] in
      let error = await #expect(throws: ControlSocketError.self) { try await stand.server().run() }
      #expect(error == .inUse(stand.path))
      let answer = try await blocking { try ControlClient(path: stand.path).ask(.version) }
      #expect(answer == .version(report: VersionReport(version: "9", boot: "b")))
    }
    // After the first has stopped there is room again.
    try await stand.serve(stand.server()) {}
  }

  @Test func aFileIsNotTouched() async throws {
    try Data("mine".utf8).write(to: URL(filePath: stand.path))
    #expect(await refusal(stand.server()) == .notASocket(stand.path))
    #expect(try Data(contentsOf: URL(filePath: stand.path)) == Data("mine".utf8))
  }

  @Test func aFolderThatOthersMayWriteToIsRefused() async throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    guard case .directory(_, let detail)? = await refusal(stand.server()) else { return #expect(Bool(false), "a refusal of the folder is expected") }
    #expect(detail.contains("others may write"))
  }

  @Test func aMissingFolderIsNamed() async throws {
    let server = ControlServer(path: folder.path + "/no/control.sock", software: "x", handler: stand.handler, events: stand.recorder)
    let error = await refusal(server)
    #expect(error?.description.contains(folder.path + "/no/control.sock") == true)
    #expect(error?.description.contains("No such file") == true)
  }

  @Test func aPathThatIsTooLongNamesTheLimit() async throws {
    let path = folder.path + "/" + String(repeating: "d", count: 120)
    let error = await refusal(ControlServer(path: path, software: "x", handler: stand.handler, events: stand.recorder))
    #expect(error?.description.contains("107") == true)
    #expect(error?.description.contains(path) == true)
  }

  @Test func clientsSayWhatIsMissing() throws {
    let none = #expect(throws: ControlClientError.self) { try ControlClient(path: stand.path) }
    #expect(none == .notRunning(path: stand.path, detail: "there is no such socket"))
    do { _ = try Occupant(stand.path, listens: false) }
    let dead = #expect(throws: ControlClientError.self) { try ControlClient(path: stand.path) }
    #expect(dead?.description.contains("nobody listens") == true)
    let file = folder.path + "/file"
    try Data().write(to: URL(filePath: file))
    #expect(throws: ControlClientError.self) { try ControlClient(path: file) }
  }
}
