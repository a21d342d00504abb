/// A forest or domain functional level that the connector knows.
package enum FunctionalLevel: String, CaseIterable, Codable, Hashable, Sendable {
  case server2008R2 = "2008R2"
  case server2012 = "2012"
  case server2012R2 = "2012R2"
  case server2016 = "2016"
}

/// The operating system of a domain controller.
package enum WindowsServer: String, CaseIterable, Codable, Hashable, Sendable {
  case server2008R2 = "2008R2"
  case server2012 = "2012"
  case server2012R2 = "2012R2"
  case server2016 = "2016"
  case server2019 = "2019"
  case server2022 = "2022"
}

/// The seed's table "Supported Active Directory functional levels".
package enum SupportedLevels {
  /// The controllers that may serve a domain of this level in a forest of that level; empty when the pair itself is not supported.
  package static func controllers(forest: FunctionalLevel, domain: FunctionalLevel) -> [WindowsServer] {
    guard domain.rank >= forest.rank else { return [] }
    switch (forest, domain) {
    case (.server2016, .server2016): return [.server2016, .server2019, .server2022]
    case (_, .server2008R2): return [.server2008R2, .server2012, .server2012R2, .server2016]
    case (_, .server2012): return [.server2012, .server2012R2, .server2016]
    case (_, .server2012R2): return [.server2012R2, .server2016]
    case (_, .server2016): return [.server2016]
    }
  }
}

extension FunctionalLevel {
  fileprivate var rank: Int {
    switch self {
    case .server2008R2: 0
    case .server2012: 1
    case .server2012R2: 2
    case .server2016: 3
    }
  }
}
