extension ReportScript {
  /// Hover, mouse and keys; the summary, the tables and the versions below the timeline.
  static let tables = #"""
    // Who and what is below the pointer.
    function rowAt(event) {
      const y = event.clientY - $('scroll').getBoundingClientRect().top + $('scroll').scrollTop;
      return rows.find(row => y >= row.y && y < row.y + row.height);
    }
    const near = (list, at, slack) => list.filter(mark => Math.abs(mark.at - at) <= slack);
    function tipFor(lane, at, slack) {
      const out = [], state = stateAt(lane.phases, at);
      out.push([`${lane.name}: ${lane.kind === 'cloud' ? (state.value === OFF ? 'down' : 'up') : data.phases[state.value][0]}`, true]);
      out.push([wall(at)]);
      if (lane.kind === 'connector') out.push([`for ${span(state.to - state.from)} (${wall(state.from, false).slice(4)} to ${wall(state.to, false).slice(4)})`], [`runs ${versionAt(lane, at)}`]);
      for (const fault of lane.faults.filter(fault => fault.from - slack <= at && at <= fault.to + slack).slice(0, 4)) out.push([`fault: ${fault.kind} (${fault.target}) for ${span(fault.to - fault.from)}`]);
      for (const mark of near(lane.elections, at, slack).slice(0, 3)) out.push([`${mark.what} ${mark.subject} ${mark.detail}`]);
      for (const mark of near(lane.marks, at, slack).slice(0, 3)) out.push([`${mark.what}: ${mark.detail}`, true]);
      return out;
    }
    function showTip(event, entries) {
      const tip = $('tip');
      tip.replaceChildren(...entries.map(([text, isBold]) => make(isBold ? 'b' : 'div', '', text)).flatMap(element => [element, document.createElement('span')]));
      tip.hidden = false;
      const box = tip.getBoundingClientRect();
      tip.style.left = Math.max(4, Math.min(event.clientX + 14, window.innerWidth - box.width - 8)) + 'px';
      tip.style.top = (event.clientY + 18 + box.height > window.innerHeight ? event.clientY - box.height - 12 : event.clientY + 18) + 'px';
    }
    const hideTip = () => { $('tip').hidden = true; };

