import World

/// Lets the cloud ask each connector that has come into contact, some at a time, so that a large lab is not held up by its own demonstration.
actor QuestionDesk {
  /// Chosen.
  private static let atOnce = 8

  private let view: any CloudViewing
  private let user: String
  private let show: any LabPresenter
  private var waiting: [ConnectorRow] = []
  private var asked: Set<String> = []
  private var asking: [String: Task<Void, Never>] = [:]

  init(view: any CloudViewing, user: String, show: any LabPresenter) {
    self.view = view
    self.user = user
    self.show = show
  }

  /// Who goes out of contact is asked again when it comes back. In a large lab nobody is asked while others are still starting.
  func see(_ rows: [ConnectorRow]) {
    if rows.count > Self.atOnce, rows.contains(where: { $0.state == ConnectorRow.starting }) { return }
    for row in rows {
      if row.state == ConnectorRow.healthy {
        if asked.insert(row.name).inserted { waiting.append(row) }
      } else if asked.remove(row.name) != nil {
        waiting.removeAll { $0.name == row.name }
        asking[row.name]?.cancel()
      }
    }
    next()
  }

  /// Cancels what is asked and waits for its end.
  func stop() async {
    waiting = []
    let tasks = Array(asking.values)
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  private func next() {
    while asking.count < Self.atOnce, let at = waiting.firstIndex(where: { asking[$0.name] == nil }) {
      let row = waiting.remove(at: at)
      asking[row.name] = Task { [view, user, show] in
        for line in await CloudQuestions(view: view, row: row, user: user).ask() where !Task.isCancelled { show.note(line) }
        self.done(row.name)
      }
    }
  }

  private func done(_ name: String) {
    asking[name] = nil
    next()
  }
}
