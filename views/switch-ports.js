// Switch ports: the answer of `checkPorts`. It reads, from `view` or `facts`:
//   devices: [{ name, mac?, kind?, model?, site?, poe?: { used, budget } (W), ports: [PORT] }], or ports: [PORT with device]
//   PORT: { port, up?, disabled?, speed? (Mb/s), full_duplex?, poe_on?, power_draw? (W), usage?, vlan?, neighbor?, neighbor_port?,
//     rx_errors?, tx_errors?, last_flapped?, stp_state?, auth_state?, problem? }, or the row of Mist
// parts: format, dom, host, answer

const MAX_PLATES = 40;

/** A port with one set of names, from the row of an answer or of Mist. */
function portOf(row, findings, device, mark) {
  const marked = mark(...[device.mac, device.name, row.mac, row.device].map((of) => ['port', of, first(row.port, row.port_id)]));
  const port = {
    ...row,
    problem: first(row.problem, marked?.cause),
    port: clean(first(row.port, row.port_id) ?? '', 40),
    disabled: flag(first(row.disabled, row.admin_down)),
    usage: first(row.usage, row.port_usage),
    neighbor: first(row.neighbor, row.neighbor_system_name),
    neighbor_port: first(row.neighbor_port, row.neighbor_port_desc),
    errors: number(row.rx_errors) === undefined && number(row.tx_errors) === undefined ? undefined : (number(row.rx_errors) ?? 0) + (number(row.tx_errors) ?? 0),
  };
  // A port that is switched off has no link, whatever its row says; and without a link there is neither speed nor duplex.
  port.up = port.disabled ? false : flag(row.up);
  if (port.up === false) Object.assign(port, { speed: undefined, full_duplex: undefined });
  const kind = port.up === false ? 'off' : port.up ? 'good' : '';
  port.kind = !known(port.problem) ? kind : (marked && !known(row.problem) ? severityKind(marked.severity) : kindOf(port.problem, undefined, findings)) || kind;
  port.state = known(port.problem) ? words(port.problem) : port.disabled ? 'disabled' : port.up === false ? 'no link' : stateText(port.up);
  return port;
}

/** The devices with their ports, in the order of the plate. */
function devicesOf(data, findings, mark) {
  const devices = objects(data.devices).map((device) => ({ ...device, ports: objects(device.ports).map((row) => portOf(row, findings, device, mark)) }));
  const others = new Map();
  for (const row of objects(data.ports)) {
    const of = String(first(row.device, row.device_name, row.mac) ?? '');
    if (!others.has(of)) others.set(of, { name: of, ports: [] });
    others.get(of).ports.push(portOf(row, findings, {}, mark));
  }
  const all = [...devices, ...others.values()].filter((device) => device.ports.length > 0);
  const collator = new Intl.Collator('en', { numeric: true });
  for (const device of all) device.ports.sort((a, b) => collator.compare(a.port, b.port));
  const troubled = (device) => device.ports.filter((port) => known(port.problem)).length;
  return all.sort((a, b) => troubled(b) - troubled(a));
}

const duplex = (port) => (flag(port.full_duplex) === false ? 'half duplex' : undefined);

const portFacts = (port) => facts([['Port', port.port], ['State', port.state], ['Speed', number(port.speed) ? speed(port.speed) : undefined],
  ['Duplex', duplex(port)], ['Power', flag(port.poe_on) === undefined ? undefined : flag(port.poe_on) ? `on${number(port.power_draw) === undefined ? '' : `, ${withUnit(port.power_draw, 'W')}`}` : 'off'],
  ['Use', port.usage], ['VLAN', shownValue('vlan', port.vlan)], ['Neighbor', port.neighbor], ['Its port', port.neighbor_port], ['Errors', port.errors],
  ['Last change of the link', time(port.last_flapped)], ['Spanning tree', port.stp_state], ['Authentication', port.auth_state]]);

/** The most places of a row of ports, with those that are missing. */
const MAX_PLACES = 128;
const OTHERS = [[/^ae\d/, 'Aggregated'], [/^(vme|me|fxp|em)\d*/, 'Management'], [/^(irb|vlan|lo)\b/, 'Logical'], [/^/, 'Others']];

