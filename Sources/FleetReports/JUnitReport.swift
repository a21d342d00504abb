/// What became of many runs, as JUnit's XML (the form that Jenkins and GitLab read): one test case for each seed. No times in it: the same seeds give the same
/// file.
package struct JUnitReport: Sendable {
  package struct Case: Sendable {
    package var name: String
    package var problem: Problem?
    /// What the run said; shown below the case.
    package var output: String

    package init(name: String, problem: Problem? = nil, output: String = "") {
      self.name = name
      self.problem = problem
      self.output = output
    }
  }
  package struct Problem: Sendable {
    /// Nothing was found out: the process of the run died.
    package var isError: Bool
    /// The invariant, or how it died.
    package var type: String
    package var message: String
    /// All of it.
    package var text: String

    package init(isError: Bool = false, type: String, message: String, text: String) {
      self.isError = isError
      self.type = type
      self.message = message
      self.text = text
    }
  }

  package var suite: String
  package private(set) var cases: [Case] = []

  package init(suite: String) { self.suite = suite }

  package mutating func add(_ one: Case) { cases.append(one) }

  package var text: String {
    let errors = cases.count { $0.problem?.isError == true }
    let failures = cases.count { $0.problem?.isError == false }
    let counts = "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites \(counts)>\n  <testsuite name=\"\(XML.attribute(suite))\" \(counts)>\n"
    for one in cases {
      out += "    <testcase classname=\"\(XML.attribute(suite))\" name=\"\(XML.attribute(one.name))\""
      if one.problem == nil, one.output.isEmpty {
        out += "/>\n"
        continue
      }
      out += ">\n"
      if let problem = one.problem {
        let tag = problem.isError ? "error" : "failure"
        out +=
          "      <\(tag) type=\"\(XML.attribute(problem.type))\" message=\"\(XML.attribute(problem.message))\">\(XML.text(problem.text))</\(tag)>\n"
      }
      if !one.output.isEmpty { out += "      <system-out>\(XML.text(one.output))</system-out>\n" }
      out += "    </testcase>\n"
    }
    return out + "  </testsuite>\n</testsuites>\n"
  }
}

/// Text in XML 1.0. Characters that it cannot carry in any form (most control characters, U+FFFE, U+FFFF) are written as people write them, `\u{1B}`.
package enum XML {
  package static func text(_ text: String) -> String { escape(text, isAttribute: false) }
  package static func attribute(_ text: String) -> String { escape(text, isAttribute: true) }

  private static func escape(_ text: String, isAttribute: Bool) -> String {
    var out = ""
    out.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"" where isAttribute: out += "&quot;"
      // In an attribute a parser would make spaces of them; a bare carriage return is lost everywhere.
      case "\n" where isAttribute: out += "&#10;"
      case "\t" where isAttribute: out += "&#9;"
      case "\r": out += "&#13;"
      case "\n", "\t": out.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": out += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
