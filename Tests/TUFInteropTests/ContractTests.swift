import Foundation
import Testing

/// The built program, called as the public conformance suite calls a client, against repositories and attacks that python-tuf signs.
@Suite(.enabled(if: PythonTUF.isThere, "needs python-tuf; .ci/python-tuf says why it is not there"), .serialized)
struct ContractTests {
  /// Where the test bundle lies, the programs lie too.
  static var program: String {
    URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "connectorctl").path
  }

  @Test func theProgramBehavesAsAConformingClient() throws {
    let script = PythonTUF.package.appending(path: "Tests/TUFInteropTests/Support/client_contract.py").path
    let process = Process()
    process.executableURL = URL(filePath: try #require(PythonTUF.python))
    process.arguments = [script, Self.program, "tuf"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    print(text.split(separator: "\n").last.map { String($0) } ?? "nothing was printed")
    #expect(process.terminationStatus == 0, "\(text.split(separator: "\n").filter { !$0.hasPrefix("ok ") }.joined(separator: "\n"))")
  }
}
