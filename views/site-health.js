// Site health: the answer of `checkSite`. It reads, from `view` or `facts`:
//   site: a name, or { name, country?, timezone? }
//   devices: { ap: { total, up }, switch: {…}, gateway: {…}, mxedge: {…} }
//   clients: { wireless, wired }     alarms: { critical, warning, info }
//   sles: [{ scope: wireless | wired | wan, metric, value (0 to 1), before? }]
//   down: [{ kind, name, mac?, since?, problem? }]     changes: [{ when, who?, what }]
// parts: format, dom, host, answer

const DEVICES = { gateway: 'Gateways', switch: 'Switches', ap: 'Access points', mxedge: 'Mist Edges' };

const tile = (title, value, note, kind = '') => el('li', { class: kind }, el('div', { class: 'soft' }, title),
  el('div', { class: 'number' }, value), known(note) && el('div', { class: 'small soft' }, note));

function tiles(data, findings) {
  const devices = object(data.devices);
  const clients = object(data.clients);
  const alarms = object(data.alarms);
  const all = Object.entries(DEVICES).map(([kind, title]) => {
    const { total, up } = object(devices[kind]);
    if (number(total) === undefined) return undefined;
    const down = number(up) === undefined ? undefined : total - up;
    return tile(title, number(up) === undefined ? format(total) : `${format(up)} / ${format(total)}`,
      down === undefined ? 'state unknown' : down > 0 ? `${format(down)} down` : 'up', down > 0 ? 'bad' : '');
  });
  for (const [kind, title] of [['wireless', 'Wireless clients'], ['wired', 'Wired clients']]) {
    if (number(clients[kind]) !== undefined) all.push(tile(title, format(clients[kind])));
  }
  for (const level of ['critical', 'warning', 'info']) {
    const count = number(alarms[level]);
    // Mist rates an alarm, and findings come of those alone that still hold: the color is theirs.
    const isFound = findings.some((one) => one.severity === level);
    if (count !== undefined) all.push(tile(`Open alarms, rated ${level}`, format(count), count > 0 && !isFound ? `no finding is ${level}: alarms raised over two hours ago count less` : undefined, count > 0 && isFound ? severityKind(level) : ''));
  }
  return all.some(Boolean) && el('ul', { class: 'tiles', 'aria-label': 'Counts' }, all);
}

const levelKind = (value) => (value >= 0.9 ? 'good' : value >= 0.7 ? 'warn' : 'bad');

function level(one) {
  const value = number(one.value);
  const before = number(one.before);
  const title = el('span', {}, known(one.scope) && `${words(one.scope)}: `, words(one.metric ?? ''),
    before !== undefined && el('span', { class: 'small soft' }, ` before: ${percent(before)}`));
  if (value === undefined) return el('li', {}, title, el('span', { class: 'soft small' }, 'no data'));
  return el('li', {}, title, bar(value, levelKind(value)), el('span', { class: 'right' }, percent(value)));
}

start((answer) => {
  const data = dataOf(answer);
  const findings = objects(answer.findings);
  const site = object(data.site);
  const down = objects(data.down);
  const levels = objects(data.sles);
  const changes = objects(data.changes);
  return drawAnswer(answer, [
    facts([['Site', first(site.name, typeof data.site === 'string' ? data.site : undefined)], ['Country', site.country], ['Time zone', site.timezone]]),
    tiles(data, findings),
    down.length > 0 && [el('h2', {}, 'Down'), table('Devices that are down', down, [
      { heading: 'Device', value: (row) => first(row.name, row.mac) },
      { heading: 'Kind', value: (row) => row.kind, show: words },
      { heading: 'Since', value: (row) => row.since, show: (value) => time(value) ?? name(value) },
      { heading: 'Cause', value: (row) => row.problem, show: (value, row) => badge(problemText(value, row, findings), kindOf(value, false, findings)) },
    ])],
    levels.length > 0 && [el('h2', {}, 'Service levels'), longList(levels, level, { attributes: { class: 'bars' }, most: 40 })],
    changes.length > 0 && [el('h2', {}, 'Recent changes'), table('Recent changes', changes, [
      { heading: 'When', value: (row) => row.when, show: (value) => time(value) ?? name(value) },
      { heading: 'Who', value: (row) => row.who },
      { heading: 'What', value: (row) => row.what },
    ])],
  ]);
});
