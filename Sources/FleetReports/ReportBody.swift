/// What stands on the page; the script fills it.
enum ReportBody {
  static let text = #"""
    <header class="top">
      <div class="head">
        <span id="verdict" class="badge"></span>
        <h1 id="title"></h1>
        <button id="theme" class="quiet" type="button" title="Light, dark, or as the system has it"></button>
      </div>
      <dl id="facts" class="facts"></dl>
      <div class="again"><span>Again</span><code id="again"></code><button id="copy" class="quiet" type="button">Copy</button></div>
    </header>
    <main>
      <section class="chart" aria-label="Timeline">
        <div class="bar">
          <div class="clock"><strong id="when"></strong><span id="since"></span></div>
          <div class="tools">
            <input id="find" type="search" placeholder="c12, l3 …" aria-label="Show only connectors or locations with this name" spellcheck="false">
            <label><input id="only-broken" type="checkbox"> with violations</label>
            <label><input id="only-faulty" type="checkbox"> with faults</label>
            <span class="group"><button id="out" type="button" title="Zoom out (-)">−</button><button id="in" type="button" title="Zoom in (+)">+</button><button id="fit" type="button" title="The whole run (0)">Whole run</button></span>
          </div>
        </div>
        <canvas id="overview" height="46" aria-hidden="true"></canvas>
        <canvas id="axis" height="92" aria-hidden="true"></canvas>
        <div id="scroll" class="scroll" tabindex="0" role="slider" aria-label="Moment" aria-valuemin="0"><div id="tall"><canvas id="lanes"></canvas></div></div>
        <div id="legend" class="legend"></div>
        <p class="keys"><kbd>←</kbd> <kbd>→</kbd> next event of the lines shown &ensp; <kbd>Shift</kbd>+<kbd>←</kbd> <kbd>→</kbd> next change of state &ensp; <kbd>V</kbd> next violation &ensp; <kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd> zoom &ensp; wheel with <kbd>Ctrl</kbd> zooms, drag moves, click sets the moment</p>
      </section>
      <aside class="side" aria-label="The moment">
        <h2>At this moment</h2>
        <div id="states" class="states"></div>
        <div id="chosen" class="chosen"></div>
        <div class="linehead"><h2>Trace</h2><label><input id="only-chosen" type="checkbox"> only the chosen one</label></div>
        <ol id="lines" class="lines"></ol>
        <p id="left" class="note"></p>
      </aside>
    </main>
    <section class="below">
      <div class="card wide"><div class="linehead"><h2>Violations</h2></div><div id="violations"></div></div>
      <div class="card wide"><div class="linehead"><h2>Versions by ring</h2><label>rings of <select id="release"></select></label></div><div id="versions" class="versions"></div><div id="version-legend" class="legend"></div></div>
      <div class="card"><h2>Releases</h2><div id="releases"></div></div>
      <div class="card"><h2>What happened how often</h2><div id="counts" class="counts"></div></div>
    </section>
    <div id="tip" class="tip" role="tooltip" hidden></div>
    """#
}
