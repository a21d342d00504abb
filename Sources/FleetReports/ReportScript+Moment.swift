extension ReportScript {
  /// The moment that the scrubber stands at: what everybody is then, and the lines of the trace around it.
  static let moment = #"""
    function setMoment(at, follow) {
      moment = Math.max(0, Math.min(data.length, Math.round(at)));
      if (follow && (moment < view.from || moment > view.to)) {
        const half = (view.to - view.from) / 2;
        setView(moment - half, moment + half);
        return;
      }
      draw();
    }
    function choose(number) {
      chosen = number;
      const row = rows.find(row => row.lane && row.lane.number === number), box = $('scroll');
      if (row && (row.y < box.scrollTop || row.y + LANE > box.scrollTop + box.clientHeight)) box.scrollTop = row.y - box.clientHeight / 2;
    }
    function swatch(name) {
      const element = make('i', 'swatch ' + name);
      if (name !== 'mark' && name !== 'fault') element.style.backgroundColor = `var(--${name})`;
      return element;
    }
    const versionAt = (lane, at) => data.versions[stateAt(lane.versions, at).value] || '?';
    const faultsAt = (list, at) => list.filter(fault => fault.from <= at && at < fault.to);

    function showStates() {
      $('when').textContent = wall(moment);
      $('since').textContent = sinceStart(moment);
      $('scroll').setAttribute('aria-valuemax', data.length);
      $('scroll').setAttribute('aria-valuenow', moment);
      $('scroll').setAttribute('aria-valuetext', wall(moment));
      const sums = new Map();
      for (const lane of connectors) {
        const phase = stateAt(lane.phases, moment).value;
        sums.set(phase, (sums.get(phase) || 0) + 1);
      }
      const box = $('states');
      box.replaceChildren();
      const chip = (colour, text, count) => {
        const element = make('span', 'chip');
        element.append(swatch(colour), make('b', '', count === undefined ? '' : String(count)), make('span', '', text));
        box.append(element);
      };
      chip(data.phases[stateAt(data.rollout, moment).value][1], 'rollout: ' + (moment < firstRelease ? 'nothing out yet' : data.phases[stateAt(data.rollout, moment).value][0]));
      if (stateAt(data.cloud, moment).value === OFF) chip('off', 'the cloud is down');
      for (const [phase, count] of [...sums].sort((a, b) => a[0] - b[0])) chip(data.phases[phase][1], data.phases[phase][0], count);
      const lane = connectors[chosen], detail = $('chosen');
      detail.replaceChildren();
      if (!lane) return;
      const state = stateAt(lane.phases, moment), home = data.places[lane.place];
      const head = make('div');
      head.append(make('b', '', lane.name), ` in ${home.name}: ${data.phases[state.value][0]}`);
      detail.append(head, make('div', 'row', `for ${span(moment - state.from)}, and ${span(state.to - moment)} more; runs ${versionAt(lane, moment)}`));
      for (const fault of faultsAt(lane.faults, moment)) detail.append(make('div', 'row', `fault: ${fault.kind} (${fault.target}), ${span(fault.to - moment)} more`));
    }
    const firstRelease = data.releases.length ? Math.min(...data.releases.map(release => release.at)) : Infinity;

    // Lines around the moment. Only so many are in the page at a time.
    const AROUND = 120;
    function concerned(index) {
      if (!$('only-chosen').checked) return true;
      const name = 'c' + (chosen + 1), subject = texts[lines.subject[index]];
      return texts[lines.node[index]] === name || subject === name || subject === 'link of ' + name;
    }
    function shownLines() {
      const now = above(lines.at, moment) - 1, before = [], after = [];
      for (let index = now; index >= 0 && before.length < AROUND; index--) if (concerned(index)) before.unshift(index);
      for (let index = now + 1; index < lines.at.length && after.length < AROUND; index++) if (concerned(index)) after.push(index);
      return { before, after };
    }
    function showLines() {
      const list = $('lines'), { before, after } = shownLines();
      const fragment = document.createDocumentFragment();
      const last = before[before.length - 1];
      let current = null;
      for (const index of [...before, ...after]) {
        const what = texts[lines.what[index]], item = make('li');
        if (what === 'violation') item.classList.add('violation');
        if (what === 'fault' || what === 'healed') item.classList.add('fault');
        if (last !== undefined && index > last) item.classList.add('later');
        if (last !== undefined && lines.at[index] === lines.at[last]) { item.classList.add('now'); current = item; }
        const time = make('time', '', wall(lines.at[index]).slice(15, 23) + '.' + String(lines.at[index] % 1000).padStart(3, '0'));
        time.title = wall(lines.at[index]);
        const text = make('div'), subject = texts[lines.subject[index]], detail = texts[lines.detail[index]].trim();
        text.append(make('span', 'node', texts[lines.node[index]]), ' ', make('span', 'what', what), subject === '-' ? '' : ' ' + subject);
        if (detail) text.append(make('div', 'detail', detail));
        item.append(time, text);
        item.addEventListener('click', () => pickLine(index));
        fragment.append(item);
      }
      if (!before.length && !after.length) fragment.append(make('li', 'note', 'no line'));
      list.replaceChildren(fragment);
      if (current) list.scrollTop = current.offsetTop - list.offsetTop - list.clientHeight / 2;
      else list.scrollTop = 0;
    }
    function pickLine(index) {
      const name = [lines.node[index], lines.subject[index]].map(text => /^(?:link of )?c(\d+)$/.exec(texts[text])).find(Boolean);
      if (name && !$('only-chosen').checked && connectors[name[1] - 1]) choose(name[1] - 1);
      setMoment(lines.at[index], true);
    }
    /// The next line that is shown, at another time.
    function stepLine(direction) {
      const { before, after } = shownLines();
      const next = direction > 0 ? after[0] : before.filter(index => lines.at[index] < moment).pop();
      if (next !== undefined) setMoment(lines.at[next], true);
    }
    /// The next change of the chosen connector's state.
    function stepState(direction) {
      const lane = connectors[chosen];
      if (!lane) return;
      const starts = lane.phases.filter((_, index) => index % 2 === 0);
      const next = direction > 0 ? starts.find(at => at > moment) : starts.filter(at => at < moment).pop();
      if (next !== undefined) setMoment(next, true);
    }
    function stepViolation() {
      if (!violations.length) return;
      const next = violations.find(mark => mark.at > moment) || violations[0];
      goTo(next);
    }
    function goTo(mark) {
      if (mark.lane >= 0) choose(mark.lane);
      // Close enough to see what led to it.
      if (view.to - view.from > 6 * 3600000) setView(mark.at - 2 * 3600000, mark.at + 3600000);
      setMoment(mark.at, true);
    }

    // The whole page, at most once for each frame.
    let isDrawing = false;
    function draw() {
      if (isDrawing) return;
      isDrawing = true;
      requestAnimationFrame(() => {
        isDrawing = false;
        drawOverview(); drawAxis(); drawLanes(); drawVersions();
        showStates(); showLines();
      });
    }
    function drawAll() { layOut(); draw(); }
    """#
}
