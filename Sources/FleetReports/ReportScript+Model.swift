extension ReportScript {
  /// What the page knows, and how it is written and coloured.
  static let model = #"""
    const data = JSON.parse(document.getElementById('data').textContent);
    const $ = id => document.getElementById(id);
    const make = (tag, className, text) => {
      const element = document.createElement(tag);
      if (className) element.className = className;
      if (text !== undefined) element.textContent = text;
      return element;
    };
    const OFF = 9, AWAY = 8;

    // Lanes: the rollout and the cloud first, then connectors below the name of their location.
    const connectors = data.lanes.map(([place, rings, phases, versions], number) =>
      ({ kind: 'connector', number, name: 'c' + (number + 1), place, rings, phases, versions, faults: [], marks: [], elections: [] }));
    const rolloutLane = { kind: 'rollout', number: -2, name: 'rollout', phases: data.rollout, faults: [], marks: [], elections: [] };
    const cloudLane = { kind: 'cloud', number: -1, name: 'cloud', phases: data.cloud, faults: [], marks: [], elections: [] };
    const laneOf = number => connectors[number] || cloudLane;
    const faults = data.faults.map(([lane, from, to, kind, target]) => ({ lane, from, to, kind, target }));
    for (const fault of faults) laneOf(fault.lane).faults.push(fault);
    const marks = list => list.map(([at, lane, subject, what, detail]) => ({ at, lane, subject, what, detail }));
    const violations = marks(data.violations).sort((a, b) => a.at - b.at);
    for (const mark of violations) laneOf(mark.lane).marks.push(mark);
    const elections = marks(data.elections).sort((a, b) => a.at - b.at);
    for (const mark of elections) laneOf(mark.lane).elections.push(mark);

    // Who was elected in its location, from when to when. Two at a time are seen as two bars.
    for (const home of data.places) home.elected = [];
    for (const lane of connectors) {
      let from = null;
      for (const mark of lane.elections) {
        if (mark.what === 'elected' && from === null) from = mark.at;
        if (mark.what === 'unelected' && from !== null) { data.places[lane.place].elected.push({ lane, from, to: mark.at }); from = null; }
      }
      if (from !== null) data.places[lane.place].elected.push({ lane, from, to: data.length });
    }

    // Lines of the trace, unpacked: when, node, what, subject, detail.
    const texts = data.lines.texts;
    const lines = { at: [], node: [], what: [], subject: [], detail: [] };
    for (let index = 0, at = 0; index < data.lines.rows.length; index += 5) {
      const rows = data.lines.rows;
      at += rows[index];
      lines.at.push(at);
      lines.node.push(rows[index + 1]);
      lines.what.push(rows[index + 2]);
      lines.subject.push(rows[index + 3]);
      lines.detail.push(rows[index + 4]);
    }

    /// The first index whose value is above `at`.
    function above(list, at, stride = 1) {
      let low = 0, high = list.length / stride;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (list[middle * stride] <= at) low = middle + 1; else high = middle;
      }
      return low;
    }
    /// What a list of (begin, value) holds at a moment, since when, and until when.
    function stateAt(pairs, at) {
      const index = Math.max(0, above(pairs, at, 2) - 1);
      return { value: pairs[index * 2 + 1], from: pairs[index * 2], to: index * 2 + 2 < pairs.length ? pairs[index * 2 + 2] : data.length };
    }

    // Times: the run's own, and UTC.
    const two = number => String(number).padStart(2, '0');
    function sinceStart(at) {
      const seconds = Math.floor(at / 1000);
      return `day ${Math.floor(seconds / 86400)} ${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    }
    const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
    function wall(at, withSeconds = true) {
      const date = new Date(data.starts + at);
      if (isNaN(date)) return sinceStart(at);
      const text = date.toISOString();
      return `${days[date.getUTCDay()]} ${text.slice(0, 10)} ${text.slice(11, withSeconds ? 19 : 16)} UTC`;
    }
    function span(length) {
      const seconds = Math.round(length / 1000);
      if (seconds < 120) return `${seconds} s`;
      if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${seconds % 60 ? seconds % 60 + ' s' : ''}`.trim();
      if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
      return `${Math.floor(seconds / 86400)} days ${Math.floor(seconds / 3600) % 24} h`;
    }
    const plural = (count, word) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;

    // Colours come from the style sheet, so that light and dark are told in one place.
    let colours = {};
    function readColours() {
      const style = getComputedStyle(document.documentElement);
      const read = name => style.getPropertyValue('--' + name).trim();
      colours = { phases: data.phases.map(([, name]) => read(name)) };
      for (const name of ['ink', 'soft', 'line', 'faint', 'card', 'bad', 'scrub', 'fault', 'focus', 'page']) colours[name] = read(name);
      colours.dark = document.documentElement.classList.contains('dark');
      colours.hatch = hatch();
    }
    function hatch() {
      const tile = document.createElement('canvas');
      tile.width = tile.height = 6;
      const pen = tile.getContext('2d');
      pen.fillStyle = colours.phases[AWAY];
      pen.fillRect(0, 0, 6, 6);
      pen.strokeStyle = colours.dark ? 'rgba(0,0,0,.55)' : 'rgba(30,38,48,.45)';
      pen.lineWidth = 1.4;
      pen.beginPath();
      for (const x of [-6, 0, 6]) { pen.moveTo(x, 6); pen.lineTo(x + 6, 0); }
      pen.stroke();
      return pen.createPattern(tile, 'repeat');
    }
    const fillOf = phase => phase === AWAY ? colours.hatch : colours.phases[phase];
    /// Versions in their order, from a dark to a light end of one scale that reads in grey as well (after "cividis").
    function versionColour(index) {
      const count = Math.max(2, data.versions.length), part = index / (count - 1);
      const stops = [[35, 62, 108], [87, 92, 109], [125, 124, 120], [166, 157, 117], [209, 192, 96], [253, 231, 55]];
      const place = part * (stops.length - 1), low = Math.min(stops.length - 2, Math.floor(place)), rest = place - low;
      const mix = stops[low].map((value, channel) => Math.round(value + (stops[low + 1][channel] - value) * rest));
      return `rgb(${mix.join(',')})`;
    }

    // Light, dark, or as the system has it.
    const system = matchMedia('(prefers-color-scheme: dark)');
    let theme = 'auto';
    function applyTheme() {
      document.documentElement.classList.toggle('dark', theme === 'dark' || (theme === 'auto' && system.matches));
      $('theme').textContent = { auto: '◐ Auto', light: '☀ Light', dark: '☾ Dark' }[theme];
      readColours();
    }
    $('theme').addEventListener('click', () => {
      theme = { auto: 'light', light: 'dark', dark: 'auto' }[theme];
      applyTheme();
      drawAll();
    });
    system.addEventListener('change', () => { applyTheme(); drawAll(); });

    /// A canvas with as many pixels as the screen has.
    function pen(canvas, height) {
      const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth || 600;
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        canvas.style.height = height + 'px';
      }
      const context = canvas.getContext('2d');
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      context.font = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
      context.textBaseline = 'middle';
      return { context, width, height };
    }
    """#
}
