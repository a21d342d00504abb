import Foundation
import LiveWorld
import Testing

@Suite struct DiskPathTests {
  @Test(arguments: [
    ("x", "/here/there/x"), ("./x", "/here/there/x"), ("x/y/", "/here/there/x/y"), ("x//y", "/here/there/x/y"), ("", "/here/there"),
    (".", "/here/there"), ("..", "/here"), ("../x", "/here/x"), ("x/../y", "/here/there/y"), ("../../../../x", "/x"), ("...", "/here/there/..."),
    ("~", "/here/there/~"), ("~/x", "/here/there/~/x"), ("a b?c#d%20", "/here/there/a b?c#d%20"), ("/", "/"), ("/x", "/x"), ("/x/", "/x"),
    ("//x//y", "/x/y"), ("/x/../y/./z", "/y/z"), ("/../x", "/x"), ("/~/x", "/~/x"),
  ])
  func everyPathBeginsAtTheRoot(_ path: String, _ absolute: String) { #expect(DiskPath.absolute(path, in: "/here/there") == absolute) }

  @Test func aTildeIsTheHomeFolder() {
    #expect(DiskPath.absolute("~", home: "/home/me") == "/home/me")
    #expect(DiskPath.absolute("~/x/../y", home: "/home/me/") == "/home/me/y")
    #expect(DiskPath.absolute("~/x", home: nil).hasSuffix("/~/x"))
    #expect(DiskPath.absolute("/~/x", home: "/home/me") == "/~/x")
  }

  @Test func aRelativePathIsTakenFromTheCurrentFolder() {
    let here = FileManager.default.currentDirectoryPath
    #expect(DiskPath.absolute("x/../y") == DiskPath.absolute("y", in: here))
    #expect(DiskPath.absolute("") == DiskPath.absolute(here))
    #expect(DiskPath.absolute("/x/../y") == "/y")
    #expect(DiskPath.absolute("~x/y") == here + "/~x/y")
  }
}
