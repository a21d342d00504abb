import Releases
import Testing
import World

@Suite struct ManifestTests {
  static let digest = String(repeating: "ab", count: 32)
  static func file(_ path: String, length: String = "10", mode: String = "0755", sha256: String = digest) -> String {
    #"{"path":"\#(path)","sha256":"\#(sha256)","length":\#(length),"mode":"\#(mode)"}"#
  }
  static func text(
    format: String = "1", version: String = "4.370.0.1227", platform: String = #"{"os":"linux","arch":"x86_64"}"#, floors: String = "[]",
    program: String = "bin/connectord", more: String = "", files: [String] = [file("bin/connectord"), file("etc/d.yaml", mode: "0644")]
  ) -> String {
    #"{"format":\#(format),"version":"\#(version)","bootstrapper":"6.109.0.1227","platform":\#(platform),"floors":\#(floors),"#
      + #""program":"\#(program)","default-configuration":"etc/d.yaml"\#(more),"files":[\#(files.joined(separator: ","))]}"#
  }
  static func refusal(_ text: String, _ limits: ReleaseManifest.Limits = .init()) -> ManifestError? {
    do throws(ManifestError) { _ = try ReleaseManifest(parsing: Array(text.utf8), limits: limits) } catch { return error }
    return nil
  }