    /// One canvas of the timeline: hover tells, a click sets the moment, dragging moves, Ctrl with the wheel zooms.
    function listen(element, laneAt) {
      const timeAt = event => {
        const box = element.getBoundingClientRect();
        return toTime(event.clientX - box.left, box.width);
      };
      const slackOf = () => 6 / scale(element.getBoundingClientRect().width);
      let drag = null;
      element.addEventListener('pointerdown', event => {
        if (event.button) return;
        drag = { x: event.clientX, from: view.from, to: view.to, moved: false };
        // Not where a scroll bar is.
        if (event.offsetX < element.clientWidth) element.setPointerCapture(event.pointerId);
      });
      element.addEventListener('pointermove', event => {
        if (drag && Math.abs(event.clientX - drag.x) > 4) drag.moved = true;
        if (drag && drag.moved) {
          const by = (event.clientX - drag.x) / scale(element.getBoundingClientRect().width);
          hideTip();
          setView(drag.from - by, drag.from - by + (drag.to - drag.from));
          return;
        }
        const lane = laneAt(event), at = timeAt(event);
        if (lane && at >= view.from && at <= view.to) showTip(event, tipFor(lane, at, slackOf())); else hideTip();
      });
      element.addEventListener('pointerup', event => {
        const wasMoved = drag && drag.moved;
        drag = null;
        if (wasMoved) return;
        const lane = laneAt(event), at = timeAt(event);
        const mark = lane && near(lane.marks, at, slackOf())[0];
        if (lane && lane.kind === 'connector') chosen = lane.number;
        if (mark) setMoment(mark.at); else if (at >= view.from) setMoment(Math.min(at, view.to)); else draw();
      });
      element.addEventListener('pointercancel', () => { drag = null; });
      element.addEventListener('pointerleave', hideTip);
      element.addEventListener('wheel', event => {
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault();
          zoom(event.deltaY > 0 ? 1.25 : .8, Math.max(view.from, Math.min(view.to, timeAt(event))));
        } else if (event.deltaX || event.shiftKey) {
          event.preventDefault();
          const by = (event.deltaX || event.deltaY) / scale(element.getBoundingClientRect().width);
          setView(view.from + by, view.to + by);
        }
      }, { passive: false });
    }
    listen($('scroll'), event => { const row = rowAt(event); return row && row.lane; });
    listen($('axis'), event => {
      const y = event.clientY - $('axis').getBoundingClientRect().top;
      return y >= 28 && y < 62 ? rolloutLane : y >= 62 ? cloudLane : null;
    });
    $('scroll').addEventListener('scroll', () => requestAnimationFrame(drawLanes));

    // The overview moves what is shown.
    let isBrushing = false;
    const brush = event => {
      const box = $('overview').getBoundingClientRect();
      const at = (event.clientX - box.left - GUTTER) / (box.width - GUTTER - 8) * data.length, half = (view.to - view.from) / 2;
      setView(at - half, at + half);
    };
    $('overview').addEventListener('pointerdown', event => { isBrushing = true; $('overview').setPointerCapture(event.pointerId); brush(event); });
    $('overview').addEventListener('pointermove', event => { if (isBrushing) brush(event); });
    for (const name of ['pointerup', 'pointercancel']) $('overview').addEventListener(name, () => { isBrushing = false; });

    document.addEventListener('keydown', event => {
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== 'checkbox') return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = {
        ArrowLeft: () => event.shiftKey ? stepState(-1) : stepLine(-1), ArrowRight: () => event.shiftKey ? stepState(1) : stepLine(1),
        v: stepViolation, V: stepViolation, '+': () => zoom(.6), '=': () => zoom(.6), '-': () => zoom(1.6), 0: () => setView(0, data.length),
        Home: () => setMoment(0, true), End: () => setMoment(data.length, true),
      }[event.key];
      if (act) { event.preventDefault(); act(); }
    });
    $('in').addEventListener('click', () => zoom(.6));
    $('out').addEventListener('click', () => zoom(1.6));
    $('fit').addEventListener('click', () => setView(0, data.length));
    for (const name of ['find', 'only-broken', 'only-faulty']) $(name).addEventListener('input', drawAll);
    $('only-chosen').addEventListener('change', draw);
    $('copy').addEventListener('click', () => {
      const done = () => { $('copy').textContent = 'Copied'; setTimeout(() => { $('copy').textContent = 'Copy'; }, 1200); };
      if (navigator.clipboard) navigator.clipboard.writeText(data.again).then(done, () => {});
    });
    window.addEventListener('resize', draw);

    // Versions: how many connectors of a ring run which, over the time that is shown.
    let groups = [];
    function groupByRing() {
      const release = Number($('release').value), rings = data.releases[release] ? data.releases[release].rings : [];
      const members = new Map();
      for (const lane of connectors) {
        const ring = data.releases[release] ? lane.rings[release] : -1;
        if (!members.has(ring)) members.set(ring, []);
        members.get(ring).push(lane);
      }
      const box = $('versions');
      box.replaceChildren();
      groups = [...members].sort((a, b) => (a[0] < 0) - (b[0] < 0) || a[0] - b[0]).map(([ring, list]) => {
        const figure = make('figure'), canvas = make('canvas');
        const name = !data.releases.length ? 'all' : ring < 0 ? 'in no ring' : 'ring ' + rings[ring];
        figure.append(make('figcaption', '', `${name}: ${plural(list.length, 'connector')}`), canvas);
        box.append(figure);
        // Every change, in the order of time.
        const changes = [], first = new Map();
        for (const lane of list) {
          first.set(lane.versions[1], (first.get(lane.versions[1]) || 0) + 1);
          for (let index = 2; index < lane.versions.length; index += 2) changes.push([lane.versions[index], lane.versions[index - 1], lane.versions[index + 1]]);
        }
        changes.sort((a, b) => a[0] - b[0]);
        const group = { canvas, count: list.length, changes, first };
        canvas.addEventListener('pointermove', event => {
          const area = canvas.getBoundingClientRect(), at = view.from + (event.clientX - area.left) / area.width * (view.to - view.from);
          const sums = versionsAt(group, at);
          showTip(event, [[wall(at), true], ...[...sums].sort((a, b) => a[0] - b[0]).filter(([, count]) => count).map(([version, count]) => [`${data.versions[version]}: ${count}`])]);
        });
        canvas.addEventListener('pointerleave', hideTip);
        canvas.addEventListener('click', event => {
          const area = canvas.getBoundingClientRect();
          setMoment(view.from + (event.clientX - area.left) / area.width * (view.to - view.from));
        });
        return group;
      });
    }
    function versionsAt(group, at) {
      const sums = new Map(group.first);
      for (const [when, before, after] of group.changes) {
        if (when > at) break;
        sums.set(before, sums.get(before) - 1);
        sums.set(after, (sums.get(after) || 0) + 1);
      }
      return sums;
    }
    function drawVersions() {
      for (const group of groups) {
        const { context, width, height } = pen(group.canvas, 120);
        const columns = Math.max(1, Math.floor(width)), sums = new Map(group.first);
        let next = 0;
        for (let column = 0; column < columns; column++) {
          const at = view.from + (column + 1) / columns * (view.to - view.from);
          for (; next < group.changes.length && group.changes[next][0] <= at; next++) {
            const [, before, after] = group.changes[next];
            sums.set(before, sums.get(before) - 1);
            sums.set(after, (sums.get(after) || 0) + 1);
          }
          let y = height;
          for (const version of [...sums.keys()].sort((a, b) => a - b)) {
            const part = sums.get(version) / group.count * height;
            if (!part) continue;
            context.fillStyle = versionColour(version);
            context.fillRect(column, y - part, 1.02, part);
            y -= part;
          }
        }
        const x = (moment - view.from) / (view.to - view.from) * width;
        // White within black, to be seen on every colour.
        context.fillStyle = '#000'; context.fillRect(x - 1, 0, 3, height);
        context.fillStyle = '#fff'; context.fillRect(x, 0, 1, height);
      }
    }

    function table(heads, entries, act) {
      const element = make('table'), head = make('tr');
      for (const text of heads) head.append(make('th', '', text));
      element.append(head);
      for (const entry of entries) {
        const row = make('tr');
        for (const text of entry.cells) row.append(make('td', '', text));
        if (act) {
          row.className = 'go';
          row.tabIndex = 0;
          row.addEventListener('click', () => act(entry));
          row.addEventListener('keydown', event => { if (event.key === 'Enter') act(entry); });
        }
        element.append(row);
      }
      return element;
    }

    // The summary, once.
    const count = data.violations.length;
    $('verdict').textContent = data.good ? 'PASSED' : 'FAILED';
    $('verdict').classList.toggle('bad', !data.good);
    $('title').textContent = `Seed ${data.seed}` + (count ? `: ${plural(count, 'violation')} of ${[...new Set(violations.map(mark => mark.what))].join(', ')}` : data.good ? ': every invariant held' : '');
    $('again').textContent = data.again;
    for (const [name, text] of [
      ['Fleet', `${plural(connectors.length, 'connector')} in ${plural(data.places.length, 'location')}`], ['Simulated', `${span(data.length)} from ${wall(0, false)}`],
      ['Releases', String(data.releases.length)], ['Faults', String(faults.length)], ['Events', `${data.events.toLocaleString('en')}, ${plural(data.lineCount, 'line')} of trace`],
      ['Ended', data.end.join(' ')], ['Hash', data.hash],
    ]) {
      const entry = make('div');
      entry.append(make('dt', '', name), make('dd', name === 'Hash' ? 'mono' : '', text));
      $('facts').append(entry);
    }
    const legend = (box, entries) => {
      for (const [colour, text] of entries) {
        const entry = make('span');
        entry.append(swatch(colour), text);
        $(box).append(entry);
      }
    };
    legend('legend', [...data.phases.slice(0, 10).map(([title, colour]) => [colour, title]), ['fault', 'a fault is in force'], ['mark', 'an invariant is broken']]);
    if (elections.length) legend('legend', [['focus', 'who is elected in its location (▾: a change)']]);
    data.versions.forEach((version, index) => {
      const entry = make('span'), colour = swatch('done');
      colour.style.backgroundColor = versionColour(index);
      entry.append(colour, version);
      $('version-legend').append(entry);
    });
    $('violations').append(count
      ? table(['When', 'Invariant', 'Who', 'What'], violations.map(mark => ({ mark, cells: [wall(mark.at), mark.what, mark.subject, mark.detail] })), entry => { goTo(entry.mark); $('scroll').scrollIntoView({ block: 'center' }); })
      : make('p', data.good ? 'good-line' : 'note', data.good ? 'None.' : data.end.join(' ')));
    $('releases').append(data.releases.length
      ? table(['Version', 'Out', 'Behaves', 'Rings', 'Canaries'], data.releases.map(release => ({
          at: release.at, cells: [release.version + (release.emergency ? ' (emergency)' : ''), wall(release.at, false), release.behaviour, release.rings.join(', '), String(release.canaries)],
        })), entry => setMoment(entry.at, true))
      : make('p', 'note', 'None.'));
    for (const [name, number] of data.counts) {
      const entry = make('div');
      entry.append(make('span', '', name), make('b', '', number.toLocaleString('en')));
      $('counts').append(entry);
    }
    data.releases.forEach((release, index) => {
      const option = make('option', '', release.version);
      option.value = index;
      $('release').append(option);
    });
    $('release').value = String(data.releases.length - 1);
    $('release').addEventListener('change', () => { groupByRing(); draw(); });
    const left = data.lines.left.map(([what, number]) => `${number.toLocaleString('en')} × ${what}`);
    $('left').textContent = [...data.notes, ...(left.length ? [`Not on this page, but in the trace: ${left.join(', ')}.`] : [])].join(' ');

    applyTheme();
    groupByRing();
    if (violations.length) choose(chosen);
    drawAll();
    """#
}
