package import World

/// What stands against an update, before a byte of it is written. Each says what to do.
package enum UpdateRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  case wrongPlatform(release: ReleasePlatform, here: ReleasePlatform)
  case older(ReleaseVersion, than: ReleaseVersion)
  case runsAlready(ReleaseVersion)
  /// The version to update to first.
  case floor(ReleaseVersion)
  case tooOldForFIPS(ReleaseVersion)
  case failedHere(ReleaseVersion, reason: String)
  case tooManyAttempts(ReleaseVersion, Int)

  package var description: String {
    switch self {
    case .wrongPlatform(let release, let here): "the release is for \(release); this machine is \(here); order the release for \(here)"
    case .older(let version, let current):
      "\(version) is older than \(current), which runs; the only way back is a rollback to a version that this connector ran before"
    case .runsAlready(let version): "\(version) runs already; nothing to do"
    case .floor(let floor): "this connector must run \(floor) first; order that version, then this one"
    case .tooOldForFIPS(let version):
      "\(version) cannot be updated in place in FIPS mode: that needs \(UpdateRule.fipsFloor) or newer. Reinstall: remove this connector from its "
        + "resource location, uninstall it, and install the current version; never when only two connectors are left"
    case .failedHere(let version, let reason):
      "\(version) failed here before (\(reason)); it is tried again after an operator clears it, or order a newer version"
    case .tooManyAttempts(let version, let count): "\(version) was tried \(count) times; clear it to try again, or order a newer version"
    }
  }
}

/// Which release may follow which.
package enum UpdateRule {
  /// In FIPS mode an older connector cannot be updated (the product's documentation: FIPS needs 5.102 or newer; an older one with FIPS blocks
  /// maintenance updates).
  package static let fipsFloor = ReleaseVersion(5, 102, 0, 0)

  /// T7 (never to an older one), T8 (platform), floors in their order. Nil when the release may follow.
  package static func refusal(
    of release: ReleaseManifest, after current: ReleaseVersion, on platform: ReleasePlatform, isFIPS: Bool
  ) -> UpdateRefusal? {
    if release.platform != platform { return .wrongPlatform(release: release.platform, here: platform) }
    if release.version == current { return .runsAlready(current) }
    if release.version < current { return .older(release.version, than: current) }
    if isFIPS, current < fipsFloor { return .tooOldForFIPS(current) }
    if let floor = release.floors.first(where: { current < $0 }) { return .floor(floor) }
    return nil
  }
}
