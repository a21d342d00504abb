import Fleet
import Rollouts

/// The mappings of a scenario file, the outermost first.
package enum Shapes {
  package static let all = [
    scenario, location, release, ring, action, fault, latency, link, settings, expect, expectation, pattern, variant,
  ]
  private static let million = 0...1_000_000

  static let scenario = Shape(
    "scenario", "A run of a fleet, complete, and what is expected of it.",
    [
      Field("name", .text, required: true, "Its short name: letters, digits and '-'."),
      Field("title", .text, required: true, "What it is, in one line."),
      Field("source", .some(.text), "Where the incident is told: addresses or documents."),
      Field("whatHappened", .text, "What happened there."),
      Field("why", .text, "What is expected here and why."),
      Field("seed", .seeds, "The seed of a run, or a range of seeds, each of which must come out as expected. 1 when left out."),
      Field("starts", .time, "What the clocks show at the start. 2026-06-01T00:00:00Z, a Monday, when left out."),
      Field("length", .duration, required: true, "How long it runs."),
      Field("first", .version, "The version that all connectors run at first. 4.9.0.0 when left out."),
      Field(
        "locations", .list(.shape("location")), required: true, "The resource locations: l1, l2, … Their connectors are c1, c2, … in the same order."),
      Field("releases", .list(.shape("release")), "What is published."),
      Field("actions", .list(.shape("action")), "What operators do."),
      Field("faults", .list(.shape("fault")), "What goes wrong."),
      Field("compatibility", .choice(Names.compatibility), "Whether updates go our way or as the product documents it."),
      Field("settings", .shape("settings"), "Settings of the rollout that differ from the default."),
      Field("link", .shape("link"), "The links between machines and cloud when nothing is wrong with them."),
      Field("mutant", .choice(Mutant.allCases.map(\.rawValue)), "A guard of ours that is taken away, to see what it is for."),
      Field("heartbeats", .choice(Names.heartbeats), "Whether each heartbeat is simulated ('everyMessage'); the trace is the same."),
      Field("election", .flag, "Every connector takes part in the election of its location."),
      Field(
        "outages", .choice(Names.outages),
        "Every connector of a fleet with an election hosts the outage state machine too, by this profile; StoreFront asks each once a minute."),
      Field(
        "machinesPerLocation", .number(0...10_000),
        "Machines in each location that register with a connector, in a fleet with outages; none when left out."),
      Field("peerLink", .shape("link"), "The links between connectors of a location when nothing is wrong with them."),
      Field("calm", .flag, "Asks at the end whether everybody is through (F17)."),
      Field("expect", .shape("expect"), "What is expected. No violation of an invariant when left out."),
      Field("variants", .list(.shape("variant")), "The same scenario with something changed, and what is expected then."),
    ])
  static let location = Shape(
    "location", "A resource location.",
    [
      Field("connectors", .number(1...100_000), required: true, "How many it has."),
      Field("schedule", .schedule, "When it takes updates; 'now' when left out."),
      Field("zone", .zone, "The time zone of its schedule; UTC when left out."),
      Field("window", .window, "How long its window stays open; 4h when left out."),
      Field("ring", .text, "'byBucket' (when left out), 'none', or the name of a ring."),
    ])
  static let release = Shape(
    "release", "A release that is published.",
    [
      Field("version", .version, required: true, "Its version."),
      Field("at", .duration, required: true, "When it comes out, since the start."),
      Field("behaviour", .choice(ReleaseBehaviour.allCases.map(\.rawValue)), "What it does when it runs; 'healthy' when left out."),
      Field("affected", .number(million), "So many of a million connectors have the behaviour, the others find it healthy; all when left out."),
      Field("rings", .list(.shape("ring")), "Its rings; 1 %, 10 %, 50 % and everyone when left out."),
      Field("canaries", .number(0...5), "How many go before the first ring; 3 when left out."),
      Field("floors", .list(.version), "Versions that may not be jumped over."),
      Field("emergency", .flag, "Whether a signed order lets it start outside of windows."),
      Field("lastRing", .number(0...1_000), "The last ring that may open, by its index."),
    ])
  static let ring = Shape(
    "ring", "A step of a rollout.",
    [
      Field("name", .text, required: true, "Its name."),
      Field("upTo", .number(0...10_000), required: true, "Buckets below this belong to it or an earlier one; the last one has 10000."),
      Field("bake", .duration, "From its last update to the next ring's first; none when left out."),
      Field("failureLimit", .number(1...Int.max), "So many failures halt the rollout; 1 when left out."),
    ])
  static let action = Shape(
    "action", "What an operator does.",
    [
      Field("at", .duration, required: true, "When, since the start."),
      Field("do", .choice(Names.acts), required: true, "What."),
      Field("connector", .text, "Whom it concerns: now, clear."),
      Field("location", .text, "Which resource location: delay, schedule."),
      Field("ring", .text, "The ring: widen, extend (left out: all); for schedule as in a location."),
      Field("upTo", .number(0...10_000), "widen: how far it reaches."),
      Field("version", .version, "revoke: which release."),
      Field("schedule", .schedule, "schedule: the new one."),
      Field("zone", .zone, "schedule: its time zone."),
      Field("window", .window, "schedule: how long its window stays open."),
    ])
  static let fault = Shape(
    "fault", "Something that goes wrong and heals, or a recipe of many such things.",
    [
      Field("at", .duration, required: true, "When it begins, since the start."),
      Field("for", .duration, "How long it lasts; not for recipes."),
      Field("fault", .choice(Names.faults), required: true, "What goes wrong."),
      Field(
        "target", .some(.text), required: true,
        "'cloud', 'machine c3', 'link c3' or 'peer c1 c2'; 'machines', 'links' or 'peers' for all of them (a recipe only)."),
      Field("direction", .choice(["up", "down"]), "partitionOneWay: which way is closed."),
      Field("chance", .number(million), "loss, duplication, reordering, wrongAnswers: of so many of a million messages."),
      Field("by", .duration, "reordering, clockStep, slowCloud: by how much; throttling: when to come again."),
      Field("latency", .shape("latency"), "latency: how long a message takes."),
      Field("rate", .number(1...Int.max), "slowLink: bytes a second."),
      Field("nth", .number(0...1_000_000), "powerCutAtWrite, tornWrite: in the middle of which write."),
      Field("hours", .number(-26...26), "wrongTimeZone: by how many hours its clock is off."),
      Field("drift", .number(-1_000_000...1_000_000), "clockDrift: parts in a million."),
      Field(
        "recipe", .choice(Names.recipes),
        "swizzle: some of the targets one by one, and back in another order; flap: one that goes and comes; rolling: one after the other."),
      Field("step", .duration, "swizzle: between two stops. rolling: how long each lasts."),
      Field("times", .number(1...10_000), "flap: how often."),
      Field("off", .duration, "flap: how long it is away."),
      Field("on", .duration, "flap: how long it is there again."),
    ])
  static let latency = Shape(
    "latency", "How long a message takes.",
    [
      Field("shape", .choice(["fixed", "uniform", "skewed"]), required: true, "skewed: most near the low end."),
      Field("low", .duration, required: true, "The least, or the only length."),
      Field("high", .duration, "The longest; not for fixed."),
    ])
  static let link = Shape(
    "link", "A link when nothing is wrong with it.",
    [
      Field("latency", .shape("latency"), "How long a message takes."),
      Field("lost", .number(million), "Of a million messages, so many are lost."),
      Field("doubled", .number(million), "So many come twice."),
      Field("reordered", .number(million), "So many are held back."),
      Field("heldBack", .duration, "By up to this."),
      Field("rate", .number(1...Int.max), "Bytes a second; no limit when left out."),
      Field("up", .flag, "Whether messages to the cloud arrive."),
      Field("down", .flag, "Whether messages of the cloud arrive."),
    ])
  static let settings = Shape(
    "settings", "Settings of the rollout.",
    SettingsTable.durations.map { Field($0.key, .duration, "A duration; \(DurationText.write(RolloutSettings()[keyPath: $0.path])) when left out.") }
      + SettingsTable.numbers.map { Field($0.key, .number(0...Int.max), "A number; \(RolloutSettings()[keyPath: $0.path]) when left out.") }
      + SettingsTable.flags.map { Field($0.key, .flag, "\(RolloutSettings()[keyPath: $0.path]) when left out.") }
      + [Field("forcedStart", .choice(Names.forcedStarts), "What a missed update does after 48 hours.")])
  static let expect = Shape(
    "expect", "What is expected of a run.",
    [
      Field("violations", .some(.text), "'none', or the invariants that are broken, and no other."),
      Field("counts", .counts, "How often things are decided or done, by their names in the trace."),
      Field("trace", .list(.shape("expectation")), "What is expected of the trace's lines."),
    ])
  static let expectation = Shape(
    "expectation", "One thing that is expected of the trace: one of eventually, never, always, leadsTo and count.",
    [
      Field("eventually", .shape("pattern"), "Such a line comes."),
      Field("never", .shape("pattern"), "No such line comes; with 'when': none after such a line."),
      Field("always", .shape("pattern"), "Each line that is like 'when' is like this too."),
      Field("leadsTo", .shape("pattern"), "Each line that is like 'when' is followed by one like this."),
      Field("count", .shape("pattern"), "So many such lines come as 'times' says."),
      Field("when", .shape("pattern"), "The lines that the expectation is about. There must be one."),
      Field("within", .duration, "From 'from' (eventually) or from the line of 'when'; to the end of the run when left out."),
      Field("from", .duration, "Earlier lines are not looked at."),
      Field("until", .duration, "Later lines are not looked at."),
      Field("times", .countRange, "count: how many."),
      Field("why", .text, "For people."),
    ])
  static let pattern = Shape(
    "pattern", "A line of the trace. '*' stands for any characters, a whole '$name' for the same text in both patterns; a list: any of them.",
    [
      Field("node", .some(.text), "Who: cloud, c1, publisher, world."),
      Field("what", .some(.text), "What happened."),
      Field("subject", .some(.text), "Whom or what it concerns; '-' for nobody."),
      Field("detail", .some(.text), "The rest, for people."),
    ])
  static let variant = Shape(
    "variant", "The same scenario with something changed.",
    [
      Field("name", .text, required: true, "Its short name."),
      Field("why", .text, "What it shows."),
      Field("seed", .seeds, "As above; the scenario's when left out."),
      Field("compatibility", .choice(Names.compatibility), "As above."),
      Field("settings", .shape("settings"), "On top of the scenario's."),
      Field("mutant", .choice(Mutant.allCases.map(\.rawValue)), "As above."),
      Field("expect", .shape("expect"), required: true, "What is expected then."),
    ])
}
