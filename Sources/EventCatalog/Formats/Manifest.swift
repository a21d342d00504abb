extension CatalogExport {
  /// An instrumentation manifest (the schema of Windows' Event Manifest reference): providers with templates and events, and a table of strings.
  /// What the schema has no place for (MESSAGE_ID, syslog severity, advice, the vendor's number) is in attributes of a name space of our own.
  static func manifest(of providers: [EventProvider], _ definitions: [EventDefinition]) -> String {
    var xml = Lines()
    xml.add(#"<?xml version="1.0" encoding="UTF-8"?>"#)
    xml.add("<!-- \(escapeXML(numbering)) -->")
    xml.open(
      #"<instrumentationManifest xmlns="http://schemas.microsoft.com/win/2004/08/events" "#
        + #"xmlns:win="http://manifests.microsoft.com/win/2004/08/windows/events" xmlns:connectord="urn:connectord:events">"#)
    xml.open("<instrumentation>")
    xml.open("<events>")
    for provider in providers { add(provider, definitions.filter { $0.provider == provider }, to: &xml) }
    xml.close("</events>")
    xml.close("</instrumentation>")
    xml.open("<localization>")
    xml.open(#"<resources culture="en-US">"#)
    xml.open("<stringTable>")
    for definition in definitions where providers.contains(definition.provider) {
      xml.add(#"<string id="Event.\#(definition.code)" value="\#(escapeXML(insertions(definition)))"/>"#)
    }
    xml.close("</stringTable>")
    xml.close("</resources>")
    xml.close("</localization>")
    xml.close("</instrumentationManifest>")
    return xml.text
  }

  private static func add(_ provider: EventProvider, _ definitions: [EventDefinition], to xml: inout Lines) {
    let name = "connectord-\(provider.rawValue)"
    xml.open(
      #"<provider name="\#(name)" guid="\#(provider.guid)" symbol="\#(symbol(name))" "#
        + #"resourceFileName="connectord" messageFileName="connectord">"#)
    xml.open("<channels>")
    xml.add(#"<channel chid="Operational" name="\#(name)/Operational" type="Operational" enabled="true"/>"#)
    xml.close("</channels>")
    xml.open("<templates>")
    for definition in definitions where !definition.fields.isEmpty {
      xml.open(#"<template tid="Event.\#(definition.code)">"#)
      for field in definition.fields {
        xml.add(#"<data name="\#(field.name)" inType="\#(field.kind.windowsType)" connectord:meaning="\#(escapeXML(field.meaning))"/>"#)
      }
      xml.close("</template>")
    }
    xml.close("</templates>")
    xml.open("<events>")
    for definition in definitions { xml.add(event(definition)) }
    xml.close("</events>")
    xml.close("</provider>")
  }

  private static func event(_ definition: EventDefinition) -> String {
    var attributes = [
      ("value", String(definition.code)), ("symbol", symbol(definition.name)), ("channel", "Operational"),
      ("level", definition.severity.windowsLevel),
      ("message", "$(string.Event.\(definition.code))"), ("connectord:messageId", definition.messageID),
      ("connectord:severity", definition.severity.name), ("connectord:advice", definition.advice),
    ]
    if !definition.fields.isEmpty { attributes.insert(("template", "Event.\(definition.code)"), at: 4) }
    if let vendor = definition.vendor {
      attributes.append(("connectord:vendorProvider", vendor.provider))
      attributes.append(("connectord:vendorId", String(vendor.id)))
      attributes.append(("connectord:vendorSource", vendor.source))
    }
    return "<event \(attributes.map { #"\#($0)="\#(escapeXML($1))""# }.joined(separator: " "))/>"
  }

  /// The summary in message-file syntax: `%1` is the first field, `%%` a per cent sign.
  private static func insertions(_ definition: EventDefinition) -> String {
    var text = replace("%", in: definition.summary, by: "%%")
    for (index, field) in definition.fields.enumerated() {
      text = replace("{\(field.name)}", in: text, by: "%\(index + 1)" + (field.kind == .milliseconds ? " ms" : ""))
    }
    return text
  }

  private static func symbol(_ name: String) -> String {
    String(name.map { $0.isLetter || $0.isNumber ? Character($0.uppercased()) : "_" })
  }

  /// Characters that XML 1.0 does not allow at all become `?`.
  static func escapeXML(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&apos;"
      case "\n", "\r", "\t": out += "&#\(scalar.value);"
      case _ where scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff: out += "?"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// Lines indented by their depth.
  private struct Lines {
    var text = ""
    private var depth = 0

    mutating func add(_ line: String) { text += String(repeating: "  ", count: depth) + line + "\n" }
    mutating func open(_ line: String) {
      add(line)
      depth += 1
    }
    mutating func close(_ line: String) {
      depth -= 1
      add(line)
    }
  }
}

extension EventProvider {
  /// Made up once; stable like the message ids.
  var guid: String {
    switch self {
    case .agent: "{0176deee-5801-4ee0-aea5-dd3dc79838af}"
    case .agentWatchDog: "{8ca010ad-71e7-427d-aadb-37e673e10487}"
    case .agentSystem: "{41d96644-e5e3-4885-9e7e-35d9c83cdc1e}"
    case .logger: "{ed47d586-a083-46e4-a96d-3b34275da8de}"
    case .adProvider: "{a148b58a-22e3-4bb6-86a0-2475a59a86e2}"
    case .credentialProvider: "{ff935d3a-d033-46ab-a431-38d527b5cf28}"
    case .configSynchronizer: "{d78162d3-826f-43e5-8f14-70d43e565a82}"
    case .highAvailability: "{6903c560-c0ae-4743-aec3-19a367e8a691}"
    case .remoteBroker: "{c6aae261-c03b-4988-aefe-0b1d92ddd50c}"
    case .evergreen: "{3b07b33d-17f2-49c3-92b0-adea28fa0cc8}"
    case .cloud: "{91a5fa22-3c07-41d8-8b79-816942f5281d}"
    case .rollout: "{54575cb5-2f6b-4c8f-a090-d9654b36bd78}"
    case .testbed: "{2472764a-8a07-4c25-aecf-c6a22d463355}"
    }
  }
}

extension EventSeverity {
  /// The nearest of Windows' five levels.
  fileprivate var windowsLevel: String {
    switch self {
    case .critical: "win:Critical"
    case .error: "win:Error"
    case .warning: "win:Warning"
    case .notice, .info: "win:Informational"
    case .debug: "win:Verbose"
    }
  }
}

extension EventField.Kind {
  fileprivate var windowsType: String {
    switch self {
    case .text: "win:UnicodeString"
    case .integer, .milliseconds: "win:Int64"
    case .flag: "win:Boolean"
    }
  }
}
