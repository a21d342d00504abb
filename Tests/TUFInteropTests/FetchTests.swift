import Foundation
import TUF
import TUFFetch
import Testing

/// The HTTP adapter against a real server.
@Suite(.enabled(if: PythonTUF.isThere, "needs python-tuf; .ci/python-tuf says why it is not there"), .serialized)
struct FetchTests {
  private func served() throws -> ServedFolder {
    let served = try ServedFolder()
    try FileManager.default.createDirectory(atPath: served.path + "/metadata", withIntermediateDirectories: true)
    try Data(repeating: 7, count: 100_000).write(to: URL(filePath: served.path + "/metadata/file"))
    try served.serve()
    return served
  }

  private func get(_ url: String, limit: Int64 = 1 << 20, _ fetcher: CurlFetcher = CurlFetcher()) async -> Result<Int, FetchError> {
    let sink = MemorySink()
    do throws(FetchError) {
      try await fetcher.fetch(FetchRequest(url: url, limit: limit), to: sink)
      return .success(sink.bytes.count)
    } catch {
      return .failure(error)
    }
  }

  @Test func t5ExactlyTheLimitIsAcceptedAndOneByteMoreIsNot() async throws {
    let served = try served()
    #expect(try await get(served.url + "/metadata/file", limit: 100_000).get() == 100_000)
    #expect(await get(served.url + "/metadata/file", limit: 99_999).kind == .tooLong)
    #expect(await get(served.url + "/endless/", limit: 1_000_000).kind == .tooLong)
  }

  @Test func nothingIsTriedAgainAndTheAnswerIsNamed() async throws {
    let served = try served()
    for (path, kind) in [
      ("/status/404", FetchError.Kind.notThere), ("/status/403", .notThere), ("/status/500", .status(500)), ("/metadata/none", .notThere),
    ] {
      #expect(await get(served.url + path).kind == kind)
      #expect(served.takeRequests() == [path])
    }
  }

  @Test func aRedirectIsFollowedWithinItsSchemeOnly() async throws {
    let served = try served()
    // The redirect's own page counts for nothing.
    #expect(try await get(served.url + "/redirect/metadata/file", limit: 100_000).get() == 100_000)
    #expect(await get(served.url + "/away/file").kind == .unreachable)
  }

  @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", "", "http://", "127.0.0.1", "http://[::1", "http://127.0.0.1:1/x", "https://\u{1}"])
  func otherAddressesAreRefused(_ url: String) async { #expect(await get(url).kind == .unreachable) }

  @Test func t5AServerThatDripsIsGivenUp() async throws {
    let served = try served()
    var settings = FetchSettings()
    settings.floorWindow = .seconds(1)
    #expect(await get(served.url + "/drip/", CurlFetcher(settings)).kind == .tooSlow)
  }

  @Test func aCancelledRequestEnds() async throws {
    let served = try served()
    let url = served.url + "/drip/"
    let task = Task { await get(url) }
    task.cancel()
    #expect(await task.value.kind == .cancelled)
  }

  /// Names reach the server as they were quoted: dots are not resolved.
  @Test func pathsReachTheServerAsTheyAre() async throws {
    let served = try served()
    _ = await get(served.url + "/metadata/a/../b%2F..%2Fc")
    #expect(served.takeRequests() == ["/metadata/a/../b%2F..%2Fc"])
  }
}

extension Result where Failure == FetchError {
  var kind: FetchError.Kind? {
    if case .failure(let error) = self { return error.kind }
    return nil
  }
}
