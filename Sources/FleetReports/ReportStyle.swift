/// The page's style sheet. The colours of states are those of Okabe and Ito ("Color Universal Design", 2008), which people with any kind of colour vision tell
/// apart; out of contact is hatched as well.
enum ReportStyle {
  static let text = #"""
    :root {
      color-scheme: light;
      --page: #f5f6f8; --card: #ffffff; --ink: #1c2128; --soft: #5b6672; --line: #dfe3e8; --faint: #eef0f3; --focus: #0b62d6;
      --good: #0b7a4b; --good-ground: #e2f5ec; --bad: #b3261e; --bad-ground: #fdeceb; --scrub: #1c2128; --fault: #7a4fbf;
      --serving: #e3e7ec; --waiting: #9ed0f2; --draining: #f0e442; --installing: #e69f00; --trial: #0072b2; --committed: #4fb892;
      --rolled-back: #d55e00; --quarantined: #cc79a7; --out-of-contact: #aab2bb; --off: #2b3038;
      --rolling-out: #4fb892; --baking: #9ed0f2; --halted: #d55e00; --paused: #f0e442; --done: #e3e7ec;
      --shade: 0 1px 2px rgba(20,28,38,.06), 0 2px 10px rgba(20,28,38,.05);
    }
    :root.dark {
      color-scheme: dark;
      --page: #0f1318; --card: #171c23; --ink: #e6eaef; --soft: #96a1ad; --line: #2a313a; --faint: #1e242c; --focus: #6cb0ff;
      --good: #56d69b; --good-ground: #12301f; --bad: #ff8a80; --bad-ground: #3a1715; --scrub: #ffffff; --fault: #b79cf0;
      --serving: #323b46; --waiting: #56b4e9; --draining: #e6da3c; --installing: #e69f00; --trial: #2f8fd0; --committed: #129d73;
      --rolled-back: #e8702a; --quarantined: #d68bb4; --out-of-contact: #5d6874; --off: #05070a;
      --rolling-out: #129d73; --baking: #56b4e9; --halted: #e8702a; --paused: #e6da3c; --done: #323b46;
      --shade: none;
    }
    * { box-sizing: border-box; }
    html { font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
    body { margin: 0; background: var(--page); color: var(--ink); font-variant-numeric: tabular-nums; }
    h1 { font-size: 20px; line-height: 1.2; font-weight: 650; margin: 0; letter-spacing: -.01em; }
    h2 { font-size: 12px; font-weight: 650; margin: 0; text-transform: uppercase; letter-spacing: .06em; color: var(--soft); }
    code, .mono, .lines { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12px; }
    button, input, select { font: inherit; color: inherit; }
    button, select, input[type=search] { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 3px 10px; min-height: 28px; white-space: nowrap; }
    button:hover { background: var(--faint); }
    button.quiet { border-color: transparent; background: none; color: var(--soft); }
    button.quiet:hover { color: var(--ink); background: var(--faint); }
    :focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
    label { color: var(--soft); display: inline-flex; align-items: center; gap: 5px; white-space: nowrap; }
    .top { padding: 18px 24px 14px; background: var(--card); border-bottom: 1px solid var(--line); }
    .head { display: flex; align-items: center; gap: 12px; }
    .head #theme { margin-left: auto; }
    .badge { font-weight: 650; font-size: 12px; letter-spacing: .05em; padding: 3px 10px; border-radius: 99px; color: var(--good); background: var(--good-ground); white-space: nowrap; }
    .badge.bad { color: var(--bad); background: var(--bad-ground); }
    .facts { display: flex; flex-wrap: wrap; gap: 6px 28px; margin: 12px 0 10px; }
    .facts div { display: flex; flex-direction: column; }
    .facts dt { font-size: 11px; color: var(--soft); }
    .facts dd { margin: 0; font-weight: 550; }
    .again { display: flex; align-items: baseline; gap: 10px; color: var(--soft); }
    .again code { color: var(--ink); background: var(--faint); border-radius: 5px; padding: 3px 8px; overflow-wrap: anywhere; }
    main { display: grid; grid-template-columns: minmax(0, 1fr) 400px; gap: 16px; padding: 16px 24px 0; align-items: start; }
    .chart, .side, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shade); }
    .chart { padding: 12px 14px 10px; min-width: 0; }
    .side { padding: 14px; position: sticky; top: 12px; max-height: calc(100vh - 24px); overflow: hidden; display: flex; flex-direction: column; gap: 10px; }
    .bar { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 8px 16px; margin-bottom: 10px; }
    .clock strong { font-size: 16px; font-weight: 650; }
    .clock span { color: var(--soft); margin-left: 10px; }
    .tools { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; }
    .tools input[type=search] { width: 110px; }
    .group { display: inline-flex; }
    .group button { border-radius: 0; margin-left: -1px; }
    .group button:first-child { border-radius: 6px 0 0 6px; }
    .group button:last-child { border-radius: 0 6px 6px 0; }
    canvas { display: block; width: 100%; }
    #overview { border-radius: 5px; cursor: ew-resize; margin-bottom: 4px; }
    #axis { cursor: crosshair; }
    .scroll { overflow-y: auto; overflow-x: hidden; max-height: min(62vh, 720px); position: relative; border-radius: 4px; cursor: crosshair; }
    #tall { position: relative; }
    #lanes { position: sticky; top: 0; }
    .legend { display: flex; flex-wrap: wrap; gap: 5px 16px; margin-top: 10px; color: var(--soft); font-size: 12px; }
    .legend span { display: inline-flex; align-items: center; gap: 6px; }
    .swatch { width: 14px; height: 11px; border-radius: 2px; display: inline-block; flex: none; box-shadow: inset 0 0 0 1px rgba(128,128,128,.35); }
    .swatch.out-of-contact { background-image: repeating-linear-gradient(45deg, rgba(0,0,0,.4) 0 1.5px, transparent 1.5px 4px); }
    .swatch.mark { background: var(--bad); transform: rotate(45deg); width: 9px; height: 9px; border-radius: 1px; margin: 0 3px; }
    .swatch.fault { height: 4px; background: var(--fault); }
    .keys { margin: 8px 0 0; color: var(--soft); font-size: 12px; }
    kbd { font: 11px ui-monospace, Menlo, Consolas, monospace; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 4px; background: var(--faint); }
    .states { display: flex; flex-wrap: wrap; gap: 6px; }
    .states .chip { display: inline-flex; align-items: center; gap: 6px; padding: 2px 8px 2px 6px; border-radius: 99px; background: var(--faint); font-size: 12px; }
    .states .chip b { font-weight: 650; }
    .chosen { border: 1px solid var(--line); border-radius: 8px; padding: 8px 10px; font-size: 13px; }
    .chosen b { font-weight: 650; }
    .chosen .row { color: var(--soft); }
    .linehead { display: flex; justify-content: space-between; align-items: center; gap: 10px; }
    .lines { list-style: none; margin: 0; padding: 0; overflow-y: auto; min-height: 200px; flex: 1 1 420px; border-top: 1px solid var(--line); }
    .lines li { display: grid; grid-template-columns: 92px 1fr; gap: 8px; padding: 3px 6px; border-bottom: 1px solid var(--faint); cursor: pointer; }
    .lines li:hover { background: var(--faint); }
    .lines li.now { background: color-mix(in srgb, var(--focus) 14%, transparent); }
    .lines li.later { opacity: .62; }
    .lines li.violation .what { color: var(--bad); font-weight: 650; }
    .lines li.fault .what { color: var(--fault); }
    .lines time { color: var(--soft); }
    .lines .node { font-weight: 650; }
    .lines .detail { color: var(--soft); overflow-wrap: anywhere; }
    .note { color: var(--soft); font-size: 12px; margin: 0; }
    .below { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; padding: 16px 24px 32px; align-items: start; }
    .card { padding: 14px; min-width: 0; }
    .card.wide { grid-column: 1 / -1; }
    .card h2 { margin-bottom: 2px; }
    table { border-collapse: collapse; width: 100%; margin-top: 8px; font-size: 13px; }
    th { text-align: left; font-weight: 550; color: var(--soft); font-size: 12px; }
    th, td { padding: 4px 10px 4px 0; border-bottom: 1px solid var(--faint); vertical-align: top; overflow-wrap: anywhere; }
    th { overflow-wrap: normal; }
    tr.go { cursor: pointer; }
    tr.go:hover td { background: var(--faint); }
    .versions { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 14px; margin-top: 10px; }
    .versions figure { margin: 0; }
    .versions figcaption { color: var(--soft); font-size: 12px; margin-bottom: 3px; }
    .versions canvas { height: 120px; cursor: crosshair; }
    .counts { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 2px 20px; margin-top: 8px; font-size: 13px; }
    .counts div { display: flex; justify-content: space-between; gap: 10px; border-bottom: 1px solid var(--faint); }
    .counts span { color: var(--soft); overflow-wrap: anywhere; }
    .good-line { color: var(--good); margin: 8px 0 0; }
    .tip { position: fixed; z-index: 9; pointer-events: none; max-width: 360px; background: var(--ink); color: var(--card); border-radius: 7px; padding: 7px 10px; font-size: 12px; box-shadow: 0 4px 18px rgba(0,0,0,.25); }
    .tip b { font-weight: 650; }
    .tip div { opacity: .85; overflow-wrap: anywhere; }
    @media (max-width: 1100px) { main { grid-template-columns: minmax(0, 1fr); } .side { position: static; max-height: none; } .lines { max-height: 420px; } }
    @media (max-width: 760px) { .below { grid-template-columns: minmax(0, 1fr); } .top, main, .below { padding-left: 12px; padding-right: 12px; } }
    @media print { .tools, .keys, #theme, #copy { display: none; } .side { max-height: none; } }
    """#
}
