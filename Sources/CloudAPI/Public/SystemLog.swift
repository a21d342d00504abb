package import World

/// A record of the customer's system log (facts/product.md 5). `EventType` is `OriginatingService/Actor/Action`.
package struct SystemLogRecordModel: Hashable, Codable, Sendable {
  package var recordID: String
  package var utcTimestamp: WallTime
  package var customerID: String
  package var eventType: String
  package var targetID: String
  package var targetDisplayName: String
  /// `CwcSystem` for what the cloud does by itself; `Administrator` or `Client` otherwise (these two names are ours).
  package var actorType: String
  package var actorDisplayName: String

  package init(
    recordID: String, utcTimestamp: WallTime, customerID: String, eventType: String, targetID: String, targetDisplayName: String, actorType: String,
    actorDisplayName: String
  ) {
    self.recordID = recordID
    self.utcTimestamp = utcTimestamp
    self.customerID = customerID
    self.eventType = eventType
    self.targetID = targetID
    self.targetDisplayName = targetDisplayName
    self.actorType = actorType
    self.actorDisplayName = actorDisplayName
  }

  private enum CodingKeys: String, CodingKey {
    case recordID = "RecordID"
    case utcTimestamp = "UtcTimestamp"
    case customerID = "CustomerID"
    case eventType = "EventType"
    case targetID = "TargetID"
    case targetDisplayName = "TargetDisplayName"
    case actorType = "ActorType"
    case actorDisplayName = "ActorDisplayName"
  }
}

/// A page of the system log, newest first. The wrapper's names are from memory, unverified.
package struct SystemLogPage: Hashable, Codable, Sendable {
  package var items: [SystemLogRecordModel]
  /// Hand it back as `ContinuationToken` for the next page; nil at the end.
  package var continuationToken: String?

  package init(items: [SystemLogRecordModel], continuationToken: String?) {
    self.items = items
    self.continuationToken = continuationToken
  }

  private enum CodingKeys: String, CodingKey {
    case items = "Items"
    case continuationToken = "ContinuationToken"
  }
}
