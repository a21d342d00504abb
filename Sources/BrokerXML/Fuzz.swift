import Broker

/// What a fuzzer calls with any tree: every request that is understood prints an answer or a refusal.
package func fuzzNFuse(_ root: XMLElement) {
  guard let request = try? NFuseRequest(root) else { return }
  precondition(request.version.answered <= .newest, "answered in a version that is not spoken")
  guard case .address(let wanted) = request.body else { return }
  var answer = NFuseAnswer(version: request.version)
  precondition(!answer.address(wanted.clientName, tag: wanted.clientName, wanted.addressType).bytes.isEmpty, "nothing printed")
}

package func fuzzSTA(_ root: XMLElement) {
  guard let request = try? STARequest(root) else { return }
  precondition(request.version <= STARequest.newest, "answered in a version that is not spoken")
  var answer = STAAnswer(version: request.version)
  switch request.body {
  case .ticket(let values, _): precondition(!values.isEmpty && !answer.data(values).bytes.isEmpty, "a ticket for nothing")
  case .data(let name), .refresh(let name): precondition(!name.ticket.isEmpty || name.authority != nil, "no ticket named")
  }
}
