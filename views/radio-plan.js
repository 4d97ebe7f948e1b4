// Radio plan: the answer of `checkRadio`. It reads, from `view` or `facts`:
//   site     radios: [{ ap, mac?, band: "24" | "5" | "6", channel, width? (MHz), power? (dBm), utilization? (0 to 100), noise? (dBm),
//     clients?, disabled?, problem? }]
//   rogues: [{ ssid?, bssid?, band?, channel, rssi?, kind?: rogue | honeypot | neighbor, ap? }]     events: [{ when, ap?, band?, text }]
// parts: format, dom, host, answer

const bandOf = (radio) => {
  const text = String(radio.band ?? '').replace(/[^\d]/g, '');
  return text.startsWith('2') ? '24' : text.startsWith('5') ? '5' : text.startsWith('6') ? '6' : '';
};

/** An access point on a channel: its use and what is wrong. Its color is that of the finding. */
function chip(radio) {
  const use = number(radio.utilization);
  return el('li', { class: radio.kind }, name(first(radio.ap, radio.mac) ?? 'unknown'), use !== undefined && el('span', { class: 'soft' }, ` ${percent(use / 100)}\u00a0used`),
    known(radio.problem) && [' ', badge(words(radio.problem), radio.kind)]);
}

function band(key, radios, rogues) {
  const off = radios.filter((radio) => flag(radio.disabled));
  const on = radios.filter((radio) => !off.includes(radio) && number(radio.channel) !== undefined);
  const elsewhere = radios.filter((radio) => !off.includes(radio) && !on.includes(radio));
  const channels = [...new Set(on.map((radio) => radio.channel))].sort((a, b) => a - b);
  const most = Math.max(0, ...channels.map((channel) => on.filter((radio) => radio.channel === channel).length));
  const named = (what, some) => some.length > 0 && el('p', { class: 'small' }, `${what}: `, some.slice(0, 60).map((radio, place) => [place ? ', ' : '', name(first(radio.ap, radio.mac) ?? 'unknown')]));
  return [
    el('h2', {}, BANDS[key] ?? 'Other bands'),
    el('p', { class: 'soft small' }, [(on.length > 0 || elsewhere.length === 0) && `${counted(on.length, 'radio')} on ${counted(channels.length, 'channel')}`,
      most > 1 && `at most ${format(most)} on one`, elsewhere.length > 0 && `${counted(elsewhere.length, 'radio')} on an unknown channel`].filter(Boolean).join(', ')),
    el('ul', { class: 'channels' }, channels.slice(0, 60).map((channel) => {
      const here = on.filter((radio) => radio.channel === channel);
      const width = Math.max(...here.map((radio) => number(radio.width) ?? 0));
      const foreign = rogues.filter((rogue) => rogue.channel === channel);
      const sure = foreign.filter((rogue) => bandOf(rogue) === key).length;
      const unsure = foreign.filter((rogue) => !bandOf(rogue)).length;
      return el('li', {}, el('div', {}, el('strong', {}, `Channel\u00a0${channel}`),
        el('div', { class: 'soft small' }, [width && withUnit(width, 'MHz'), sure && counted(sure, 'foreign network'), unsure && `${counted(unsure, 'foreign network')} of unknown band`].filter(Boolean).join(', '))),
        el('div', {}, longList(here, chip, { attributes: { class: 'chips' }, most: radios.length > 400 ? 8 : 40, what: 'access points' })));
    })),
    named('Channel unknown', elsewhere),
    named('Off', off),
  ];
}

start((answer) => {
  const data = dataOf(answer);
  const findings = objects(answer.findings);
  const site = object(data.site);
  const radios = objects(data.radios).map((radio) => (
    { ...radio, band: bandOf(radio), kind: known(radio.problem) ? kindOf(radio.problem, undefined, findings) : '' }));
  const rogues = objects(data.rogues);
  const events = objects(data.events);
  const bands = ['24', '5', '6', ''].filter((key) => radios.some((radio) => radio.band === key));
  return drawAnswer(answer, [
    facts([['Site', first(site.name, typeof data.site === 'string' ? data.site : undefined)]]),
    bands.length === 0 && el('p', { class: 'soft' }, 'The answer has no radios.'),
    bands.map((key) => band(key, radios.filter((radio) => radio.band === key), rogues)),
    radios.length > 0 && details('Radios as a table', table('Radios', radios, [
      { heading: 'Access point', value: (row) => first(row.ap, row.mac) },
      { heading: 'Band', value: (row) => BANDS[row.band] },
      { heading: 'Channel', value: (row) => row.channel, show: (value) => shownValue('channel', value), right: true },
      { heading: 'Width', value: (row) => number(row.width), show: (value) => withUnit(value, 'MHz'), right: true },
      { heading: 'Power', value: (row) => number(row.power), show: (value) => withUnit(value, 'dBm'), right: true },
      { heading: 'Use', value: (row) => number(row.utilization), show: (value) => percent(value / 100), right: true },
      { heading: 'Noise', value: (row) => number(row.noise), show: (value) => withUnit(value, 'dBm'), right: true },
      { heading: 'Clients', value: (row) => number(row.clients), right: true },
      { heading: 'Problem', value: (row) => (flag(row.disabled) ? 'disabled' : row.problem), show: (value, row) => badge(words(value), row.kind) },
    ])),
    rogues.length > 0 && details('Foreign networks', table('Foreign networks', rogues, [
      { heading: 'SSID', value: (row) => row.ssid },
      { heading: 'BSSID', value: (row) => row.bssid },
      { heading: 'Kind', value: (row) => row.kind, show: words },
      { heading: 'Band', value: (row) => BANDS[bandOf(row)] },
      { heading: 'Channel', value: (row) => row.channel, show: (value) => shownValue('channel', value), right: true },
      { heading: 'Signal', value: (row) => number(row.rssi), show: (value) => withUnit(value, 'dBm'), right: true },
      { heading: 'Heard by', value: (row) => row.ap },
    ])),
    events.length > 0 && details('Changes of radio management', table('Changes of radio management', events, [
      { heading: 'When', value: (row) => row.when, show: (value) => time(value) ?? name(value) },
      { heading: 'Access point', value: (row) => row.ap },
      { heading: 'Band', value: (row) => BANDS[bandOf(row)] },
      { heading: 'What', value: (row) => row.text },
    ])),
  ]);
});
