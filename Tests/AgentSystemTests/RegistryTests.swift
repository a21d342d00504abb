import AgentSystem
import Testing
import World

@Suite struct RegistryTests {
  @Test(arguments: [
    (#"HKLM\Software"#, true),
    (#"hklm\software\citrix\X"#, true),
    (#"HKLM\Control\Session Manager\PendingFileRenameOperations"#, true),
    ("HKLM", false),
    ("", false),
    (#"HKCU\Software"#, false),
    (#"HKLMX\Software"#, false),
    (#"HKLM\\Software"#, false),
    (#"HKLM\Software\"#, false),
    (#"HKLM\ Software"#, false),
    (#"HKLM\Software "#, false),
    (#"HKLM\a/../b"#, false),
    ("HKLM\\a\u{0}b", false),
    ("HKLM\\a\nb", false),
    ("HKLM\\Käse", false),
    ("HKLM\\" + String(repeating: "a", count: 64), true),
    ("HKLM\\" + String(repeating: "a", count: 65), false),
    ("HKLM" + String(repeating: "\\a", count: 15), true),
    ("HKLM" + String(repeating: "\\a", count: 16), false),
    ("HKLM" + String(repeating: "\\" + String(repeating: "b", count: 60), count: 7), false),
  ])
  func syntax(_ text: String, _ isValid: Bool) {
    #expect(((try? RegistryPath(text)) != nil) == isValid, "\(text)")
    if !isValid { #expect(throws: RegistryPathError.self) { try RegistryPath(text) } }
  }

  @Test func pathsKeepTheirCaseAndIgnoreIt() throws {
    let (a, b) = (try RegistryPath(#"HKLM\Software\Citrix"#), try RegistryPath(#"hklm\SOFTWARE\citrix"#))
    #expect(a == b)
    #expect(Set([a, b]).count == 1)
    #expect(b.text == #"hklm\SOFTWARE\citrix"#)
    #expect(try RegistryPath(#"HKLM\Software\CITRIX\x"#).isAtOrBelow(a))
    #expect(try !RegistryPath(#"HKLM\Software\CitrixOther"#).isAtOrBelow(a))
  }

  /// The documented names (facts/product.md 1.4).
  @Test func theDocumentedKeysAreKnown() {
    let known = Set(KnownRegistryKeys.all.map(\.path.text))
    let foundation = #"HKLM\Software\Citrix\CloudServices\AgentFoundation\"#
    let documented =
      ["Configured", "ImmediateUpgrade", "InMaintenance", "ServiceAddressFormat", "ServiceAddressFormatGlobal"].map { foundation + $0 }
      + ["Enabled", "IsElected", "OutageModeEntered"].map { #"HKLM\Software\Citrix\Broker\Service\State\LHC\"# + $0 }
      + [#"HKLM\Software\Citrix\CloudServices\Install\AgentSystem\ProductVersionBase"#]
    for text in documented { #expect(known.contains(text), "\(text)") }
  }

  @Test func theTableHoldsTogether() throws {
    #expect(Set(KnownRegistryKeys.all.map(\.path)).count == KnownRegistryKeys.all.count)
    for key in KnownRegistryKeys.all {
      #expect(try RegistryPath(key.path.text) == key.path, "\(key.path) must be a valid path")
      #expect(!key.meaning.isEmpty && !key.source.isEmpty)
      if let initial = key.initial { #expect(KnownRegistryKeys.refusal(of: initial, at: key.path) == nil) }
    }
  }

  @Test(
    arguments: [
      (.integer(1), nil),
      (.integer(2), .outOfRange),
      (.integer(-1), .outOfRange),
      (.string("1"), .wrongType),
      (.boolean(true), .wrongType),
    ] as [(RegistryValue, Refusal.Reason?)])
  func knownKeysEnforceTypeAndRange(_ value: RegistryValue, _ expected: Refusal.Reason?) {
    #expect(KnownRegistryKeys.refusal(of: value, at: KnownRegistryKeys.immediateUpgrade)?.reason == expected)
  }

  @Test func valuesAreLimited() {
    #expect(RegistryValue.string(String(repeating: "x", count: 4096)).fault == nil)
    #expect(RegistryValue.string(String(repeating: "x", count: 4097)).fault != nil)
    #expect(RegistryValue.strings(Array(repeating: "", count: 65)).fault != nil)
    #expect(RegistryValue.strings(Array(repeating: String(repeating: "x", count: 4096), count: 9)).fault != nil)
  }

  @Test func whatPeopleTypeIsRead() {
    #expect(RegistryValue("12", as: .integer) == .integer(12))
    #expect(RegistryValue("twelve", as: .integer) == nil)
    #expect(RegistryValue("On", as: .boolean) == .boolean(true))
    #expect(RegistryValue("maybe", as: .boolean) == nil)
    #expect(RegistryValue("a;b", as: .strings) == .strings(["a", "b"]))
    #expect(RegistryValue("", as: .strings) == .strings([]))
  }

  @Test func reasonsAreMadeSafe() {
    #expect(ReasonText("a\nb\u{1b}[31m\u{2028}c").text == "a b [31m c")
    #expect(ReasonText(String(repeating: "é", count: 150)).text.utf8.count == 200)
    #expect(ReasonText(exactly: "a\nb") == nil)
    #expect(ReasonText(exactly: String(repeating: "x", count: 201)) == nil)
  }

  @Test(arguments: [
    ("4.370.0.1227", true), ("0.0.0.0", true), ("1", false), ("1.2.3", false), ("01.2.3.4", false), ("1.2.3.4.5", false), ("1..2", false),
    ("", false), ("v1", false), ("1/2", false), ("٣", false),
  ])
  func versions(_ text: String, _ isValid: Bool) { #expect((ReleaseVersion(text) != nil) == isValid) }
}
