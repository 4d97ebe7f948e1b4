// Client timeline: the answer of `troubleshootClient`. It reads, from `view` or `facts`:
//   client: { name?, mac, user?, ip?, ssid?, band?, channel?, rssi?, snr?, ap?, switch?, port?, vlan?, model?, os?, site?, since?, last_seen? }
//   timeline: [{ when, stage, ok?, type, text?, ap?, ssid?, rssi? }], with the stages below
//   sessions: [{ start, end?, ap?, ssid?, band?, signal? (dBm) }], without `end` where no event ended one
//   signal: [{ when, rssi, snr? }]
// An event without `ok` says neither: it is unknown, and never fine.
// parts: format, dom, host, answer, chart

const STAGES = ['association', 'authentication', 'dhcp', 'dns', 'arp', 'portal', 'roaming', 'session', 'marvis', 'other'];
const MAX_DOTS = 800;
const LEFT = 104;
const LINE = 24;
/** Failures of a stage that are nearer than this are drawn as one, with their number. */
const NEAR = 26;
const AP_COLORS = 6;

const STATES = { ok: ['ok', 'good'], failed: ['failed', 'bad'], unknown: ['unknown', ''] };
const stateOf = (ok) => (ok === true ? 'ok' : ok === false ? 'failed' : 'unknown');
const NO_END = 'no end seen';
const nameOf = (session) => clean(first(session.ap, 'unknown access point'), 60);

/** How many events failed, and of how many that is unknown. */
function summary(events) {
  const count = (state) => events.filter((event) => event.state === state).length;
  const [failed, unknown] = [count('failed'), count('unknown')];
  const parts = [counted(events.length, 'event'), failed && `${format(failed)} failed (triangles)`,
    unknown ? `${format(unknown)} with unknown result (hollow)` : !failed && 'none failed'];
  return parts.filter(Boolean).join(', ');
}

/** Failures in groups of those that are near to each other. */
function clusters(failures, x) {
  const groups = [];
  for (const one of failures) {
    const open = groups.findLast((group) => group[0].stage === one.stage);
    if (open && x(one.at) - x(open[0].at) < NEAR) open.push(one);
    else groups.push([one]);
  }
  return groups;
}

/** The color of each access point, in the order in which they served the client. */
function colorsOf(sessions) {
  const colors = new Map();
  for (const session of sessions) if (!colors.has(nameOf(session))) colors.set(nameOf(session), colors.size % AP_COLORS);
  return colors;
}

const label = (event) => clean(`${timeText(event.at)}: ${event.type ?? event.stage}, ${event.state}. ${event.text ?? ''}`);

/** What happened, by stage, as dots over time; and below them which access point served the client. */
function lanes(events, sessions, width) {
  const times = [...events.map((event) => event.at), ...sessions.flatMap(({ from, to }) => [from, to])];
  const [from, to] = times.reduce(([least, most], at) => [Math.min(least, at), Math.max(most, at)], [Infinity, -Infinity]);
  const x = (at) => LEFT + 6 + ((width - LEFT - 14) * (at - from)) / (to - from || 1);
  const stages = STAGES.filter((stage) => events.some((event) => event.stage === stage));
  const colors = colorsOf(sessions);
  const rows = [...stages.map(words), ...(sessions.length ? ['access point'] : [])];
  const height = rows.length * LINE + 24;
  const lines = rows.map((row, place) => [
    svg('text', { x: 0, y: place * LINE + 16 }, row),
    svg('line', { class: 'grid-line', x1: LEFT, x2: width, y1: place * LINE + 12, y2: place * LINE + 12 }),
  ]);
  const recent = events.slice(-MAX_DOTS);
  const middle = (event) => stages.indexOf(event.stage) * LINE + 12;
  const dots = recent.filter((event) => event.state !== 'failed').map((event) => (
    svg('circle', { class: `dot ${event.state === 'ok' ? 'good' : 'hollow'}`, cx: x(event.at), cy: middle(event), r: 4.5 }, svg('title', {}, label(event)))));
  // A failure differs in form as well.
  const failures = clusters(recent.filter((event) => event.state === 'failed'), x).map((group) => {
    const [cx, cy] = [x(group[0].at), middle(group[0])];
    const title = group.length === 1 ? label(group[0]) : `${format(group.length)} failures from ${timeText(group[0].at)} to ${timeText(group.at(-1).at)}; the first: ${label(group[0])}`;
    const isLast = cx > width - 30;
    return svg('g', {}, svg('title', {}, title), svg('path', { class: 'dot bad', d: `M${cx - 6} ${cy + 5}L${cx} ${cy - 6}L${cx + 6} ${cy + 5}Z` }),
      group.length > 1 && svg('text', { class: 'count', x: isLast ? cx - 8 : cx + 8, y: cy + 4, 'text-anchor': isLast ? 'end' : 'start' }, `×${format(group.length)}`));
  });
  const spans = sessions.slice(-MAX_DOTS).map((one) => {
    const length = Math.max(3, x(one.to) - x(one.from) - 1);
    const letters = Math.floor((length - 6) / 6.5);
    return svg('g', {}, svg('title', {}, clean(`${nameOf(one)}: ${timeText(one.from)} to ${one.end === undefined ? NO_END : timeText(one.end)}`)),
      svg('rect', { class: `span ap${colors.get(nameOf(one))}`, x: x(one.from), y: stages.length * LINE + 4, width: length, height: 16, rx: 3 }),
      letters >= Math.min(6, nameOf(one).length) && svg('text', { class: 'on-span', x: x(one.from) + 4, y: stages.length * LINE + 16 }, shortened(nameOf(one), letters)));
  });
  const picture = svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'What happened, by stage and time; the table below has the same content' },
    lines, dots, failures, spans,
    svg('text', { class: 'axis', x: LEFT, y: height - 4 }, timeText(from)),
    to > from && svg('text', { class: 'axis', x: width, y: height - 4, 'text-anchor': 'end' }, timeText(to)));
  return [picture, colors.size > 0 && el('ul', { class: 'legend', 'aria-label': 'Access points' }, [...colors].slice(0, 30).map(([called, color]) => el('li', {},
    el('span', { class: `swatch ap${color}`, 'aria-hidden': 'true' }), ' ', name(called))))];
}

