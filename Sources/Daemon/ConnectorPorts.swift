package import EventHub
package import NIOCore
package import World

/// The world that a connector runs in, for real or simulated.
package struct ConnectorPorts: Sendable {
  /// The name in events, such as `c1`; the fully qualified name unless set.
  package var name: String?
  package var clock: any WorldClock
  package var random: any RandomSource
  package var files: any Files
  package var outputs: [any EventOutput]
  package var eventLoops: any EventLoopGroup
  package var processID: Int
  /// What the configuration was read from, if it was read from a file.
  package var source: ConfigurationSource?
  /// Where directories come from; connectors of one process may share one.
  package var directories: Directories
  /// What this connector says that it is.
  package var version: RunningVersion

  package init(
    name: String? = nil, clock: any WorldClock, random: any RandomSource, files: any Files, outputs: [any EventOutput],
    eventLoops: any EventLoopGroup,
    processID: Int, source: ConfigurationSource? = nil, directories: Directories = Directories(),
    version: RunningVersion = RunningVersion()
  ) {
    self.name = name
    self.clock = clock
    self.random = random
    self.files = files
    self.outputs = outputs
    self.eventLoops = eventLoops
    self.processID = processID
    self.source = source
    self.directories = directories
    self.version = version
  }
}
