import StrictJSON
import World

extension ReleaseManifest {
  /// Reads a manifest strictly: every field checked, none unknown, none missing.
  package init(parsing bytes: [UInt8], limits: Limits = Limits()) throws(ManifestError) {
    guard bytes.count <= limits.manifestBytes else {
      throw ManifestError(field: "whole", expected: "at most \(limits.manifestBytes) bytes; got \(bytes.count)")
    }
    let known = [
      "format", "version", "bootstrapper", "platform", "floors", "program", "default-configuration", "state-format", "files",
    ]
    let top = try Fields(try Self.document(bytes).top, at: "whole", known: known)
    guard try top.integer("format") == 1 else { throw ManifestError(field: "format", expected: "1; this connector reads no other") }
    version = try top.version("version")
    bootstrapper = try top.version("bootstrapper")
    platform = try Self.platform(top)
    floors = try Self.floors(top, below: version, limits)
    files = try Self.files(top, limits)
    program = try top.string("program")
    defaultConfiguration = try top.string("default-configuration")
    stateFormat = top.has("state-format") ? Int(try top.integer("state-format", in: 0...1_000_000)) : nil
    let (program, configuration) = (program, defaultConfiguration)
    guard let file = files.first(where: { $0.path == program }), file.mode & 0o100 != 0 else {
      throw ManifestError(field: "program", expected: "the path of an executable one of the files; got '\(program.prefix(80))'")
    }
    guard files.contains(where: { $0.path == configuration }) else {
      throw ManifestError(field: "default-configuration", expected: "the path of one of the files; got '\(configuration.prefix(80))'")
    }
  }

  /// Eight levels are more than a manifest has.
  private static func document(_ bytes: [UInt8]) throws(ManifestError) -> JSONTree {
    do throws(JSONError) { return try JSONTree.parse(bytes, limits: JSONLimits(depth: 8)) } catch {
      throw ManifestError(field: "byte \(error.offset)", expected: "a JSON document that can be accepted; \(error.detail)")
    }
  }

  private static func platform(_ top: Fields) throws(ManifestError) -> ReleasePlatform {
    let fields = try top.object("platform", known: ["os", "arch"])
    let platform = ReleasePlatform(os: try fields.string("os"), arch: try fields.string("arch"))
    guard ReleasePlatform.knownSystems.contains(platform.os) else {
      throw ManifestError(field: "platform.os", expected: ReleasePlatform.knownSystems.joined(separator: " or "))
    }
    guard ReleasePlatform.knownArchitectures.contains(platform.arch) else {
      throw ManifestError(field: "platform.arch", expected: ReleasePlatform.knownArchitectures.joined(separator: " or "))
    }
    return platform
  }

  private static func floors(_ top: Fields, below version: ReleaseVersion, _ limits: Limits) throws(ManifestError) -> [ReleaseVersion] {
    let items = try top.array("floors", atMost: limits.floors)
    var floors: [ReleaseVersion] = []
    for (index, item) in items.enumerated() {
      let field = "floors[\(index)]"
      guard let text = item.text, let floor = ReleaseVersion(text) else {
        throw ManifestError(field: field, expected: "a version such as 4.370.0.1227")
      }
      guard floor < version else { throw ManifestError(field: field, expected: "a version below \(version); got \(floor)") }
      if let last = floors.last, floor <= last { throw ManifestError(field: field, expected: "ascending versions; \(floor) follows \(last)") }
      floors.append(floor)
    }
    return floors
  }

  private static func files(_ top: Fields, _ limits: Limits) throws(ManifestError) -> [File] {
    let items = try top.array("files", atMost: limits.files)
    guard !items.isEmpty else { throw ManifestError(field: "files", expected: "at least one file") }
    var files: [File] = []
    var total: Int64 = 0
    for (index, item) in items.enumerated() {
      let field = "files[\(index)]"
      let fields = try Fields(item, at: field, known: ["path", "sha256", "length", "mode"])
      let path = try fields.string("path")
      if let problem = ReleasePath.problem(path) {
        throw ManifestError(field: field + ".path", expected: "a plain relative path; '\(path.prefix(80))' is refused: \(problem)")
      }
      guard let digest = ContentDigest(try fields.string("sha256")) else {
        throw ManifestError(field: field + ".sha256", expected: "64 lower-case hexadecimal digits")
      }
      let length = try fields.integer("length", in: 0...limits.fileLength)
      total += length
      guard total <= limits.totalLength else { throw ManifestError(field: field + ".length", expected: "at most \(limits.totalLength) bytes in all") }
      files.append(File(path: path, sha256: digest, length: length, mode: try mode(fields, field)))
    }
    if let (path, problem) = ReleasePath.clash(files.map(\.path)) {
      throw ManifestError(field: "files", expected: "paths that name different places; '\(path.prefix(80))' is refused: \(problem)")
    }
    return files
  }

  private static func mode(_ fields: Fields, _ field: String) throws(ManifestError) -> UInt32 {
    let text = try fields.string("mode")
    guard text.utf8.count == 4, text.utf8.first == 48, let mode = UInt32(text, radix: 8), mode & ~0o755 == 0, mode & 0o400 != 0 else {
      throw ManifestError(
        field: field + ".mode", expected: "octal permission bits such as 0644 or 0755, readable by the owner and writable by nobody else")
    }
    return mode
  }
}

/// One object of the manifest, with its place for the messages.
private struct Fields {
  private let place: String
  private let object: JSONView

  init(_ value: JSONView, at place: String, known: [String]) throws(ManifestError) {
    guard value.isObject else { throw ManifestError(field: place, expected: "an object; got \(value.kind)") }
    if let unknown = value.members.compactMap(\.name.text).filter({ !known.contains($0) }).min() {
      let field = (place == "whole" ? "" : place + ".") + unknown.prefix(40)
      throw ManifestError(field: field, expected: "one of the fields \(known.joined(separator: ", "))")
    }
    self.place = place
    object = value
  }

  private func name(_ field: String) -> String { place == "whole" ? field : "\(place).\(field)" }
  func has(_ field: String) -> Bool { object[field] != nil }

  private func value(_ field: String) throws(ManifestError) -> JSONView {
    guard let value = object[field] else { throw ManifestError(field: name(field), expected: "a value; it is missing") }
    return value
  }

  func string(_ field: String) throws(ManifestError) -> String {
    let found = try value(field)
    guard let text = found.text else { throw ManifestError(field: name(field), expected: "a text; got \(found.kind)") }
    return text
  }

  func version(_ field: String) throws(ManifestError) -> ReleaseVersion {
    guard let version = ReleaseVersion(try string(field)) else {
      throw ManifestError(field: name(field), expected: "a version of four numbers such as 4.370.0.1227")
    }
    return version
  }

  func integer(_ field: String, in range: ClosedRange<Int64> = 0...Int64.max) throws(ManifestError) -> Int64 {
    guard let number = try value(field).integer, range.contains(number) else {
      throw ManifestError(field: name(field), expected: "a whole number of \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func array(_ field: String, atMost count: Int) throws(ManifestError) -> [JSONView] {
    let found = try value(field)
    guard found.isArray else { throw ManifestError(field: name(field), expected: "a list; got \(found.kind)") }
    guard found.count <= count else { throw ManifestError(field: name(field), expected: "at most \(count) entries; got \(found.count)") }
    return Array(found.elements)
  }

  func object(_ field: String, known: [String]) throws(ManifestError) -> Fields { try Fields(try value(field), at: name(field), known: known) }
}
