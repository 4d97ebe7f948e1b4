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
    up: flag(row.up),
    disabled: flag(first(row.disabled, row.admin_down)),
    usage: first(row.usage, row.port_usage),
    neighbor: first(row.neighbor, row.neighbor_system_name),
    neighbor_port: first(row.neighbor_port, row.neighbor_port_desc),
    errors: number(row.rx_errors) === undefined && number(row.tx_errors) === undefined ? undefined : (number(row.rx_errors) ?? 0) + (number(row.tx_errors) ?? 0),
  };
  port.kind = known(port.problem) ? marked && !known(row.problem) ? (marked.severity === 'critical' ? 'bad' : marked.severity === 'info' ? '' : 'warn') : kindOf(port.problem, undefined, findings) : port.disabled || port.up === false ? 'off' : port.up ? 'good' : '';
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
  ['Duplex', duplex(port)], ['Power', flag(port.poe_on) === undefined ? undefined : flag(port.poe_on) ? `on${number(port.power_draw) === undefined ? '' : `, ${format(port.power_draw)} W`}` : 'off'],
  ['Use', port.usage], ['VLAN', port.vlan], ['Neighbor', port.neighbor], ['Its port', port.neighbor_port], ['Errors', port.errors],
  ['Last change of the link', time(port.last_flapped)], ['Spanning tree', port.stp_state], ['Authentication', port.auth_state]]);

/** The number that stands on a port: the last one of its name. */
const shortName = (port) => port.port.match(/\d+(?!.*\d)/)?.[0] ?? port.port.slice(0, 4);

function plate(device, mark) {
  const place = el('div', { 'aria-live': 'polite' });
  const buttons = [];
  const items = device.ports.slice(0, 400).map((port) => {
    const text = [port.port, port.state, number(port.speed) && speed(port.speed), known(port.neighbor) && `to ${port.neighbor}`].filter(Boolean).join(', ');
    const button = el('button', { type: 'button', class: `port ${port.kind}`, 'aria-pressed': 'false', 'aria-label': text, title: text },
      port.kind === 'bad' || port.kind === 'warn' ? `${shortName(port)}!` : shortName(port));
    button.addEventListener('click', () => {
      const open = button.getAttribute('aria-pressed') !== 'true';
      for (const one of buttons) one.setAttribute('aria-pressed', 'false');
      button.setAttribute('aria-pressed', String(open));
      place.replaceChildren(open ? portFacts(port) : '');
    });
    buttons.push(button);
    return el('li', {}, button);
  });
  const poe = object(device.poe);
  const marked = mark([device.mac], [device.name]);
  const share = number(poe.used) !== undefined && number(poe.budget) > 0 ? poe.used / poe.budget : undefined;
  return el('section', { class: 'plate' },
    el('h2', {}, name(first(device.name, device.mac) ?? 'Device'), ' ', el('span', { class: 'soft small' }, known(device.model) && name(device.model), ' ', known(device.site) && name(device.site)), marked && [' ', badge(words(marked.cause), marked.severity === 'critical' ? 'bad' : marked.severity === 'info' ? '' : 'warn')]),
    el('p', { class: 'soft small' }, `${counted(device.ports.length, 'port')}, ${format(device.ports.filter((port) => port.up).length)} up, ${format(device.ports.filter((port) => known(port.problem)).length)} marked`),
    share !== undefined && el('ul', { class: 'bars' }, el('li', {}, el('span', {}, `PoE, ${format(poe.used, 0)} of ${format(poe.budget, 0)} W`), bar(share, share > 0.9 ? 'bad' : share > 0.75 ? 'warn' : ''), el('span', { class: 'right' }, percent(share)))),
    el('ul', { class: device.ports.length > 8 ? 'ports' : 'ports one-row', 'aria-label': 'Ports' }, items), place);
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
      el('li', {}, badge('1!', 'warn'), ' warning'), el('li', {}, badge('1!', 'bad'), ' critical')),
    longList(devices, (device) => el('li', {}, plate(device, mark)), { most: MAX_PLATES, what: 'devices' }),
    details('Ports as a table, those with a problem first', table('Ports, those with a problem first', rows, [
      { heading: 'Device', value: (row) => row.device },
      { heading: 'Port', value: (row) => row.port },
      { heading: 'State', value: (row) => row.state, show: (value, row) => badge(value, row.kind) },
      { heading: 'Speed', value: (row) => number(row.speed) || undefined, show: speed, right: true },
      { heading: 'Duplex', value: duplex },
      { heading: 'Power', value: (row) => number(row.power_draw), show: (value) => `${format(value)} W`, right: true },
      { heading: 'Use', value: (row) => row.usage },
      { heading: 'Neighbor', value: (row) => row.neighbor },
      { heading: 'Its port', value: (row) => row.neighbor_port },
      { heading: 'Errors', value: (row) => row.errors, right: true },
      { heading: 'Last change', value: (row) => row.last_flapped, show: (value) => time(value) ?? name(value) },
    ])),
  ]);
});
