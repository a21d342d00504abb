import World

/// Something that goes on and has a name: the words of a report about what waits.
struct Activity {
  var name: String
  var since: Moment
}

extension ActorKernel {
  /// Does `body` under a name that a report of a deadlock shows while it goes on.
  package nonisolated(nonsending) func activity<Value>(
    _ name: String, _ body: nonisolated(nonsending) () async throws -> Value
  ) async rethrows -> Value {
    lastActivity += 1
    let number = lastActivity
    activities[number] = Activity(name: name, since: now.moment)
    defer { activities[number] = nil }
    return try await body()
  }

  /// Who waits, the longest first. The runtime does not say what a suspended task waits for; its named activities do.
  func waiting() -> String {
    let waiting = activities.sorted { $0.key < $1.key }.map(\.value)
    var lines = ["\(waiting.count) activities wait, \(sleepers.count) tasks sleep, \(Guards.tasks) tasks were made:"]
    for activity in waiting.prefix(20) { lines.append("  waits since \(Double(activity.since.nanoseconds) / 1e9) s: \(activity.name)") }
    if waiting.count > 20 { lines.append("  and \(waiting.count - 20) more") }
    return lines.joined(separator: "\n")
  }
}
