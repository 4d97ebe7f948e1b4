// Line charts of values over time. Each has its values as a table beside it.

/** The lowest and the highest value of an axis that shows `span` at least, on whole steps. */
function axisOf(least, most, span) {
  const step = span / 4;
  const low = Math.floor(least / step) * step;
  const high = Math.ceil(most / step) * step;
  const missing = Math.max(0, Math.ceil((span - (high - low)) / step));
  const below = Math.floor(missing / 2);
  // The middle is a whole step as well.
  const odd = Math.round((high - low) / step + missing) % 2;
  return [low - below * step, high + (missing - below + odd) * step];
}

/**
 * A line over time. `points` are `{ at, value }`, with `value` undefined where there are no data. The axis is from `low` to `high`, or
 * as the values are, with at least `span`.
 */
function lineChart(label, points, { width, height = 150, low, high, span, show = (value) => format(value) }) {
  const drawn = points.filter((point) => point.value !== undefined);
  if (!drawn.length) return false;
  const left = 62;
  const bottom = 20;
  const bounds = drawn.reduce(([least, most], { value }) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const [least, most] = span ? axisOf(...bounds, span) : [low ?? bounds[0], high ?? bounds[1]];
  const range = most - least || 1;
  const [from, to] = [points[0].at, points.at(-1).at];
  const x = (at) => left + ((width - left - 6) * (at - from)) / (to - from || 1);
  const y = (value) => 8 + ((height - bottom - 8) * (most - value)) / range;
  const position = (point) => `${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}`;
  // A gap in the data is a gap in the line, and a point between two gaps is a dot.
  const isGap = (point) => point?.value === undefined;
  const path = points.map((point, place) => (isGap(point) ? '' : `${isGap(points[place - 1]) ? 'M' : 'L'}${position(point)}`));
  const dots = points.filter((point, place) => !isGap(point) && isGap(points[place - 1]) && isGap(points[place + 1]));
  const lines = [most, (most + least) / 2, least].map((value) => [
    svg('line', { class: 'grid-line', x1: left, x2: width, y1: y(value), y2: y(value) }),
    svg('text', { class: 'axis', x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, show(value)),
  ]);
  return svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
    lines, svg('path', { class: 'plot', d: path.join('') }),
    dots.map((point) => svg('circle', { class: 'plot-dot', cx: x(point.at), cy: y(point.value), r: 3 })),
    svg('text', { class: 'axis', x: left, y: height - 5 }, timeText(from)),
    to > from && svg('text', { class: 'axis', x: width, y: height - 5, 'text-anchor': 'end' }, timeText(to)));
}
