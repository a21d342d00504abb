package import BrokerXML
import CExpat

/// Bytes from outside to a tree, by libexpat.
///
/// Nothing outside of the bytes is ever opened: an external document type is passed over unread. No entity but XML's own five and character references is
/// expanded: declaring one is refused, so nothing can grow. Encodings: UTF-8, UTF-16, ISO-8859-1, US-ASCII and windows-1252, as the document says, a byte order mark, or UTF-8.
package enum XMLReader {
  package static func read(_ bytes: some Collection<UInt8>, limits: XMLLimits = XMLLimits()) throws(XMLReadError) -> XMLElement {
    guard bytes.count <= limits.bytes, bytes.count <= Int(Int32.max) else {
      throw XMLReadError(.tooLarge, "the document has \(bytes.count) bytes; \(limits.bytes) are read", line: 1, column: 1)
    }
    guard let parser = XML_ParserCreate(nil) else { throw XMLReadError(.tooLarge, "no memory to read the document", line: 1, column: 1) }
    defer { XML_ParserFree(parser) }
    let tree = XMLTreeBuilder(parser, limits: limits, isUTF16: isUTF16(bytes))
    let status = withExtendedLifetime(tree) {
      tree.listen()
      return parse(bytes, parser)
    }
    if let trouble = tree.trouble { throw trouble }
    guard status == XML_STATUS_OK else { throw failure(parser) }
    guard let root = tree.root else { throw XMLReadError(.malformed, "no element found", line: 1, column: 1) }
    return root
  }

  private static func parse(_ bytes: some Collection<UInt8>, _ parser: XML_Parser) -> XML_Status {
    func run(_ buffer: UnsafeBufferPointer<UInt8>) -> XML_Status {
      buffer.withMemoryRebound(to: CChar.self) { XML_Parse(parser, $0.baseAddress, Int32($0.count), Int32(XML_TRUE)) }
    }
    return bytes.withContiguousStorageIfAvailable(run) ?? Array(bytes).withUnsafeBufferPointer(run)
  }

  /// As expat sees it: by a byte order mark, or by the zero in the first `<`.
  private static func isUTF16(_ bytes: some Collection<UInt8>) -> Bool {
    let first = Array(bytes.prefix(2))
    return [[0xfe, 0xff], [0xff, 0xfe], [0x3c, 0], [0, 0x3c]].contains(first)
  }

  private static func failure(_ parser: XML_Parser) -> XMLReadError {
    let code = XML_GetErrorCode(parser)
    let kind: XMLReadError.Kind
    var what = XML_ErrorString(code).map { String(cString: $0) } ?? "it cannot be read"
    switch code {
    case XML_ERROR_UNKNOWN_ENCODING:
      kind = .encoding
      what = "the encoding that the document names is not read; UTF-8, UTF-16, ISO-8859-1, US-ASCII and windows-1252 are"
    case XML_ERROR_INCORRECT_ENCODING:
      kind = .encoding
      what = "the bytes are not in the encoding that the document names"
    case XML_ERROR_UNDEFINED_ENTITY, XML_ERROR_RECURSIVE_ENTITY_REF, XML_ERROR_ASYNC_ENTITY, XML_ERROR_BINARY_ENTITY_REF,
      XML_ERROR_ATTRIBUTE_EXTERNAL_ENTITY_REF, XML_ERROR_EXTERNAL_ENTITY_HANDLING:
      kind = .entity
    // expat says the same of bytes that are no character and of markup that is none; the first byte tells which it was.
    case XML_ERROR_INVALID_TOKEN where isForeignByte(parser):
      kind = .encoding
      what = "a byte that is no character of the document's encoding, which is UTF-8 where it names none"
    case XML_ERROR_NO_MEMORY, XML_ERROR_AMPLIFICATION_LIMIT_BREACH: kind = .tooLarge
    default: kind = .malformed
    }
    return XMLReadError(kind, what, line: Int(XML_GetCurrentLineNumber(parser)), column: Int(XML_GetCurrentColumnNumber(parser)) + 1)
  }

  private static func isForeignByte(_ parser: XML_Parser) -> Bool {
    var (offset, size) = (Int32(0), Int32(0))
    guard let start = XML_GetInputContext(parser, &offset, &size), offset >= 0, offset < size else { return false }
    return UInt8(bitPattern: start[Int(offset)]) >= 0x80
  }
}
