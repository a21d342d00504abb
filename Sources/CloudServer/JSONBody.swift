import Foundation

/// JSON out: sorted keys, so that an answer is the same bytes each time.
enum JSONBody {
  static func bytes(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { Array($0) } ?? Array("null".utf8)
  }
}

/// Says in a sentence what is wrong with JSON that could not be read.
enum JSONProblem {
  static func explain(_ error: any Error) -> String {
    guard let error = error as? DecodingError else {
      return (error as NSError).userInfo["NSDebugDescription"] as? String ?? String(describing: error)
    }
    switch error {
    case .keyNotFound(let key, let context): return "the field '\(path(context, key))' is missing"
    case .valueNotFound(_, let context): return "the field '\(path(context))' is null"
    case .typeMismatch(let type, let context): return "the field '\(path(context))' is not \(name(type))"
    case .dataCorrupted(let context):
      let field = path(context)
      if field.isEmpty {
        let inner = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String
        return inner.map { "\(context.debugDescription) \($0)" } ?? context.debugDescription
      }
      return "the field '\(field)' cannot be read: \(context.debugDescription)"
    @unknown default: return String(describing: error)
    }
  }

  private static func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
    (context.codingPath + [last].compactMap { $0 }).map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
  }

  private static func name(_ type: Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is Int.Type, is Double.Type, is UInt64.Type: "a number"
    default: "\(type)".hasPrefix("Array") ? "an array" : "an object"
    }
  }
}
