// Line charts of values over time. Each has its values as a table beside it.

/** A line over time. `points` are `{ at, value }`, with `value` undefined where there are no data. */
function lineChart(label, points, { width, height = 150, low, high, show = (value) => format(value) }) {
  const drawn = points.filter((point) => point.value !== undefined);
  if (drawn.length < 2) return false;
  const left = 46;
  const bottom = 20;
  const values = drawn.map((point) => point.value);
  const bounds = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const [least, most] = [low ?? bounds[0], high ?? bounds[1]];
  const range = most - least || 1;
  const [from, to] = [points[0].at, points.at(-1).at];
  const x = (at) => left + ((width - left - 6) * (at - from)) / (to - from || 1);
  const y = (value) => 8 + ((height - bottom - 8) * (most - value)) / range;
  // A gap in the data is a gap in the line.
  const parts = [];
  let open = false;
  for (const point of points) {
    if (point.value === undefined) open = false;
    else {
      parts.push(`${open ? 'L' : 'M'}${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}`);
      open = true;
    }
  }
  const lines = [most, (most + least) / 2, least].map((value) => [
    svg('line', { class: 'grid-line', x1: left, x2: width, y1: y(value), y2: y(value) }),
    svg('text', { class: 'axis', x: left - 4, y: y(value) + 4, 'text-anchor': 'end' }, show(value)),
  ]);
  return svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
    lines, svg('path', { class: 'plot', d: parts.join('') }),
    svg('text', { class: 'axis', x: left, y: height - 5 }, timeText(from)),
    svg('text', { class: 'axis', x: width, y: height - 5, 'text-anchor': 'end' }, timeText(to)));
}
