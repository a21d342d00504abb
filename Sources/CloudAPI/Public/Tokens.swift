/// What `POST /cctrustoauth2/{customer|root}/tokens/clients` answers (facts/product.md 11.1).
package struct TokenAnswer: Hashable, Codable, Sendable {
  /// Always `bearer`.
  package var tokenType: String
  package var accessToken: String
  /// Seconds, as a JSON string: the vendor's own Go client refuses a number.
  package var expiresIn: String

  package init(accessToken: String, expiresIn seconds: Int64) {
    tokenType = "bearer"
    self.accessToken = accessToken
    expiresIn = String(seconds)
  }

  private enum CodingKeys: String, CodingKey {
    case tokenType = "token_type"
    case accessToken = "access_token"
    case expiresIn = "expires_in"
  }
}

/// The token endpoint's refusal; `error` is a code of RFC 6749, section 5.2.
package struct TokenError: Hashable, Codable, Sendable {
  package var error: String
  package var errorDescription: String

  package init(error: String, errorDescription: String) {
    self.error = error
    self.errorDescription = errorDescription
  }

  private enum CodingKeys: String, CodingKey {
    case error
    case errorDescription = "error_description"
  }
}

/// The body of every other refusal of the public API. The shape is from memory, unverified; clients go by the status.
package struct APIErrorBody: Hashable, Codable, Sendable {
  /// A stable name, such as `notFound`.
  package var type: String
  /// What was wrong and what to do, for people.
  package var detail: String

  package init(type: String, detail: String) {
    self.type = type
    self.detail = detail
  }
}