  @Test func aManifestIsReadAndWrittenBack() throws {
    let manifest = try ReleaseManifest(parsing: Array(Self.text(floors: #"["4.1.0.0","4.20.0.0"]"#, more: #","state-format":7"#).utf8))
    #expect(manifest.version == ReleaseVersion(4, 370, 0, 1227))
    #expect(manifest.floors == [ReleaseVersion(4, 1, 0, 0), ReleaseVersion(4, 20, 0, 0)])
    #expect(manifest.stateFormat == 7)
    #expect(manifest.files[0].mode == 0o755)
    #expect(manifest.totalLength == 20)
    #expect(manifest.folders == ["bin", "etc"])
    #expect(try ReleaseManifest(parsing: manifest.json) == manifest)
  }

  @Test(arguments: [
    (text(format: "2"), "format"), (text(version: "4.370.0"), "version"), (text(version: "4.370.0.01"), "version"),
    (text(version: "4.370.0.-1"), "version"), (text(platform: #"{"os":"plan9","arch":"x86_64"}"#), "platform.os"),
    (text(platform: #"{"os":"linux","arch":"vax"}"#), "platform.arch"), (text(platform: #"{"os":"linux"}"#), "platform.arch"),
    (text(floors: #"["4.370.0.1227"]"#), "floors[0]"), (text(floors: #"["4.2.0.0","4.1.0.0"]"#), "floors[1]"), (text(floors: "[4]"), "floors[0]"),
    (text(program: "bin/other"), "program"), (text(program: "etc/d.yaml"), "program"), (text(more: #","state-format":-1"#), "state-format"),
    (text(more: #","state-format":1.5"#), "state-format"), (text(more: #","extra":1"#), "extra"), (text(more: #","format":1"#), "byte"),
    (text(files: []), "files"), (text(files: [file("bin/connectord")]), "default-configuration"),
    (text(files: [file("bin/connectord", length: "-1")]), "files[0].length"), (text(files: [file("bin/connectord", mode: "4755")]), "files[0].mode"),
    (text(files: [file("bin/connectord", mode: "0777")]), "files[0].mode"), (text(files: [file("bin/connectord", mode: "0100")]), "files[0].mode"),
    (text(files: [file("bin/connectord", sha256: "ABCD")]), "files[0].sha256"), ("[]", "whole"), ("{", "byte"), ("", "byte"), (text() + "x", "byte"),
    (#"{"a":"\u0000"}"#, "a"), (text(program: #"bin/\u0000"#), "program"), (String(repeating: "[", count: 100), "byte"),
    (#"{"format":1}"#, "version"),
  ])
  func whatIsWrongIsNamed(_ text: String, _ field: String) {
    let error = Self.refusal(text)
    #expect(error?.field.hasPrefix(field) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    "../x", "a/../b", "/etc/passwd", "a//b", "a/", "./a", "a/.", "", #"a\b"#, "a\u{e9}", "a b", "a\n", "release.json", "RELEASE.json",
    String(repeating: "a/", count: 16) + "a", String(repeating: "x", count: 129), ".a.write~",
  ])
  func hostilePathsAreRefused_L1(_ path: String) { #expect(ReleasePath.problem(path) != nil) }

  @Test(arguments: ["bin/connectord", "lib/libfoo.so.1", ".hidden", "a+b@c_d-e", "a/b.json"])
  func plainPathsAreNot(_ path: String) { #expect(ReleasePath.problem(path) == nil) }

  @Test(arguments: [["a", "a"], ["a", "A"], ["bin", "bin/x"], ["bin/x", "BIN"], ["lib/x", "LIB/y"], ["a/b/c", "a/B/d"]])
  func pathsThatClashAreRefused(_ paths: [String]) { #expect(ReleasePath.clash(paths) != nil) }

  @Test func tooMuchIsRefused() {
    var limits = ReleaseManifest.Limits()
    limits.files = 1
    #expect(Self.refusal(Self.text(), limits)?.field == "files")
    limits = .init()
    limits.totalLength = 19
    #expect(Self.refusal(Self.text(), limits)?.field == "files[1].length")
    limits = .init()
    limits.fileLength = 9
    #expect(Self.refusal(Self.text(), limits)?.field == "files[0].length")
    limits = .init()
    limits.manifestBytes = 10
    #expect(Self.refusal(Self.text(), limits)?.field == "whole")
  }

  @Test func versionsCompareAsNumbers() {
    let texts = ["0.0.0.1", "4.9.0.0", "4.10.0.0", "4.354.0.60932", "4.370.0.1227", "6.96.0.61152", "6.109.0.1227"]
    let versions = texts.compactMap { ReleaseVersion($0) }
    #expect(versions.count == texts.count && versions == versions.sorted() && versions.map(\.description) == texts)
    for bad in ["", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", "1.2.3.4 ", "+1.2.3.4", "1.2.3.1234567890", "1..3.4"] {
      #expect(ReleaseVersion(bad) == nil)
    }
  }

  @Test func slotNamesAreExact() throws {
    let name = SlotName(ReleaseVersion(4, 1, 0, 0), ContentDigest(Self.digest)!)
    #expect(name.description == "4.1.0.0-abababababab" && SlotName(name.description) == name)
    for bad in ["4.1.0.0", "4.1.0.0-", "4.1.0.0-ABABABABABAB", "4.1.0.0-abababababab-1", "../4.1.0.0-abababababab"] { #expect(SlotName(bad) == nil) }
  }

  /// T7 and T8, floors, FIPS.
  @Test func whatStandsAgainstAnUpdate_T7_T8() throws {
    let manifest = try ReleaseManifest(parsing: Array(Self.text(version: "6.0.0.0", floors: #"["5.0.0.0","5.50.0.0"]"#).utf8))
    let here = ReleasePlatform(os: "linux", arch: "x86_64")
    func refusal(_ current: String, isFIPS: Bool = false, on platform: ReleasePlatform? = nil) -> UpdateRefusal? {
      UpdateRule.refusal(of: manifest, after: ReleaseVersion(current)!, on: platform ?? here, isFIPS: isFIPS)
    }
    #expect(refusal("5.50.0.0") == nil)
    #expect(refusal("4.9.0.0") == .floor(ReleaseVersion(5, 0, 0, 0)))
    #expect(refusal("5.0.0.0") == .floor(ReleaseVersion(5, 50, 0, 0)))
    #expect(refusal("6.0.0.0") == .runsAlready(ReleaseVersion(6, 0, 0, 0)))
    #expect(refusal("6.0.0.1") == .older(manifest.version, than: ReleaseVersion(6, 0, 0, 1)))
    #expect(refusal("5.101.9.9", isFIPS: true) == .tooOldForFIPS(ReleaseVersion(5, 101, 9, 9)))
    #expect(refusal("5.101.9.9", isFIPS: true)?.description.contains("Reinstall: remove this connector from its resource location") == true)
    #expect(refusal("5.102.0.0", isFIPS: true) == nil)
    #expect(refusal("5.50.0.0", on: ReleasePlatform(os: "linux", arch: "aarch64"))?.description.contains("this machine is linux/aarch64") == true)
  }
}
