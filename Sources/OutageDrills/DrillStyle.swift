/// The page's style sheet. Colours of modes are those of Okabe and Ito ("Color Universal Design", 2008), which people with any kind of colour vision tell apart.
enum DrillStyle {
  static let text = #"""
    :root {
      color-scheme: light dark;
      --page: #f5f6f8; --card: #ffffff; --ink: #1c2128; --soft: #5b6672; --line: #dfe3e8; --faint: #eef0f3;
      --good: #0b7a4b; --good-ground: #e2f5ec; --bad: #b3261e; --bad-ground: #fdeceb;
      --normal: #d5e9e0; --pending: #f0e442; --initial: #e69f00; --extended: #d55e00; --recovery: #56b4e9;
      --up: #009e73; --cut: #b3261e; --machines: #0072b2; --launches: #009e73; --failed: #d55e00; --elected: #1c2128; --cut-ground: rgba(179,38,30,.07);
      --shade: 0 1px 2px rgba(20,28,38,.06), 0 2px 10px rgba(20,28,38,.05);
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #0f1318; --card: #171c23; --ink: #e6eaef; --soft: #96a1ad; --line: #2a313a; --faint: #1e242c;
        --good: #56d69b; --good-ground: #12301f; --bad: #ff8a80; --bad-ground: #3a1715;
        --normal: #24453a; --pending: #e6da3c; --initial: #e69f00; --extended: #e8702a; --recovery: #56b4e9;
        --up: #129d73; --cut: #ff8a80; --machines: #56b4e9; --launches: #3fc494; --failed: #e8702a; --elected: #ffffff; --cut-ground: rgba(255,138,128,.09);
        --shade: none;
      }
    }
    * { box-sizing: border-box; }
    html { font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
    body { margin: 0; background: var(--page); color: var(--ink); font-variant-numeric: tabular-nums; }
    h1 { font-size: 20px; line-height: 1.2; font-weight: 650; margin: 0; letter-spacing: -.01em; }
    h2 { font-size: 12px; font-weight: 650; margin: 0 0 8px; text-transform: uppercase; letter-spacing: .06em; color: var(--soft); }
    header { padding: 18px 24px 16px; background: var(--card); border-bottom: 1px solid var(--line); }
    .head { display: flex; align-items: center; gap: 12px; flex-wrap: wrap; }
    .head p { margin: 0 0 0 auto; color: var(--soft); }
    .badge { font-weight: 650; font-size: 12px; letter-spacing: .05em; padding: 3px 10px; border-radius: 99px; color: var(--good); background: var(--good-ground); white-space: nowrap; }
    .badge.bad { color: var(--bad); background: var(--bad-ground); }
    main { max-width: 1240px; margin: 0 auto; padding: 16px 24px 32px; display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(124px, 1fr)); gap: 12px; }
    .tile, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shade); }
    .tile { padding: 12px 14px; }
    .tile b { display: block; font-size: 21px; font-weight: 650; letter-spacing: -.01em; line-height: 1.25; }
    .tile span { color: var(--soft); font-size: 12px; }
    .tile.bad b { color: var(--bad); }
    .tile.good b { color: var(--good); }
    .card { padding: 14px 16px; overflow-x: auto; }
    svg { display: block; width: 100%; min-width: 720px; height: auto; font: 11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    svg .name { fill: var(--ink); font-weight: 600; font-size: 12px; }
    svg .tick, svg .scale { fill: var(--soft); }
    svg .grid { stroke: var(--line); stroke-width: 1; }
    svg .mark { stroke: var(--cut); stroke-width: 1.2; stroke-dasharray: 4 3; }
    svg .mark-text { fill: var(--cut); font-weight: 600; }
    .legend { display: flex; flex-wrap: wrap; gap: 5px 16px; margin-top: 10px; color: var(--soft); font-size: 12px; }
    .legend span { display: inline-flex; align-items: center; gap: 6px; }
    .legend i { width: 14px; height: 11px; border-radius: 2px; display: inline-block; }
    .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 16px; align-items: start; }
    table { border-collapse: collapse; width: 100%; font-size: 13px; }
    th { text-align: left; font-weight: 550; color: var(--soft); font-size: 12px; }
    th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--faint); vertical-align: top; overflow-wrap: anywhere; }
    th, td.number { white-space: nowrap; }
    td.when, th.when { white-space: nowrap; text-align: right; color: var(--soft); }
    td.who { font-weight: 600; white-space: nowrap; }
    td.failed { color: var(--bad); font-weight: 600; }
    td.ok { color: var(--good); font-weight: 600; white-space: nowrap; }
    .note { color: var(--soft); margin: 0; }
    @media (max-width: 760px) { main, header { padding-left: 12px; padding-right: 12px; } .two { grid-template-columns: minmax(0, 1fr); } }
    """#
}