const signalText = (value) => (number(value) === undefined ? undefined : withUnit(value, 'dBm', 0));

start(function draw(answer, main) {
  const data = dataOf(answer);
  const client = object(data.client);
  const width = Math.max(220, main.clientWidth - 24);
  const events = objects(data.timeline).map((event) => ({ ...event, at: moment(event.when), state: stateOf(flag(event.ok)), stage: STAGES.includes(event.stage) ? event.stage : 'other' }))
    .filter((event) => event.at !== undefined).sort((a, b) => a.at - b.at);
  // The bar of a session without an end reaches to the last that is known of the client.
  const last = Math.max(...[events.at(-1)?.at, moment(client.last_seen)].filter(known));
  const sessions = objects(data.sessions).map((one) => ({ ...one, from: moment(one.start), end: moment(one.end) }))
    .filter((one) => one.from !== undefined).map((one) => ({ ...one, to: one.end ?? Math.max(one.from, last) })).sort((a, b) => a.from - b.from);
  const signal = objects(data.signal).map((one) => ({ at: moment(one.when), value: number(one.rssi), snr: number(one.snr) }))
    .filter((one) => one.at !== undefined).sort((a, b) => a.at - b.at);
  return drawAnswer(answer, [
    facts([['Client', first(client.name, client.hostname, client.mac)], ['MAC', client.mac], ['User', client.user], ['Address', client.ip],
      ['SSID', client.ssid], ['Band', BANDS[client.band] ?? client.band], ['Channel', shownValue('channel', client.channel)], ['Signal', signalText(client.rssi)],
      ['Signal to noise', number(client.snr) === undefined ? undefined : withUnit(client.snr, 'dB')], ['Access point', client.ap],
      ['Switch', client.switch], ['Port', client.port], ['VLAN', shownValue('vlan', client.vlan)], ['Model', client.model], ['System', client.os], ['Site', client.site],
      ['Since', time(client.since)], ['Last seen', time(client.last_seen)]]),
    events.length + sessions.length > 0 && [
      el('h2', {}, 'What happened'),
      events.length > 0 && el('p', { class: 'soft small' }, summary(events)),
      lanes(events, sessions, width),
    ],
    events.length > 0 && details('Events as a table, the latest first', table('Events, the latest first', events.toReversed(), [
      { heading: 'When', value: (row) => row.at, show: time },
      { heading: 'Stage', value: (row) => row.stage, show: words },
      { heading: 'Result', value: (row) => row.state, show: (state) => badge(...STATES[state]) },
      { heading: 'Event', value: (row) => row.type },
      { heading: 'Access point', value: (row) => row.ap },
      { heading: 'SSID', value: (row) => row.ssid },
      { heading: 'Signal', value: (row) => signalText(row.rssi), right: true },
      { heading: 'Text', value: (row) => row.text },
    ])),
    sessions.length > 0 && details('Sessions as a table', table('Sessions', sessions, [
      { heading: 'From', value: (row) => row.from, show: time },
      { heading: 'To', value: (row) => row.end ?? NO_END, show: (value) => time(value) ?? value },
      { heading: 'Access point', value: (row) => row.ap },
      { heading: 'SSID', value: (row) => row.ssid },
      { heading: 'Band', value: (row) => BANDS[row.band] ?? row.band },
      { heading: 'Signal', value: (row) => signalText(row.signal), right: true },
    ])),
    signal.length > 0 && [el('h2', {}, 'Signal in dBm'),
      lineChart('Signal over time; the table below has the values', signal, { width, span: 20, show: signalText }),
      details('As a table', table('Signal in dBm', signal, [
        { heading: 'When', value: (row) => row.at, show: time },
        { heading: 'Signal', value: (row) => signalText(row.value), right: true },
        { heading: 'Signal to noise', value: (row) => row.snr, show: (value) => withUnit(value, 'dB'), right: true },
      ]))],
  ]);
}, { fits: true });
