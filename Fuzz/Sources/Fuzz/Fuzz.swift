import BrokerXML
import Glibc
import ReleaseSlots
import Releases
import SimulatedWorld
import TUF
import World
import XMLExpat

/// One reader of foreign bytes each.
enum FuzzTarget: String, CaseIterable {
  case metadata
  case pathPattern = "path-pattern"
  case manifest, bundle
  /// Requests to the XML service and to the Secure Ticket Authority, from bytes to what is asked.
  case nfuse, sta
  /// No reader: it crashes on what begins with `!`, as proof that a crash ends a run.
  case planted

  /// Those that are readers.
  static let readers = allCases.filter { $0 != .planted }

  func run(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .metadata: fuzzMetadata(bytes)
    case .pathPattern: fuzzPathPattern(bytes)
    case .manifest: fuzzManifest(bytes)
    case .bundle: Self.bundle(bytes)
    case .nfuse: if let root = fuzzXML(bytes) { fuzzNFuse(root) }
    case .sta: if let root = fuzzXML(bytes) { fuzzSTA(root) }
    case .planted: precondition(bytes.first != UInt8(ascii: "!"), "planted")
    }
  }

  /// On a disk in memory, with something beside the releases' folder that must stay as it is.
  private static func bundle(_ bytes: UnsafeRawBufferPointer) {
    let files = MemoryFiles()
    try? files.makeDirectory("/a", mode: 0o755)
    try? files.makeDirectory("/a/b", mode: 0o755)
    try? files.replace("/a/x", with: [1], mode: 0o644, step: "fuzz")
    fuzzBundle(bytes, files: files, root: "/a/b")
    precondition((try? files.list("/")) == ["a"] && (try? files.list("/a")) == ["b", "x"] && (try? files.read("/a/x")) == [1], "it wrote elsewhere")
  }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Set once, before the fuzzer runs; it calls from one thread.
nonisolated(unsafe) private var target = FuzzTarget.metadata

/// `Fuzz list`, `Fuzz seeds TARGET FOLDER`, or `Fuzz TARGET [what libFuzzer takes]`. libFuzzer brings a `main` of its own, so this one has the name that
/// SwiftPM gives it.
@_cdecl("Fuzz_main")
public func fuzzMain(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  let words = (0..<Int(count)).compactMap { arguments[$0].map { String(cString: $0) } }
  if words.count == 2, words[1] == "list" {
    for target in FuzzTarget.readers { print(target.rawValue) }
    return 0
  }
  if words.count == 4, words[1] == "seeds", let chosen = FuzzTarget(rawValue: words[2]) { return Seeds.write(chosen, into: words[3]) }
  guard words.count > 1, let chosen = FuzzTarget(rawValue: words[1]) else {
    let usage = "usage: Fuzz list | Fuzz seeds TARGET FOLDER | Fuzz TARGET [options and folders of libFuzzer]\n"
    _ = write(2, usage, usage.utf8.count)
    return 64
  }
  target = chosen
  // Without the target's name, as libFuzzer expects its own arguments.
  arguments[1] = arguments[0]
  var rest: Int32 = count - 1
  var pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments + 1
  return runDriver(&rest, &pointer) { bytes, length in runOnce(bytes, length) }
}

/// What libFuzzer's own `main`, which is linked and not used, refers to.
@_cdecl("LLVMFuzzerTestOneInput")
public func runOnce(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> Int32 {
  target.run(UnsafeRawBufferPointer(start: bytes, count: length))
  return 0
}
