extension ReportScript {
  /// The timeline: an overview of all, an axis with the rollout and the cloud, and the lanes of the connectors.
  static let timeline = #"""
    // Narrower lanes for a large fleet, so that more of it is seen at once.
    const isLarge = connectors.length > 60;
    const GUTTER = 76, LANE = isLarge ? 11 : 15, HEAD = isLarge ? 17 : 20;
    let view = { from: 0, to: data.length };
    // Where something begins: at time 0 every machine is still off.
    let moment = violations.length ? violations[0].at : data.releases.length ? Math.min(data.length, ...data.releases.map(release => release.at)) : 0;
    let chosen = violations.length && violations[0].lane >= 0 ? violations[0].lane : 0;
    let rows = [];

    /// Who is shown: heads of locations, and lanes.
    function layOut() {
      const wanted = $('find').value.trim().toLowerCase().split(/[\s,]+/).filter(Boolean);
      const broken = $('only-broken').checked, faulty = $('only-faulty').checked;
      rows = [];
      let y = 0, place = -1;
      for (const lane of connectors) {
        const home = data.places[lane.place];
        if (wanted.length && !wanted.includes(lane.name) && !wanted.includes(home.name)) continue;
        if (broken && !lane.marks.length) continue;
        if (faulty && !lane.faults.length) continue;
        if (lane.place !== place) {
          place = lane.place;
          rows.push({ y, height: HEAD, head: home });
          y += HEAD;
        }
        rows.push({ y, height: LANE, lane });
        y += LANE;
      }
      if (!rows.length) { rows.push({ y, height: HEAD, none: true }); y += HEAD; }
      $('tall').style.height = y + 'px';
    }

    const scale = width => (width - GUTTER - 8) / (view.to - view.from);
    const toX = (at, width) => GUTTER + (at - view.from) * scale(width);
    const toTime = (x, width) => view.from + (x - GUTTER) / scale(width);

    /// Runs of states. What is narrower than a pixel is drawn last, the graver the later, so that it is seen from afar too.
    const gravity = [0, 1, 3, 4, 5, 2, 8, 9, 6, 7, 1, 1, 9, 5, 0];
    function drawRuns(context, pairs, y, height, width) {
      const small = [];
      const k = scale(width), right = width - 8;
      for (let index = Math.max(0, above(pairs, view.from, 2) - 1); index * 2 < pairs.length; index++) {
        const from = pairs[index * 2], phase = pairs[index * 2 + 1];
        if (from > view.to) break;
        const to = index * 2 + 2 < pairs.length ? pairs[index * 2 + 2] : data.length;
        const x0 = Math.max(GUTTER, GUTTER + (from - view.from) * k), x1 = Math.min(right, GUTTER + (to - view.from) * k);
        if (x1 - x0 < 1.5) { small.push([x0, phase]); continue; }
        context.fillStyle = fillOf(phase);
        context.fillRect(x0, y, x1 - x0, height);
      }
      small.sort((a, b) => gravity[a[1]] - gravity[b[1]]);
      for (const [x, phase] of small) {
        context.fillStyle = fillOf(phase);
        context.fillRect(Math.min(x, right - 1.5), y, 1.5, height);
      }
    }
    function drawFaults(context, list, y, width) {
      context.fillStyle = colours.fault;
      for (const fault of list) {
        if (fault.to < view.from || fault.from > view.to) continue;
        const x0 = Math.max(GUTTER, toX(fault.from, width)), x1 = Math.min(width - 8, toX(fault.to, width));
        context.fillRect(x0, y, Math.max(2, x1 - x0), 3);
      }
    }
    /// A location's own lane, when the run has elections: a bar for each connector that is elected.
    function drawElected(context, home, y, width) {
      for (const { lane, from, to } of home.elected) {
        if (to < view.from || from > view.to) continue;
        const x0 = Math.max(GUTTER, toX(from, width)), x1 = Math.max(x0 + 2, Math.min(width - 8, toX(to, width)));
        const first = connectors.findIndex(other => other.place === lane.place), order = (lane.number - first) % 3;
        context.fillStyle = colours.focus;
        context.fillRect(x0, y + 4 + order * 5, x1 - x0, 3);
        if (x1 - x0 < 90) continue;
        context.fillStyle = colours.card;
        context.fillRect(x0 + 6, y + 2, context.measureText(lane.name + ' elected').width + 6, HEAD - 5);
        context.fillStyle = colours.soft;
        context.fillText(lane.name + ' elected', x0 + 9, y + HEAD / 2);
      }
    }
    function diamond(context, x, y, size, fill) {
      context.beginPath();
      context.moveTo(x, y - size); context.lineTo(x + size, y); context.lineTo(x, y + size); context.lineTo(x - size, y);
      context.closePath();
      context.fillStyle = fill;
      context.fill();
      context.lineWidth = 1.2;
      context.strokeStyle = colours.card;
      context.stroke();
    }
    function drawMarks(context, lane, y, height, width) {
      for (const mark of lane.elections) {
        if (mark.at < view.from || mark.at > view.to) continue;
        const x = toX(mark.at, width);
        context.fillStyle = colours.focus;
        context.beginPath();
        context.moveTo(x - 4, y); context.lineTo(x + 4, y); context.lineTo(x, y + 6);
        context.fill();
      }
      for (const mark of lane.marks) {
        if (mark.at < view.from || mark.at > view.to) continue;
        diamond(context, toX(mark.at, width), y + height / 2, 5.5, colours.bad);
      }
    }
    function drawScrubber(context, width, height) {
      if (moment < view.from || moment > view.to) return;
      const x = Math.round(toX(moment, width)) + .5;
      context.strokeStyle = colours.scrub;
      context.lineWidth = 1;
      context.beginPath(); context.moveTo(x, 0); context.lineTo(x, height); context.stroke();
    }

