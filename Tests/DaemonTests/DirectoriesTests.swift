import Foundation
import Testing

@testable import Daemon

@Suite struct DirectoriesTests {
  private let text: String

  init() throws {
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    text = try String(contentsOf: checkout.appending(path: "config/directory.yaml"), encoding: .utf8)
  }

  @Test func manyConnectorsReadOneDescriptionOnce() async throws {
    let directories = Directories()
    let text = text
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...20 { group.addTask { _ = try directories.directory(text, file: "d.yaml", joinedDomain: "forest1.local") } }
      try await group.waitForAll()
    }
    #expect(directories.readings == 1)
    // Each is joined to a domain of its own.
    _ = try directories.directory(text, file: "d.yaml", joinedDomain: nil)
    #expect(throws: (any Error).self) { _ = try directories.directory(text, file: "d.yaml", joinedDomain: "nowhere.local") }
    #expect(directories.readings == 1)
  }

  @Test func aChangedDescriptionIsReadAnew() throws {
    let directories = Directories()
    _ = try directories.directory(text, file: "d.yaml", joinedDomain: nil)
    #expect(throws: (any Error).self) { _ = try directories.directory("forests: 1", file: "d.yaml", joinedDomain: nil) }
    _ = try directories.directory(text + "\n# another\n", file: "d.yaml", joinedDomain: nil)
    #expect(directories.readings == 3)
  }
}
