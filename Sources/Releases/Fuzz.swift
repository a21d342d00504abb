/// What a fuzzer calls with any bytes as a release's manifest. It must return: a failed precondition is a finding. Whatever is accepted names only
/// places inside of its folder, and says the same when it is written and read again.
package func fuzzManifest(_ bytes: UnsafeRawBufferPointer) {
  guard let manifest = try? ReleaseManifest(parsing: Array(bytes)) else { return }
  precondition((try? ReleaseManifest(parsing: manifest.json)) == manifest, "it reads differently once it is written")
  for file in manifest.files {
    let parts = file.path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    precondition(parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }, "a path leads elsewhere")
    precondition(!file.path.utf8.contains(0), "a path ends early for the system")
    precondition(file.mode & 0o7022 == 0, "others may write it, or it runs as another user")
  }
  precondition(manifest.floors.allSatisfy { $0 < manifest.version }, "a floor above the release")
}
