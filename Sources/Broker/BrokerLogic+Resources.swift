/// What a user may start.
extension BrokerLogic {
  /// Everything that is enabled and granted; what is in maintenance is listed and refused when it is launched.
  func resources(of user: UserIdentity) -> BrokerAnswer {
    guard Bounds.name(user.sid) else { return .refused(BrokerRefusal(.badRequest, "the user has no SID")) }
    guard let site else { return .resources([]) }
    return .resources(site.granted(to: user).compactMap { site.resources[$0].enabled ? site.resources[$0].shown : nil })
  }
}
