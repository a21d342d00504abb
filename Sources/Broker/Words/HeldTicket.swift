/// A ticket as one connector tells it to another, so that it outlives whoever gave it out.
package struct HeldTicket: Hashable, Codable, Sendable {
  package var ticket: String
  /// STA id of whoever gave it out; it is answered under this id wherever it is kept.
  package var authority: String
  package var values: [String: String]
  package var isRefreshable: Bool
  /// How long it lives from now on, in milliseconds: no two clocks agree, so it never says until when.
  package var remainingMilliseconds: Int

  package init(ticket: String, authority: String, values: [String: String], isRefreshable: Bool, remainingMilliseconds: Int) {
    self.ticket = ticket
    self.authority = authority
    self.values = values
    self.isRefreshable = isRefreshable
    self.remainingMilliseconds = remainingMilliseconds
  }
}