    /// Steps of the axis that people count in.
    const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 345600, 604800, 1209600, 2592000].map(s => s * 1000);
    function drawAxis() {
      const { context, width, height } = pen($('axis'), 92);
      const step = steps.find(s => s * scale(width) > 84) || steps[steps.length - 1];
      context.fillStyle = colours.soft;
      context.strokeStyle = colours.line;
      context.lineWidth = 1;
      const first = Math.ceil((data.starts + view.from) / step) * step - data.starts;
      for (let at = first; at <= view.to; at += step) {
        const x = Math.round(toX(at, width)) + .5, text = wall(at, step < 60000);
        context.beginPath(); context.moveTo(x, 26); context.lineTo(x, height); context.stroke();
        context.textAlign = 'center';
        const label = step >= 86400000 ? text.slice(0, 3) + ' ' + text.slice(9, 14) : step < 60000 ? text.slice(15, 23) : text.slice(15, 20);
        if (x > GUTTER + 30 && x < width - 34) context.fillText(label, x, 19);
        if (step < 86400000 && (data.starts + at) % 86400000 === 0 && x > GUTTER + 30 && x < width - 34) context.fillText(text.slice(0, 3) + ' ' + text.slice(9, 14), x, 6);
      }
      const named = [[rolloutLane, 30, 'rollout'], [cloudLane, 66, 'cloud']];
      for (const [lane, y, name] of named) {
        context.fillStyle = colours.ink;
        context.textAlign = 'left';
        context.fillText(name, 4, y + 8);
        drawRuns(context, lane.phases, y, 14, width);
        drawFaults(context, lane.faults, y + 14, width);
        drawMarks(context, lane, y, 14, width);
      }
      // When releases come out.
      let free = 0;
      for (const release of data.releases) {
        if (release.at < view.from || release.at > view.to) continue;
        const x = toX(release.at, width);
        context.fillStyle = colours.ink;
        context.fillRect(x, 30, 1.5, 17);
        const text = release.version, room = context.measureText(text).width;
        if (x > free && x + room < width - 8) {
          context.textAlign = 'left';
          context.fillText(text, x + 3, 56);
          free = x + room + 10;
        }
      }
      drawScrubber(context, width, height);
    }

    function drawLanes() {
      const box = $('scroll'), tall = parseFloat($('tall').style.height) || HEAD;
      const shown = Math.min(tall, box.clientHeight || 720);
      const { context, width } = pen($('lanes'), Math.max(HEAD, shown));
      const top = box.scrollTop;
      for (const row of rows) {
        const y = row.y - top;
        if (y + row.height < 0 || y > shown) continue;
        context.textAlign = 'left';
        if (row.none) { context.fillStyle = colours.soft; context.fillText('nobody is called that', 4, y + HEAD / 2); continue; }
        if (row.head) {
          context.fillStyle = colours.soft;
          context.font = '600 11px system-ui, -apple-system, "Segoe UI", sans-serif';
          context.fillText(row.head.name, 4, y + HEAD / 2 + 2);
          context.font = '11px system-ui, -apple-system, "Segoe UI", sans-serif';
          if (elections.length) drawElected(context, row.head, y, width);
          else context.fillText(`${row.head.rule === 'now' ? 'at once' : row.head.rule + ' ' + row.head.zone}`, GUTTER + 5, y + HEAD / 2 + 2);
          continue;
        }
        const lane = row.lane;
        if (lane.number === chosen) {
          context.fillStyle = colours.faint;
          context.fillRect(0, y, width, LANE);
        }
        context.fillStyle = lane.number === chosen ? colours.focus : colours.ink;
        if (isLarge) context.font = '9.5px system-ui, -apple-system, "Segoe UI", sans-serif';
        context.fillText(lane.name, 14, y + LANE / 2);
        drawRuns(context, lane.phases, y + 1, LANE - (isLarge ? 3 : 5), width);
        drawFaults(context, lane.faults, y + LANE - 3, width);
        drawMarks(context, lane, y + 1, LANE - 3, width);
      }
      drawScrubber(context, width, shown);
    }

    /// All of the run, what part of it is shown, and where something was broken.
    function drawOverview() {
      const { context, width, height } = pen($('overview'), 46);
      const right = width - 8, x = at => GUTTER + at / data.length * (right - GUTTER);
      context.fillStyle = colours.faint;
      context.fillRect(GUTTER, 0, right - GUTTER, height);
      // How many connectors are in an update, out of contact or off, pixel by pixel.
      const pixels = Math.max(1, Math.floor((right - GUTTER) / 2));
      if (!drawOverview.sums || drawOverview.sums.length !== pixels) drawOverview.sums = busy(pixels);
      const most = Math.max(1, ...drawOverview.sums.map(([a, b]) => a + b));
      drawOverview.sums.forEach(([working, away], pixel) => {
        const a = working / most * (height - 8), b = away / most * (height - 8);
        context.fillStyle = colours.phases[4];
        context.fillRect(GUTTER + pixel * 2, height - a, 2, a);
        context.fillStyle = colours.phases[AWAY];
        context.fillRect(GUTTER + pixel * 2, height - a - b, 2, b);
      });
      for (const mark of violations) diamond(context, x(mark.at), 6, 4.5, colours.bad);
      context.fillStyle = colours.dark ? 'rgba(0,0,0,.5)' : 'rgba(245,246,248,.72)';
      context.fillRect(GUTTER, 0, x(view.from) - GUTTER, height);
      context.fillRect(x(view.to), 0, right - x(view.to), height);
      context.strokeStyle = colours.focus;
      context.lineWidth = 1.5;
      context.strokeRect(x(view.from) + .75, .75, Math.max(3, x(view.to) - x(view.from) - 1.5), height - 1.5);
      context.fillStyle = colours.scrub;
      context.fillRect(x(moment), 0, 1, height);
      context.fillStyle = colours.soft;
      context.textAlign = 'left';
      context.fillText('whole run', 4, height / 2);
    }
    function busy(pixels) {
      const sums = Array.from({ length: pixels }, () => [0, 0]);
      for (const lane of connectors) {
        for (let index = 0; index * 2 < lane.phases.length; index++) {
          const phase = lane.phases[index * 2 + 1], column = phase >= 2 && phase <= 4 ? 0 : phase >= AWAY ? 1 : -1;
          if (column < 0) continue;
          const to = index * 2 + 2 < lane.phases.length ? lane.phases[index * 2 + 2] : data.length;
          const last = Math.min(pixels - 1, Math.floor(to / data.length * pixels));
          for (let pixel = Math.floor(lane.phases[index * 2] / data.length * pixels); pixel <= last; pixel++) sums[pixel][column]++;
        }
      }
      return sums;
    }

    function setView(from, to) {
      const least = Math.min(data.length, 10000), length = Math.min(data.length, Math.max(least, to - from));
      const start = Math.max(0, Math.min(data.length - length, from));
      view = { from: start, to: start + length };
      draw();
    }
    function zoom(factor, around = moment >= view.from && moment <= view.to ? moment : (view.from + view.to) / 2) {
      setView(around - (around - view.from) * factor, around + (view.to - around) * factor);
    }
    """#
}
