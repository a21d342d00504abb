extension ReleaseManifest {
  /// The text that `init(parsing:)` reads; the same manifest gives the same bytes.
  package var json: [UInt8] {
    var text = "{\n  \"format\": 1,\n  \"version\": \"\(version)\",\n  \"bootstrapper\": \"\(bootstrapper)\",\n"
    text += "  \"platform\": {\"os\": \"\(platform.os)\", \"arch\": \"\(platform.arch)\"},\n"
    text += "  \"floors\": [\(floors.map { "\"\($0)\"" }.joined(separator: ", "))],\n"
    text += "  \"program\": \"\(program)\",\n  \"default-configuration\": \"\(defaultConfiguration)\",\n"
    if let stateFormat { text += "  \"state-format\": \(stateFormat),\n" }
    let lines = files.map { file in
      let digits = String(file.mode, radix: 8)
      let mode = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      return "    {\"path\": \"\(file.path)\", \"sha256\": \"\(file.sha256)\", \"length\": \(file.length), \"mode\": \"\(mode)\"}"
    }
    return Array((text + "  \"files\": [\n" + lines.joined(separator: ",\n") + "\n  ]\n}\n").utf8)
  }
}
