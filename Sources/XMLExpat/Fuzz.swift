package import BrokerXML

/// What a fuzzer calls with any bytes: whatever is read is within the limits and has a root with a name. Returns it, for the readers behind.
@discardableResult
package func fuzzXML(_ bytes: UnsafeRawBufferPointer) -> XMLElement? {
  var limits = XMLLimits()
  limits.depth = 16
  limits.elements = 200
  limits.attributes = 8
  let root: XMLElement
  do { root = try XMLReader.read(bytes, limits: limits) } catch {
    precondition(!error.what.isEmpty && error.line > 0 && error.column > 0, "an error without a place")
    return nil
  }
  var (elements, text) = (0, 0)
  func look(_ element: XMLElement, depth: Int) {
    elements += 1
    text += element.text.utf8.count + element.attributes.reduce(0) { $0 + $1.value.utf8.count }
    precondition(depth <= limits.depth && element.attributes.count <= limits.attributes && !element.name.isEmpty, "beyond the limits")
    for child in element.children { look(child, depth: depth + 1) }
  }
  look(root, depth: 1)
  precondition(elements <= limits.elements && text <= limits.text, "beyond the limits")
  return root
}
