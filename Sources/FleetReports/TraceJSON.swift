package import Simulation
import World

extension TraceLine {
  /// As one line of JSON, with the columns of `text` as its members: `seconds` (a number, six decimals), `node`, `what`, `subject`, `detail`.
  package var json: String {
    let columns = text.split(separator: "\t", maxSplits: 1)
    var out = "{\"seconds\":\(columns.first ?? "0")"
    for (name, value) in [("node", node), ("what", what), ("subject", subject), ("detail", detail)] {
      out += ",\"\(name)\":"
      ScriptJSON.quote(value, &out)
    }
    return out + "}"
  }
}
