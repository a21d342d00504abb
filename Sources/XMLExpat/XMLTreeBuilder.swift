import BrokerXML
import CExpat

/// Takes expat's calls and builds the tree, within limits; the first trouble ends the reading.
final class XMLTreeBuilder {
  private let parser: XML_Parser
  private let limits: XMLLimits
  private let isUTF16: Bool
  private var open: [XMLElement] = []
  private var elements = 0
  private var text = 0
  private(set) var root: XMLElement?
  private(set) var trouble: XMLReadError?

  init(_ parser: XML_Parser, limits: XMLLimits, isUTF16: Bool) {
    self.parser = parser
    self.limits = limits
    self.isUTF16 = isUTF16
  }

  /// Has expat call this builder, which must live until it has parsed.
  func listen() {
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser, { me, name, attributes in XMLTreeBuilder.of(me)?.begin(name, attributes) }, { me, _ in XMLTreeBuilder.of(me)?.end() })
    XML_SetCharacterDataHandler(parser) { me, bytes, count in XMLTreeBuilder.of(me)?.append(bytes, count) }
    XML_SetEntityDeclHandler(parser) { me, name, _, _, _, _, _, _, _ in
      XMLTreeBuilder.of(me)?.refuseEntity("declares the entity", name)
    }
    XML_SetSkippedEntityHandler(parser) { me, name, _ in XMLTreeBuilder.of(me)?.refuseEntity("refers to the entity", name) }
    // Never asked for a document type, because parameter entities are not parsed; an external entity that got so far ends the reading here.
    XML_SetParamEntityParsing(parser, XML_PARAM_ENTITY_PARSING_NEVER)
    XML_SetExternalEntityRefHandler(parser) { _, _, _, _, _ in Int32(XML_STATUS_ERROR.rawValue) }
    XML_SetUnknownEncodingHandler(parser, { _, name, map in XMLTreeBuilder.describe(name, map) }, nil)
  }

  private static func of(_ me: UnsafeMutableRawPointer?) -> XMLTreeBuilder? {
    me.map { Unmanaged<XMLTreeBuilder>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: What expat calls

  private func begin(_ name: UnsafePointer<XML_Char>?, _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?) {
    guard trouble == nil, let name else { return }
    elements += 1
    guard open.count < limits.depth else { return stop(.tooDeep, "elements stand deeper within each other than \(limits.depth)") }
    guard elements <= limits.elements else { return stop(.tooMany, "there are more than \(limits.elements) elements") }
    var element = XMLElement(local(name))
    if let attributes, attributes[0] != nil {
      if let entity = unknownEntity() { return stop(.entity, "an attribute refers to the entity '\(entity)', which is not known; " + Self.advice) }
      var at = 0
      while let name = attributes[at], let value = attributes[at + 1] {
        at += 2
        guard at <= 2 * limits.attributes else { return stop(.tooMany, "an element has more than \(limits.attributes) attributes") }
        let found = XMLElement.Attribute(local(name), String(cString: value))
        guard count(found.value.utf8.count) else { return }
        if !isNamespace(name) { element.attributes.append(found) }
      }
    }
    open.append(element)
  }

  private func end() {
    guard trouble == nil, let element = open.popLast() else { return }
    if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
  }

  private func append(_ bytes: UnsafePointer<XML_Char>?, _ length: Int32) {
    guard trouble == nil, let bytes, !open.isEmpty, count(Int(length)) else { return }
    let piece = UnsafeRawBufferPointer(start: bytes, count: Int(length))
    open[open.count - 1].text += String(decoding: piece, as: UTF8.self)
  }

  private static let advice = "only the five of XML and character references are read"

  private func refuseEntity(_ does: String, _ name: UnsafePointer<XML_Char>?) {
    stop(.entity, "the document \(does) '\(name.map { Self.short(String(cString: $0)) } ?? "")'; " + Self.advice)
  }

  // MARK: Rules

  private func count(_ length: Int) -> Bool {
    text += length
    guard text <= limits.text else {
      stop(.tooLarge, "there are more than \(limits.text) bytes of text")
      return false
    }
    return true
  }

  private func stop(_ kind: XMLReadError.Kind, _ what: String) {
    guard trouble == nil else { return }
    trouble = XMLReadError(kind, what, line: Int(XML_GetCurrentLineNumber(parser)), column: Int(XML_GetCurrentColumnNumber(parser)) + 1)
    XML_StopParser(parser, XML_Bool(XML_FALSE))
  }

  /// Without the prefix, whether it was declared or not.
  private func local(_ name: UnsafePointer<XML_Char>) -> String {
    let whole = String(cString: name)
    guard let colon = whole.utf8.lastIndex(of: UInt8(ascii: ":")) else { return whole }
    let rest = whole[whole.utf8.index(after: colon)...]
    return rest.isEmpty ? whole : String(rest)
  }

  private func isNamespace(_ name: UnsafePointer<XML_Char>) -> Bool {
    let whole = String(cString: name)
    return whole == "xmlns" || whole.hasPrefix("xmlns:")
  }

  /// Where a document has an external type, expat drops references in attributes that it does not know, without a word: they are looked for in the tag as it came.
  private func unknownEntity() -> String? {
    var (offset, size) = (Int32(0), Int32(0))
    let length = XML_GetCurrentByteCount(parser)
    guard let start = XML_GetInputContext(parser, &offset, &size), offset >= 0, length > 0, offset + length <= size else { return nil }
    let tag = UnsafeRawBufferPointer(start: start + Int(offset), count: Int(length))
    guard tag.contains(UInt8(ascii: "&")) else { return nil }
    // In UTF-16 a byte of another character may look like `&`: only one beside a zero counts. Names of entities that are known are ASCII.
    let bytes: [UInt8] = isUTF16 ? Self.narrowed(tag) : Array(tag)
    for reference in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).dropFirst() {
      let name = String(decoding: reference.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
      if !name.hasPrefix("#"), !["amp", "lt", "gt", "quot", "apos"].contains(name) { return Self.short(name) }
    }
    return nil
  }

  /// Code units of UTF-16 beyond ASCII become `?`.
  private static func narrowed(_ tag: UnsafeRawBufferPointer) -> [UInt8] {
    // A tag begins with `<`, so its first byte says in which order they stand.
    let high = tag.first == 0 ? 0 : 1
    return stride(from: 0, to: tag.count - 1, by: 2).map { tag[$0 + high] == 0 && tag[$0 + 1 - high] < 0x80 ? tag[$0 + 1 - high] : UInt8(ascii: "?") }
  }

  private static func short(_ name: String) -> String { name.count > 40 ? String(name.prefix(40)) + "…" : name }

  /// The one encoding that expat has not by itself and old clients on Windows name.
  private static func describe(_ name: UnsafePointer<XML_Char>?, _ map: UnsafeMutablePointer<XML_Encoding>?) -> Int32 {
    guard let name, let map, ["windows-1252", "cp1252", "x-cp1252", "cp-1252"].contains(String(cString: name).lowercased()) else {
      return Int32(XML_STATUS_ERROR.rawValue)
    }
    withUnsafeMutableBytes(of: &map.pointee.map) { raw in
      let codes = raw.bindMemory(to: Int32.self)
      for byte in 0..<min(256, codes.count) { codes[byte] = (0x80...0x9f).contains(byte) ? windows1252[byte - 0x80] : Int32(byte) }
    }
    map.pointee.data = nil
    map.pointee.convert = nil
    map.pointee.release = nil
    return Int32(XML_STATUS_OK.rawValue)
  }

  /// 0x80 to 0x9f; -1 where there is no character (Unicode's mapping table CP1252.TXT).
  private static let windows1252: [Int32] = [
    0x20ac, -1, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, -1, 0x017d, -1,
    -1, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, -1, 0x017e, 0x0178,
  ]
}