/** The ports of a device as they lie on it: by member and module (FPC and PIC), with gaps where a number is missing; the others apart. */
function groupsOf(ports) {
  const groups = new Map();
  for (const port of ports) {
    const slot = port.port.match(/^[a-z]+-(\d{1,3})\/(\d{1,3})\/(\d{1,3})$/i);
    const [fpc, pic, place] = (slot ?? []).slice(1).map(Number);
    const other = OTHERS.findIndex(([pattern]) => pattern.test(port.port));
    const key = slot ? `${fpc}/${pic}` : other;
    if (!groups.has(key)) groups.set(key, { fpc, pic, title: OTHERS.at(other)[1], place: other, places: [], extra: [] });
    const { places, extra } = groups.get(key);
    if (slot && place < MAX_PLACES && !places[place]) places[place] = port;
    else extra.push(port);
  }
  const all = [...groups.values()];
  const members = new Set(all.filter((group) => group.fpc !== undefined).map((group) => group.fpc));
  for (const group of all) {
    if (group.fpc === undefined) continue;
    const module = group.pic === 0 ? 'ports' : `module ${group.pic}`;
    group.title = members.size > 1 ? `Member ${group.fpc}, ${module}` : module[0].toUpperCase() + module.slice(1);
  }
  return all.sort((a, b) => (a.fpc ?? 1e4) - (b.fpc ?? 1e4) || (a.pic ?? a.place) - (b.pic ?? b.place));
}

/** Moves between the buttons of a plate with the arrow keys: one of them alone is a tab stop. */
function roving(buttons) {
  const turn = (button) => {
    for (const one of buttons) one.tabIndex = one === button ? 0 : -1;
  };
  if (buttons.length) turn(buttons[0]);
  return {
    turn,
    onkeydown(event) {
      const at = buttons.indexOf(event.target);
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (at < 0 || !(step || event.key === 'Home' || event.key === 'End')) return;
      event.preventDefault();
      const from = event.target.getBoundingClientRect();
      // The nearest one in that direction; at the end of a row, the next one in order.
      const distances = (step ? buttons : []).map((one) => {
        const to = one.getBoundingClientRect();
        const [x, y] = [to.x - from.x, to.y - from.y];
        const [along, across] = step[0] ? [x * step[0], Math.abs(y)] : [y * step[1], Math.abs(x)];
        return along > 1 && (step[1] || across < 4) ? along + 4 * across : Infinity;
      });
      const nearest = distances.indexOf(Math.min(...distances));
      const next = event.key === 'Home' ? buttons[0] : event.key === 'End' ? buttons.at(-1)
        : distances[nearest] < Infinity ? buttons[nearest] : buttons[at + (step[0] + step[1])];
      if (!next) return;
      turn(next);
      next.focus();
    },
  };
}

