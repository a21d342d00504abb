import FleetReports
import SimulatedSite
import World

/// A drill as one HTML file for any browser, which asks nobody for anything and has no script.
package enum DrillPage {
  private static let policy = "default-src 'none'; style-src 'unsafe-inline'"

  package static func html(_ outcome: DrillOutcome) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="\(policy)">
    <title>\(XML.text(outcome.title))</title>
    <style>
    \(DrillStyle.text)
    </style>
    </head>
    <body>
    <header><div class="head">
    <span class="badge\(outcome.isGood ? "" : " bad")">\(outcome.isGood ? "PASSED" : "FAILED")</span>
    <h1>\(XML.text(outcome.title))</h1>
    <p>profile \(XML.text(outcome.profile)) · \(outcome.began)</p>
    </div></header>
    <main>
    <section class="tiles">\(tiles(outcome))</section>
    <section class="card"><h2>Timeline, since the cut</h2>
    \(DrillPicture.svg(outcome))
    <div class="legend">\(legend(outcome))</div></section>
    <div class="two">
    <section class="card"><h2>What must hold</h2><table>\(checks(outcome))</table></section>
    <section class="card"><h2>Connectors</h2><table>\(connectors(outcome))</table></section>
    <section class="card"><h2>Storms of registrations</h2>\(storms(outcome))</section>
    <section class="card"><h2>Launches and tickets</h2>\(promises(outcome))</section>
    </div>
    <section class="card"><h2>What happened</h2><table>\(timeline(outcome))</table></section>
    </main>
    </body>
    </html>

    """
  }

  private static func tiles(_ outcome: DrillOutcome) -> String {
    func tile(_ value: String, _ name: String, _ tone: String = "") -> String {
      "<div class=\"tile\(tone.isEmpty ? "" : " \(tone)")\"><b>\(XML.text(value))</b><span>\(XML.text(name))</span></div>"
    }
    var out = tile(DrillWords.span(outcome.noticedMilliseconds), "until the outage was noticed")
    out += tile(DrillWords.span(outcome.enteredMilliseconds), "until outage mode everywhere", outcome.enteredMilliseconds == nil ? "bad" : "")
    out += tile(
      DrillWords.span(outcome.recoveredMilliseconds), "from the mending until the cloud brokers", outcome.recoveredMilliseconds == nil ? "bad" : "")
    if !outcome.storms.isEmpty { out += tile(DrillWords.span(outcome.machinesBackMilliseconds), "from the mending until all machines are back") }
    if let tally = outcome.brokering {
      out += tile("\(tally.lost)", "launches and tickets lost", tally.lost > 0 ? "bad" : "good")
      out += tile("\(tally.launches.kept + tally.tickets.kept)", "kept")
      out += tile("\(tally.launches.failures)", "launches failed")
    }
    return out + tile("\(outcome.flaps)", "flaps")
  }

  private static func legend(_ outcome: DrillOutcome) -> String {
    var items = [
      ("normal", "Working Normally"), ("pending", "Pending HA"), ("initial", "Initial HA"), ("extended", "Extended HA"),
      ("recovery", "Pending Recovery"), ("elected", "elected"),
    ]
    if outcome.samples.contains(where: { $0.machines != nil }) { items.append(("machines", "registered machines")) }
    if outcome.brokering != nil { items += [("launches", "launches acknowledged"), ("failed", "launches failed")] }
    return items.map { "<span><i style=\"background:var(--\($0.0))\"></i>\($0.1)</span>" }.joined()
  }

  private static func checks(_ outcome: DrillOutcome) -> String {
    outcome.checks.map { check in
      "<tr><td class=\"\(check.problem == nil ? "ok" : "failed")\">\(check.problem == nil ? "holds" : "broken")</td><td>\(XML.text(check.name))"
        + (check.problem.map { "<br>\(XML.text($0))" } ?? "") + "</td></tr>"
    }.joined()
  }

  private static func connectors(_ outcome: DrillOutcome) -> String {
    "<tr><th></th><th>noticed</th><th>outage mode</th><th>cloud again</th><th>flaps</th></tr>"
      + outcome.connectors.map { one in
        "<tr><td class=\"who\">\(XML.text(one.name))</td><td>\(DrillWords.span(one.noticedMilliseconds))</td><td>\(DrillWords.span(one.enteredMilliseconds))</td>"
          + "<td>\(DrillWords.span(one.recoveredMilliseconds))</td><td>\(one.flaps)</td></tr>"
      }.joined()
  }

  private static func storms(_ outcome: DrillOutcome) -> String {
    guard !outcome.storms.isEmpty else { return "<p class=\"note\">Nobody lost its broker, or nobody played machines (connector-lab vda).</p>" }
    return "<table><tr><th>began</th><th>machines</th><th>again</th><th>first</th><th>last</th><th>in the words of the first</th></tr>"
      + outcome.storms.map { storm in
        "<tr><td class=\"number\">\(DrillWords.offset(storm.beganMilliseconds))</td><td class=\"number\">\(storm.machines)</td><td class=\"number\">\(storm.back)</td>"
          + "<td class=\"number\">\(storm.firstBackMilliseconds.map(DrillWords.offset) ?? "-")</td><td class=\"number\">\(storm.lastBackMilliseconds.map(DrillWords.offset) ?? "-")</td>"
          + "<td>\(XML.text(storm.cause))</td></tr>"
      }.joined() + "</table>"
  }

  private static func promises(_ outcome: DrillOutcome) -> String {
    guard let tally = outcome.brokering else { return "<p class=\"note\">Nobody played StoreFront (connector-lab storefront).</p>" }
    return "<table><tr><th></th><th>acknowledged</th><th>kept</th><th>lost</th><th>not checked</th><th>failed</th></tr>"
      + [("launches", tally.launches), ("tickets", tally.tickets)].map { name, one in
        "<tr><td class=\"who\">\(name)</td><td>\(one.acknowledged)</td><td class=\"number\">\(one.kept)</td><td\(one.lost > 0 ? " class=\"failed number\"" : " class=\"number\"")>\(one.lost)</td>"
          + "<td>\(one.open + one.unchecked)</td><td>\(one.failures)\(one.failed.isEmpty ? "" : "<br>\(XML.text(DrillWords.reasons(one.failed)))")</td></tr>"
      }.joined() + "</table>"
  }

  private static func timeline(_ outcome: DrillOutcome) -> String {
    outcome.timeline.map { line in
      "<tr><td class=\"when\">\(DrillWords.offset(line.milliseconds))</td><td class=\"who\">\(XML.text(line.who))</td><td>\(XML.text(line.what))</td></tr>"
    }.joined()
  }
}
