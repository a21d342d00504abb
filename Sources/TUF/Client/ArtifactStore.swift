package import StrictJSON
import TrustCheckers
package import World

/// Downloaded targets on disk, one file for each target path, named by the whole path quoted.
package struct ArtifactStore: Sendable {
  package enum Outcome: Hashable, Sendable {
    /// The file was there and is what the metadata says.
    case present(path: String)
    case downloaded(path: String)
  }

  package let files: any Files
  package let directory: String

  package init(files: any Files, directory: String) {
    self.files = files
    self.directory = directory
  }

  package func path(_ target: ExactText) -> String { directory + "/" + Quoting.fileName(target) }

  /// T1: whether the file on disk is the target. Reads it piece by piece.
  package func holds(_ target: TargetFile) throws(TrustError) -> Bool { digest(of: target) != nil }

  /// Of the file on disk, where it is the target.
  private func digest(of target: TargetFile) -> RunningDigest? {
    do throws(FileError) {
      guard let info = try files.info(path(target.path)), !info.isDirectory, info.size == target.length else { return nil }
      let reader = try files.reader(of: path(target.path))
      var digest = RunningDigest(target.content.algorithms)
      while true {
        let piece = try reader.read(upTo: 1 << 18)
        if piece.isEmpty { break }
        piece.withUnsafeBytes { digest.update($0) }
      }
      return (try? target.content.verify(digest, target.path)) == nil ? nil : digest
    } catch {
      // What cannot be read, such as a symbolic link, is not the target; writing it anew says what is wrong, if anything is.
      return nil
    }
  }

  /// T1, T5: gets the target, hashing it on its way to the disk, and gives it its name only once length and hashes are those of `target`. Until
  /// then, and when anything fails, what was there before stays.
  ///
  /// - Parameters:
  ///   - consistent: whether the repository names files after their hashes (`TrustClient.isConsistent`).
  ///   - client: whose observer is told what is read, checked and named.
  package func download(
    _ target: TargetFile, baseURL: String, consistent: Bool, fetcher: any RepositoryFetcher, limits: TrustLimits, for client: TrustClient? = nil
  ) async throws(TrustError) -> Outcome {
    let path = path(target.path)
    if let digest = digest(of: target) {
      client?.tell(.artifactVerified(TrustFact.Target(target.path, counted: digest, target.content.algorithms)))
      return .present(path: path)
    }
    guard target.length <= limits.artifactBytes else {
      throw TrustError(.wrongLength, target.path, "it is listed with \(target.length) bytes; at most \(limits.artifactBytes) are accepted")
    }
    guard !target.content.algorithms.isEmpty else {
      throw TrustError(.wrongHash, target.path, "none of the listed hashes is SHA-256 or SHA-512")
    }
    let sink = try sink(target, path)
    let hash = consistent ? target.content.hashes?.first?.text : nil
    let request = FetchRequest(url: TrustClient.withSlash(baseURL) + Quoting.requestedPath(target.path, hash: hash), limit: target.length)
    defer {
      client?.tell(
        .read(
          TrustFact.Read(
            Quoting.fileName(target.path), bytes: sink.count, limit: target.length, listed: target.length, setting: limits.artifactBytes)))
    }
    do throws(FetchError) {
      try await fetcher.fetch(request, to: sink)
    } catch {
      sink.discard()
      throw TrustError.fetch(target.path, error)
    }
    try sink.finish(target, client)
    return .downloaded(path: path)
  }

  private func sink(_ target: TargetFile, _ path: String) throws(TrustError) -> ArtifactSink {
    do throws(FileError) {
      try files.makeDirectory(directory, mode: 0o755)
      return ArtifactSink(try files.writer(to: path, mode: 0o644), RunningDigest(target.content.algorithms))
    } catch {
      throw TrustError.disk(target.path, error)
    }
  }
}

/// Hashes an artifact on its way to the disk.
///
/// Unchecked: the fetcher calls it from one place at a time and not after it returned, so writer and digest are never used by two.
private final class ArtifactSink: ByteSink, @unchecked Sendable {
  private let writer: any FileWriter
  private var digest: RunningDigest

  init(_ writer: any FileWriter, _ digest: RunningDigest) {
    self.writer = writer
    self.digest = digest
  }

  func take(_ bytes: UnsafeRawBufferPointer) throws(FetchError) {
    digest.update(bytes)
    do throws(FileError) { try writer.write(bytes) } catch { throw FetchError(.sink, error.description) }
  }

  func discard() { writer.discard() }

  var count: Int64 { digest.count }

  func finish(_ target: TargetFile, _ client: TrustClient?) throws(TrustError) {
    do throws(TrustError) {
      try target.content.verify(digest, target.path)
    } catch {
      writer.discard()
      throw error
    }
    client?.tell(.artifactVerified(TrustFact.Target(target.path, counted: digest, target.content.algorithms)))
    do throws(FileError) {
      try writer.commit(step: "tuf.artifact")
      client?.tell(.artifactActivated(TrustFact.Target(target.path, counted: digest, target.content.algorithms)))
    } catch {
      writer.discard()
      throw TrustError.disk(target.path, error)
    }
  }
}