function plate(device, mark) {
  const state = remembered('plate');
  const place = el('div', { 'aria-live': 'polite' });
  const buttons = [];
  const draw = () => {
    for (const { button, port } of made) {
      button.setAttribute('aria-pressed', String(port.port === state.port));
      if (port.port === state.port) place.replaceChildren(portFacts(port));
    }
    if (state.port === undefined) place.replaceChildren();
  };
  const made = [];
  const portButton = (port, text) => {
    const label = [port.port, port.state, number(port.speed) && speed(port.speed), known(port.neighbor) && `to ${port.neighbor}`].filter(Boolean).join(', ');
    const button = el('button', { type: 'button', class: `port ${port.kind}`, 'aria-label': label, title: label }, port.kind === 'bad' || port.kind === 'warn' ? `${text}!` : text);
    button.addEventListener('click', () => {
      state.port = state.port === port.port ? undefined : port.port;
      keys.turn(button);
      draw();
    });
    buttons.push(button);
    made.push({ button, port });
    return el('li', {}, button);
  };
  const groups = groupsOf(device.ports.slice(0, 400)).map(({ title, places, extra }) => {
    const from = places.findIndex(Boolean);
    // A module may count from 1; its first place is then no gap.
    const items = Array.from(places).slice(from === 1 ? 1 : 0).map((port, at) => (port ? portButton(port, String(at + (from === 1 ? 1 : 0))) : el('li', { class: 'gap', 'aria-hidden': 'true' }, el('span'))));
    const others = extra.map((port) => portButton(port, port.port));
    const list = (all, kind) => all.length > 0 && el('ul', { class: `ports ${kind}`, 'aria-label': title }, all);
    return el('div', { class: 'module' }, el('div', { class: 'soft small' }, title), list(items, items.length > 8 ? '' : 'one-row'), list(others, 'named'));
  });
  const keys = roving(buttons);
  draw();
  const poe = object(device.poe);
  const marked = mark([device.mac], [device.name]);
  const share = number(poe.used) !== undefined && number(poe.budget) > 0 ? poe.used / poe.budget : undefined;
  const called = first(device.name, device.mac) ?? 'Device';
  return el('section', { class: 'plate' },
    el('h2', {}, name(called), ' ', el('span', { class: 'soft small' }, known(device.model) && name(device.model), ' ', known(device.site) && name(device.site)), marked && [' ', badge(words(marked.cause), severityKind(marked.severity))]),
    el('p', { class: 'soft small' }, `${counted(device.ports.length, 'port')}, ${format(device.ports.filter((port) => port.up).length)} up, ${format(device.ports.filter((port) => known(port.problem)).length)} marked`),
    share !== undefined && el('ul', { class: 'bars' }, el('li', {}, el('span', {}, `PoE, ${format(poe.used, 0)} of ${withUnit(poe.budget, 'W', 0)}`), bar(share, share > 0.9 ? 'bad' : share > 0.75 ? 'warn' : ''), el('span', { class: 'right' }, percent(share)))),
    el('div', { class: 'modules', role: 'group', 'aria-label': `Ports of ${called}; the arrow keys go from port to port`, onkeydown: keys.onkeydown }, groups), place);
}

start((answer) => {
  const findings = objects(answer.findings);
  const mark = marksOf(answer);
  const devices = devicesOf(dataOf(answer), findings, mark);
  if (!devices.length) return drawAnswer(answer, el('p', { class: 'soft' }, 'The answer has no ports.'));
  const rows = devices.flatMap((device) => device.ports.map((port) => ({ ...port, device: first(device.name, device.mac) })));
  rows.sort((a, b) => Number(known(b.problem)) - Number(known(a.problem)));
  return drawAnswer(answer, [
    el('ul', { class: 'legend', 'aria-label': 'Legend' }, el('li', {}, badge('1', 'good'), ' up'), el('li', {}, badge('1'), ' no link or disabled (dashed)'),
      el('li', {}, badge('1!', 'warn'), ' warning'), el('li', {}, badge('1!', 'bad'), ' critical'), el('li', {}, 'empty place: the answer has no such port')),
    longList(devices, (device) => el('li', {}, plate(device, mark)), { most: MAX_PLATES, what: 'devices' }),
    details('Ports as a table, those with a problem first', table('Ports, those with a problem first', rows, [
      { heading: 'Device', value: (row) => row.device },
      { heading: 'Port', value: (row) => row.port },
      { heading: 'State', value: (row) => row.state, show: (value, row) => badge(value, row.kind) },
      { heading: 'Speed', value: (row) => number(row.speed) || undefined, show: speed, right: true },
      { heading: 'Duplex', value: duplex },
      { heading: 'Power', value: (row) => number(row.power_draw), show: (value) => withUnit(value, 'W'), right: true },
      { heading: 'Use', value: (row) => row.usage },
      { heading: 'Neighbor', value: (row) => row.neighbor },
      { heading: 'Its port', value: (row) => row.neighbor_port },
      { heading: 'Errors', value: (row) => row.errors, right: true },
      { heading: 'Last change', value: (row) => row.last_flapped, show: (value) => time(value) ?? name(value) },
    ])),
  ]);
});
