package import World

/// A notification to a customer's administrators (facts/product.md 11.5); its keys begin with a capital.
package struct NotificationModel: Hashable, Codable, Sendable {
  package struct Content: Hashable, Codable, Sendable {
    package var languageTag: String
    package var title: String
    package var description: String

    package init(languageTag: String = "en-US", title: String, description: String) {
      self.languageTag = languageTag
      self.title = title
      self.description = description
    }

    private enum CodingKeys: String, CodingKey {
      case languageTag = "LanguageTag"
      case title = "Title"
      case description = "Description"
    }
  }

  /// `*` for every administrator.
  package var destinationAdmin: String
  package var component: String
  package var createdDate: WallTime
  package var eventId: String
  /// The product's values are unknown beyond its field; ours: `Information`, `Warning`, `Error`.
  package var severity: String
  package var priority: String
  package var content: [Content]

  package init(
    destinationAdmin: String = "*", component: String, createdDate: WallTime, eventId: String, severity: String, priority: String, content: [Content]
  ) {
    self.destinationAdmin = destinationAdmin
    self.component = component
    self.createdDate = createdDate
    self.eventId = eventId
    self.severity = severity
    self.priority = priority
    self.content = content
  }

  private enum CodingKeys: String, CodingKey {
    case destinationAdmin = "DestinationAdmin"
    case component = "Component"
    case createdDate = "CreatedDate"
    case eventId = "EventId"
    case severity = "Severity"
    case priority = "Priority"
    case content = "Content"
  }
}
