package import CloudAPI
package import World

/// Reads the client secret from its file.
package enum ClientSecret {
  /// Throws `LinkFailure.wrongSecret` when it is missing, readable by others, empty or longer than 4096 bytes. White space around it is dropped.
  package static func read(_ path: String, from files: any Files) throws(LinkFailure) -> String {
    let bytes: [UInt8]
    do {
      guard let info = try files.info(path) else { throw LinkFailure(.wrongSecret, "the secret's file \(path) does not exist") }
      guard info.mode & 0o077 == 0 else {
        throw LinkFailure(
          .wrongSecret, "the secret's file \(path) has mode 0\(String(info.mode & 0o777, radix: 8)), others may read it; chmod 600 \(path)")
      }
      guard info.size <= 4_096 else {
        throw LinkFailure(.wrongSecret, "the secret's file \(path) has \(info.size) bytes, at most 4096 were expected")
      }
      bytes = try files.read(path)
    } catch let failure as LinkFailure { throw failure } catch {
      throw LinkFailure(.wrongSecret, "the secret cannot be read: \(error)")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let first = text.firstIndex(where: { !$0.isWhitespace }), let last = text.lastIndex(where: { !$0.isWhitespace }) else {
      throw LinkFailure(.wrongSecret, "the secret's file \(path) is empty")
    }
    return String(text[first...last])
  }
}
