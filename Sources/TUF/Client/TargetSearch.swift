package import StrictJSON
import TrustCheckers

/// The search for a target: pre-order, depth first, in the order of the delegations (section 5.6.7).
extension TrustClient {
  /// The target as the most trusted role that lists it describes it. Call it after `refresh`.
  ///
  /// - Throws: `.unknownTarget` when no role that may speak for it lists it; any other kind when a role on the way cannot be believed, which ends
  ///   the search, because a less trusted role must not answer in its place.
  package mutating func find(_ path: ExactText) async throws(TrustError) -> TargetFile {
    tell(.searchBegan(path: Quoting.fileName(path)))
    do throws(TrustError) { return try await search(path) } catch {
      tell(.searchFailed(kind: error.kind.rawValue, subject: Quoting.fileName(error.subject)))
      throw error
    }
  }

  private mutating func search(_ path: ExactText) async throws(TrustError) -> TargetFile {
    guard let trusted else { throw TrustError(.noTrustedRoot, path, "nothing is trusted yet; refresh first") }
    var visited: Set<ExactText> = []
    var toVisit: [Step] = [Step(name: .targets, delegator: .root, delegated: nil)]
    while let step = toVisit.popLast() {
      guard !visited.contains(step.name) else { continue }
      // The top-level role is no delegation.
      guard visited.count <= limits.delegations else {
        throw TrustError(.tooManyDelegations, path, "not found in the first \(limits.delegations) delegated roles, and no more are looked at")
      }
      if step.delegated != nil { tell(.delegationAsked(role: Quoting.fileName(step.name))) }
      let role = try await load(step, trusted)
      if let target = role.target(path) {
        tell(.targetFound(TrustFact.Target(target, version: role.version)))
        return target
      }
      visited.insert(step.name)
      guard let delegations = role.delegations else { continue }
      let children = delegations.roles(for: path)
      // Nothing that was waiting may speak any more.
      if children.last?.isTerminating == true { toVisit = [] }
      toVisit += children.reversed().map {
        Step(name: $0.name, delegator: step.name, delegated: Delegator(role: $0, keys: delegations.keys, by: step.name, byVersion: role.version))
      }
    }
    throw TrustError(.unknownTarget, path, "no role that may speak for this target lists it")
  }

  private struct Step {
    var name: ExactText
    var delegator: ExactText
    var delegated: Delegator?
  }

  private mutating func load(_ step: Step, _ trusted: TrustedSet) async throws(TrustError) -> TargetsRole {
    let key = VisitedRole(name: step.name, delegator: step.delegator)
    if let known = roles[key] { return known }
    let role = try await load(step.name, step.delegated, trusted)
    remember(role, key)
    return role
  }
}
