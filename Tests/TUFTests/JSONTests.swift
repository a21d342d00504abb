import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import World

@Suite struct JSONTests {
  private func canonical(_ text: String) throws -> String {
    String(decoding: try JSONTree.parse(Array(text.utf8)).top.canonical(), as: UTF8.self)
  }

  @Test(arguments: [
    ("{}", "{}"), ("[]", "[]"), (" [ 1 , 2 ] ", "[1,2]"), (#"{"b":1,"a":{"d":[],"c":null}}"#, #"{"a":{"c":null,"d":[]},"b":1}"#),
    (#""a\"b\\c\/d""#, #""a\"b\\c/d""#), (#""\u0041\u00e9\ud83d\ude00\n""#, "\"Aé😀\n\""), ("-0", "0"), ("-12", "-12"),
    ("123456789012345678901234567890", "123456789012345678901234567890"), ("[true,false,null]", "[true,false,null]"),
    // Code points, not the units of UTF-16: U+FF5E comes before U+1F600.
    (#"{"😀":1,"～":2,"a":3,"A":4,"":5}"#, #"{"":5,"A":4,"a":3,"～":2,"😀":1}"#), (#"{"\u0062":1,"a":2}"#, #"{"a":2,"b":1}"#),
  ])
  func canonicalFormIsThatOfSecuresystemslib(_ pair: (String, String)) throws { #expect(try canonical(pair.0) == pair.1) }

  @Test(arguments: [
    "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{'a':1}", "01", "-", "1.", ".5",
    "1e", "+1",
    "nul", "truex", "[1 2]", "1 2", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
    "\"a\nb\"", "\u{feff}1",
    "NaN", "Infinity", "{\"a\":1,\"a\":2}", "{\"b\":1,\"a\":2,\"b\":3}", "{\"a\":1,\"\\u0061\":2}", "]", "}", ",", "[1}", "{\"a\":1]",
  ])
  func whatIsNoJSONIsRefused(_ text: String) { #expect(throws: JSONError.self) { try JSONTree.parse(Array(text.utf8)) } }

  @Test(
    arguments: [
      [0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xe2, 0x82, 0x22], [0x22, 0xff, 0x5c, 0x6e, 0x22],
    ] as [[UInt8]])
  func whatIsNoUTF8IsRefused(_ bytes: [UInt8]) { #expect(throws: JSONError.self) { try JSONTree.parse(bytes) } }

  @Test(arguments: ["1.0", "1e3", "-1.5E+2", "[0.1]", "{\"a\":1.5}"])
  func numbersWithFractionsHaveNoCanonicalForm(_ text: String) throws {
    let tree = try JSONTree.parse(Array(text.utf8))
    #expect(throws: JSONError.self) { try tree.top.canonical() }
    #expect(tree.top.integer == nil)
  }

  @Test func t5SizeDepthAndNumberOfValuesAreBounded() throws {
    let deep = { (levels: Int) in Array(repeating: UInt8(ascii: "["), count: levels) + Array(repeating: UInt8(ascii: "]"), count: levels) }
    _ = try JSONTree.parse(deep(32))
    #expect(throws: JSONError.self) { try JSONTree.parse(deep(33)) }
    #expect(throws: JSONError.self) { try JSONTree.parse(Array(repeating: UInt8(ascii: "["), count: 1_000_000)) }
    #expect(throws: JSONError.self) { try JSONTree.parse(deep(4), limits: JSONLimits(bytes: 7)) }
    #expect(throws: JSONError.self) { try JSONTree.parse(Array("[1,2,3]".utf8), limits: JSONLimits(nodes: 3)) }
    #expect(try JSONTree.parse(Array("9223372036854775807".utf8)).top.integer == .max)
    #expect(try JSONTree.parse(Array("9223372036854775808".utf8)).top.integer == nil)
  }

  /// Two spellings of one letter are two names: Swift's own comparison would take one for the other.
  @Test func namesAreComparedByteByByte() throws {
    let tree = try JSONTree.parse(Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8))
    #expect(tree.top["\u{e9}"]?.integer == 1)
    #expect(tree.top["e\u{301}"]?.integer == 2)
    #expect(ExactText("\u{e9}") != ExactText("e\u{301}"))
  }

  /// For any value: its document read back has its canonical form.
  @Test(arguments: 0..<40)
  func whatIsWrittenIsReadBack(_ seed: Int) throws {
    let random = SeededRandom(seed: UInt64(seed))
    let value = Self.value(random, depth: 4)
    #expect(try JSONTree.parse(value.document).top.canonical() == value.canonical)
  }

  static func value(_ random: SeededRandom, depth: Int) -> JSONValue {
    switch random.below(depth > 0 ? 7 : 5) {
    case 0: .integer(Int64(bitPattern: random.next()))
    case 1: .bool(random.below(2) == 0)
    case 2: .null
    case 3, 4: .text(text(random))
    case 5: .array((0..<random.below(6)).map { _ in value(random, depth: depth - 1) })
    default: .object(Dictionary((0..<random.below(9)).map { _ in (text(random), value(random, depth: depth - 1)) }) { $1 })
    }
  }

  static func text(_ random: SeededRandom) -> ExactText {
    let scalars: [Unicode.Scalar] = ["a", "b", "\"", "\\", "\u{00}", "\u{1f}", "\n", "é", "～", "😀", "/", "\u{7f}"]
    return ExactText(String(String.UnicodeScalarView((0..<random.below(6)).map { _ in scalars[Int(random.below(UInt64(scalars.count)))] })))
  }
}
