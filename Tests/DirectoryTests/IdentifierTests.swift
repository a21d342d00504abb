import Directory
import Testing

@Suite struct IdentifierTests {
  @Test(arguments: [
    "S-1-5-21-1004336348-1177238915-682003330-1104", "S-1-0-0", "S-1-5-32-544", "S-1-4294967295-4294967295", "S-1-0x0100000000ff-1",
    "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15",
  ])
  func sidKeepsItsTextAndItsBytes(text: String) throws {
    let sid = try SID(text)
    #expect(sid.description == text)
    #expect(try SID(binary: sid.binary) == sid)
  }

  /// The example of [MS-DTYP] 2.4.2 style: BUILTIN\Administrators.
  @Test func sidBinaryIsTheDocumentedOne() throws {
    #expect(try SID("S-1-5-32-544").binary == [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0])
    #expect(try SID("S-1-0x0100000000ff-1").authority == 0x0100_0000_00ff)
  }

  @Test(arguments: [
    "", "S", "S-1", "S-1-5", "s-1-5-21", "S-2-5-21", "S-1-5-", "S-1-5--1", "S-1-5-+1", "S-1-5-01", "S-1-05-1", "S-1-5-4294967296",
    "S-1-5-99999999999",
    "S-1-4294967296-1", "S-1-0x0000000000ff-1", "S-1-0x100000000ff-1", "S-1-5-1 ", " S-1-5-1", "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16",
    "S-1-5-١",
    "S-1-5-1\u{0}",
  ])
  func sidRefusesWhatIsNotOne(text: String) { #expect(throws: IdentifierError.self) { try SID(text) } }

  @Test func sidRefusesWrongBytes() throws {
    let good = try SID("S-1-5-32-544").binary
    let wrongs: [[UInt8]] = [[], Array(good.dropLast()), good + [0], [2] + good.dropFirst(), [1, 0, 0, 0, 0, 0, 0, 5], [1, 16] + good.dropFirst(2)]
    for wrong in wrongs {
      #expect(throws: IdentifierError.self) { try SID(binary: wrong) }
    }
  }

  @Test func sidOfAnAccountBelongsToItsDomain() throws {
    let domain = try SID("S-1-5-21-1-2-3")
    let account = try #require(domain.account(1104))
    #expect(account.domain == domain)
    #expect(account.rid == 1104)
    #expect(try SID("S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15").account(1) == nil)
    #expect(try SID("S-1-5-18").domain == nil)
  }

  @Test func guidBinaryTurnsTheFirstThreeFieldsRound() throws {
    let guid = try GUID("00112233-4455-6677-8899-AABBCCDDEEFF")
    #expect(guid.binary == [0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff])
    #expect(try GUID(binary: guid.binary) == guid)
    #expect(guid.description == "00112233-4455-6677-8899-aabbccddeeff")
  }

  @Test(arguments: [
    "", "{00112233-4455-6677-8899-aabbccddeeff}", "00112233445566778899aabbccddeeff", "00112233-4455-6677-8899-aabbccddeefg",
    "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeefff", "0011223-34455-6677-8899-aabbccddeeff",
  ])
  func guidRefusesWhatIsNotOne(text: String) { #expect(throws: IdentifierError.self) { try GUID(text) } }

  @Test func guidFromASIDIsStableAndDiffers() throws {
    let (a, b) = (try SID("S-1-5-21-1-2-3-1104"), try SID("S-1-5-21-1-2-3-1105"))
    #expect(GUID(derivedFrom: a) == GUID(derivedFrom: a))
    #expect(GUID(derivedFrom: a) != GUID(derivedFrom: b))
    #expect(throws: IdentifierError.self) { try GUID(binary: [1]) }
  }
}

@Suite struct NameTests {
  @Test(arguments: [
    ("CN=Alice,OU=Staff,DC=forest1,DC=local", "CN=Alice,OU=Staff,DC=forest1,DC=local"),
    ("cn = Alice , ou=Staff,dc=forest1,dc=local", "CN=Alice,OU=Staff,DC=forest1,DC=local"),
    (#"CN=Abbott\, Alice,DC=a"#, #"CN=Abbott\, Alice,DC=a"#), (#"CN=J\c3\bcrgen,DC=a"#, "CN=Jürgen,DC=a"), (#"CN=\ x\ ,DC=a"#, #"CN=\ x\ ,DC=a"#),
    (##"CN=\#1,DC=a"##, ##"CN=\#1,DC=a"##),
  ])
  func distinguishedNameIsReadAndWritten(text: String, written: String) throws {
    let name = try DistinguishedName(text)
    #expect(name.description == written)
    #expect(try DistinguishedName(written) == name)
  }

  @Test func distinguishedNamesCompareWithoutCase() throws {
    #expect(try DistinguishedName("cn=ALICE,dc=Forest1") == DistinguishedName("CN=alice,DC=forest1"))
    #expect(try DistinguishedName("CN=Alice,DC=a").hashValue == DistinguishedName("cn=alice,dc=A").hashValue)
  }

  @Test(arguments: ["", "CN", "CN=", "=x", "CN=a,,DC=b", "CN=a+OU=b", #"CN=a\"#, #"CN=a\zz"#, #"CN=\ff"#, "CN=#0401", "1.2.3=a", "CN=a;DC=b"])
  func distinguishedNameRefusesWhatIsNotOne(text: String) { #expect(throws: IdentifierError.self) { try DistinguishedName(text) } }

  @Test func formsAreToldApart() throws {
    #expect(try NameForm("Alice") == .account("alice"))
    #expect(try NameForm(#"FOREST1\Alice"#) == .downLevel(domain: "forest1", account: "alice"))
    #expect(try NameForm("Alice@Forest1.local") == .userPrincipal("alice@forest1.local"))
    #expect(try NameForm("CN=Alice,DC=a") == .distinguished(DistinguishedName("cn=alice,dc=a")))
    for wrong in ["", #"a\b\c"#, #"\b"#, #"a\"#, "@b", "a@", "a@b@c", "a\nb", "a*b", String(repeating: "x", count: 257)] {
      #expect(throws: IdentifierError.self) { try NameForm(wrong) }
    }
  }
}
