// Client timeline: the answer of `troubleshootClient`. It reads, from `view` or `facts`:
//   client: { name?, mac, user?, ip?, ssid?, band?, channel?, rssi?, snr?, ap?, switch?, port?, vlan?, model?, os?, site?, since?, last_seen? }
//   timeline: [{ when, stage, ok?, type, text?, ap?, ssid?, rssi? }], with the stages below
//   sessions: [{ start, end?, ap?, ssid?, band? }]     signal: [{ when, rssi, snr? }]
// parts: format, dom, host, answer, chart

const STAGES = ['association', 'authentication', 'dhcp', 'dns', 'arp', 'portal', 'roaming', 'session', 'marvis', 'other'];
const MAX_DOTS = 800;
const LEFT = 104;
const LINE = 24;

/** What happened, by stage, as dots over time; and below them which access point served the client. */
function lanes(events, sessions, width) {
  const times = [...events.map((event) => event.at), ...sessions.flatMap(({ from, to }) => [from, to])];
  const [from, to] = times.reduce(([least, most], at) => [Math.min(least, at), Math.max(most, at)], [Infinity, -Infinity]);
  const x = (at) => LEFT + 6 + ((width - LEFT - 14) * (at - from)) / (to - from || 1);
  const stages = STAGES.filter((stage) => events.some((event) => event.stage === stage));
  const rows = [...stages, ...(sessions.length ? ['access point'] : [])];
  const height = rows.length * LINE + 24;
  const lines = rows.map((row, place) => [
    svg('text', { x: 0, y: place * LINE + 16 }, row),
    svg('line', { class: 'grid-line', x1: LEFT, x2: width, y1: place * LINE + 12, y2: place * LINE + 12 }),
  ]);
  const dots = events.slice(-MAX_DOTS).map((event) => {
    const [cx, cy] = [x(event.at), stages.indexOf(event.stage) * LINE + 12];
    const title = svg('title', {}, clean(`${timeText(event.at)}: ${event.type ?? event.stage} ${event.text ?? ''}`));
    // A failure differs in form as well.
    return event.ok === false
      ? svg('path', { class: 'dot bad', d: `M${cx - 6} ${cy + 5}L${cx} ${cy - 6}L${cx + 6} ${cy + 5}Z` }, title)
      : svg('circle', { class: `dot ${event.ok ? 'good' : ''}`, cx, cy, r: 4.5 }, title);
  });
  const spans = sessions.slice(-MAX_DOTS).map((one) => {
    const length = Math.max(3, x(one.to) - x(one.from) - 1);
    return svg('g', {}, svg('rect', { class: 'span', x: x(one.from), y: stages.length * LINE + 5, width: length, height: 14, rx: 3 },
      svg('title', {}, clean(`${one.ap ?? 'unknown access point'}: ${timeText(one.from)} to ${timeText(one.to)}`))));
  });
  return svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'What happened, by stage and time; the table below has the same content' },
    lines, dots, spans,
    svg('text', { class: 'axis', x: LEFT, y: height - 4 }, timeText(from)),
    svg('text', { class: 'axis', x: width, y: height - 4, 'text-anchor': 'end' }, timeText(to)));
}

const result = (ok) => (ok === true ? badge('ok', 'good') : badge('failed', 'bad'));
const signalText = (value) => (number(value) === undefined ? undefined : `${format(value)} dBm`);

start(function draw(answer, main) {
  const data = dataOf(answer);
  const client = object(data.client);
  const width = Math.max(220, main.clientWidth - 24);
  const events = objects(data.timeline).map((event) => ({ ...event, at: moment(event.when), ok: flag(event.ok), stage: STAGES.includes(event.stage) ? event.stage : 'other' }))
    .filter((event) => event.at !== undefined).sort((a, b) => a.at - b.at);
  const last = events.at(-1)?.at;
  const sessions = objects(data.sessions).map((one) => ({ ...one, from: moment(one.start), to: moment(one.end) ?? last ?? moment(one.start) }))
    .filter((one) => one.from !== undefined).sort((a, b) => a.from - b.from);
  const signal = objects(data.signal).map((one) => ({ at: moment(one.when), value: number(one.rssi), snr: number(one.snr) }))
    .filter((one) => one.at !== undefined).sort((a, b) => a.at - b.at);
  const failed = events.filter((event) => event.ok === false).length;
  return drawAnswer(answer, [
    facts([['Client', first(client.name, client.hostname, client.mac)], ['MAC', client.mac], ['User', client.user], ['Address', client.ip],
      ['SSID', client.ssid], ['Band', BANDS[client.band] ?? client.band], ['Channel', client.channel], ['Signal', signalText(client.rssi)],
      ['Signal to noise', number(client.snr) === undefined ? undefined : `${format(client.snr)} dB`], ['Access point', client.ap],
      ['Switch', client.switch], ['Port', client.port], ['VLAN', client.vlan], ['Model', client.model], ['System', client.os], ['Site', client.site],
      ['Since', time(client.since)], ['Last seen', time(client.last_seen)]]),
    events.length + sessions.length > 0 && [
      el('h2', {}, 'What happened'),
      el('p', { class: 'soft small' }, `${counted(events.length, 'event')}, ${failed ? `${format(failed)} failed (triangles)` : 'none failed'}`),
      lanes(events, sessions, width),
    ],
    events.length > 0 && details('Events as a table, the latest first', table('Events, the latest first', events.toReversed(), [
      { heading: 'When', value: (row) => row.at, show: time },
      { heading: 'Stage', value: (row) => row.stage },
      { heading: 'Result', value: (row) => row.ok, show: result },
      { heading: 'Event', value: (row) => row.type },
      { heading: 'Access point', value: (row) => row.ap },
      { heading: 'SSID', value: (row) => row.ssid },
      { heading: 'Signal', value: (row) => signalText(row.rssi), right: true },
      { heading: 'Text', value: (row) => row.text },
    ])),
    sessions.length > 0 && details('Sessions as a table', table('Sessions', sessions, [
      { heading: 'From', value: (row) => row.from, show: time },
      { heading: 'To', value: (row) => row.to, show: time },
      { heading: 'Access point', value: (row) => row.ap },
      { heading: 'SSID', value: (row) => row.ssid },
      { heading: 'Band', value: (row) => BANDS[row.band] ?? row.band },
    ])),
    signal.length > 1 && [el('h2', {}, 'Signal'),
      lineChart('Signal over time; the table below has the values', signal, { width, show: (value) => `${format(value, 0)}` }),
      details('As a table', table('Signal in dBm', signal, [
        { heading: 'When', value: (row) => row.at, show: time },
        { heading: 'Signal', value: (row) => signalText(row.value), right: true },
        { heading: 'Signal to noise', value: (row) => row.snr, right: true },
      ]))],
  ]);
}, { fits: true });
