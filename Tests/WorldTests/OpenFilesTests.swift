import Glibc
import LiveWorld
import Testing

@Suite struct OpenFilesTests {
  @Test func theLimitIsRaisedAsFarAsTheSystemLets() {
    let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limits = rlimit()
    #expect(getrlimit(kind, &limits) == 0)
    // One less is enough to be raised, and takes nothing from the tests beside this one.
    limits.rlim_cur = limits.rlim_max - 1
    #expect(setrlimit(kind, &limits) == 0)
    #expect(OpenFiles.raise() == UInt64(limits.rlim_max))
    #expect(getrlimit(kind, &limits) == 0 && limits.rlim_cur == limits.rlim_max)
    #expect(OpenFiles.raise() == UInt64(limits.rlim_max), "again it changes nothing")
  }
}
