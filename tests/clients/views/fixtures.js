// Answers for each view: as the demo network gives them, and with everything that a hostile network can put into them.

const NOW = 1_795_900_000;
const HOUR = 3_600;

const finding = (cause, severity, summary, more = {}) => ({ cause, severity, summary, objects: [], evidence: {}, ...more });

const slowPort = finding('port_slow', 'warning', 'LDS-SW-03 ge-0/0/0 negotiated 100 Mb/s; the other 11 AP ports run at 1000.', {
    objects: [{ kind: 'port', name: 'ge-0/0/0', device: 'LDS-SW-03', mac: 'f4bfa8e0bc70' }, { kind: 'ap', name: 'LDS-AP-03', mac: '5c5b357b37c2' }],
    since: NOW - 5 * HOUR,
    evidence: { speed: 100, full_duplex: true, rx_errors: 5210 },
    see: { tool: 'searchOrgSwOrGwPorts', arguments: { mac: 'f4bfa8e0bc70', port_id: 'ge-0/0/0' } },
});
const deadSwitch = finding('upstream_down', 'critical', 'LDS-SW-02 is down, and 4 access points behind it.', {
    objects: [{ kind: 'switch', name: 'LDS-SW-02' }], since: NOW - 2 * HOUR, evidence: { last_seen: NOW - 2 * HOUR },
});

const aps = Array.from({ length: 12 }, (_, place) => ({
    id: `ap${place + 1}`, kind: 'ap', name: `LDS-AP-${String(place + 1).padStart(2, '0')}`, model: 'AP45', up: place < 8, problem: place < 8 ? undefined : 'upstream_down',
}));

const topology = {
    verdict: 'Leeds Distribution Centre: LDS-SW-02 is down, and 4 access points behind it.',
    findings: [deadSwitch, { ...slowPort, because_of: 0 }],
    facts: {
        site: 'Leeds Distribution Centre',
        nodes: [
            { id: 'gw', kind: 'gateway', name: 'LDS-GW-01', model: 'SRX345', up: true },
            { id: 'sw1', kind: 'switch', name: 'LDS-SW-01', model: 'EX4400-48P', up: true },
            { id: 'sw2', kind: 'switch', name: 'LDS-SW-02', model: 'EX2300-24P', up: false, problem: 'upstream_down' },
            ...aps,
        ],
        edges: [
            { from: 'gw', to: 'sw1', from_port: 'ge-0/0/3', speed: 10_000, up: true },
            { from: 'sw1', to: 'sw2', from_port: 'xe-0/2/0', speed: 10_000, up: false, problem: 'upstream_down' },
            ...aps.map((ap, place) => ({ from: place < 8 ? 'sw1' : 'sw2', to: ap.id, from_port: `ge-0/0/${place}`, speed: place === 2 ? 100 : 1_000, up: place < 8, problem: place === 2 ? 'port_slow' : undefined })),
        ],
        mermaid: 'graph TD\n  gw[LDS-GW-01] --> sw1[LDS-SW-01]',
    },
    not_seen: ['wired service levels: no subscription'],
    calls: 4,
};

const siteHealth = {
    verdict: 'Leeds Distribution Centre: one switch is down, and wireless capacity is low.',
    findings: [deadSwitch, slowPort],
    facts: {
        site: { name: 'Leeds Distribution Centre', country: 'GB', timezone: 'Europe/London' },
        devices: { ap: { total: 12, up: 8 }, switch: { total: 3, up: 2 }, gateway: { total: 1, up: 1 } },
        clients: { wireless: 143, wired: 37 },
        alarms: { critical: 1, warning: 4, info: 0 },
        sles: [
            { scope: 'wireless', metric: 'coverage', value: 0.973, before: 0.981 }, { scope: 'wireless', metric: 'capacity', value: 0.64, before: 0.93 },
            { scope: 'wireless', metric: 'successful-connect', value: 0.88 }, { scope: 'wired', metric: 'switch-health' },
        ],
        down: [{ kind: 'switch', name: 'LDS-SW-02', since: NOW - 2 * HOUR, problem: 'upstream_down' }, { kind: 'ap', name: 'LDS-AP-09', since: NOW - 2 * HOUR, problem: 'upstream_down' }],
        changes: [{ when: NOW - 3 * HOUR, who: 'Ana Ruiz', what: 'Update Device "LDS-SW-02"' }],
    },
    not_seen: [],
    calls: 11,
};

const stages = ['association', 'authentication', 'dhcp', 'dns', 'roaming', 'session'];
const clientTimeline = {
    verdict: 'scanner-17 cannot connect: its key for the SSID warehouse is wrong.',
    findings: [finding('wrong_key', 'critical', 'scanner-17 fails at 4-way handshake since 09:12.', { evidence: { failures: 31 } })],
    facts: {
        client: { name: 'scanner-17', mac: 'a4c3f0aabb01', ssid: 'warehouse', band: '5', channel: 44, rssi: -61, snr: 31, ap: 'LDS-AP-03', vlan: 20, model: 'TC58', os: 'Android', site: 'Leeds Distribution Centre', since: NOW - 9 * HOUR },
        timeline: Array.from({ length: 60 }, (_, place) => ({
            when: NOW - 9 * HOUR + place * 500, stage: stages[place % 6], ok: place % 6 === 1 ? place < 20 : true, type: place % 6 === 1 && place >= 20 ? 'MARVIS_EVENT_CLIENT_AUTH_FAILURE' : 'CLIENT_OK', ap: `LDS-AP-0${1 + (place % 4)}`, ssid: 'warehouse', rssi: -55 - (place % 20), text: place % 7 ? undefined : 'Reason code 15 (4-way handshake timeout)',
        })),
        sessions: [{ start: NOW - 9 * HOUR, end: NOW - 7 * HOUR, ap: 'LDS-AP-01', ssid: 'warehouse', band: '5' }, { start: NOW - 6 * HOUR, end: NOW - 2 * HOUR, ap: 'LDS-AP-03', ssid: 'warehouse', band: '24' }],
        signal: Array.from({ length: 40 }, (_, place) => ({ when: NOW - 9 * HOUR + place * 750, rssi: place > 15 && place < 20 ? undefined : -58 - (place % 9), snr: 30 })),
    },
    not_seen: ['NAC: 403'],
    calls: 9,
};

const sleTrend = {
    verdict: 'Capacity at Leeds Distribution Centre fell to 64 % because of client use.',
    findings: [finding('channel_utilization', 'warning', 'Channel 44 is used 81 % on average.')],
    facts: {
        site: 'Leeds Distribution Centre',
        metric: 'capacity',
        value: 0.64,
        trend: Array.from({ length: 48 }, (_, place) => ({ when: NOW - 48 * HOUR + place * HOUR, value: place > 20 && place < 24 ? undefined : 0.95 - (place > 30 ? 0.3 : 0) - (place % 5) / 50 })),
        metrics: [{ metric: 'coverage', value: 0.97 }, { metric: 'capacity', value: 0.64 }, { metric: 'throughput', value: 0.91 }, { metric: 'ap-availability' }],
        classifiers: [{ name: 'client-usage', share: 0.62, users: 23, aps: 3, trend: [0, 0.1, 0.2, 0.6, 0.5] }, { name: 'wifi-interference', share: 0.28, users: 9, aps: 2 }, { name: 'non-wifi-interference', share: 0.1, users: 1, aps: 1 }],
        hit: [{ kind: 'ap', name: 'LDS-AP-03', share: 0.41 }, { kind: 'client', name: 'scanner-17', mac: 'a4c3f0aabb01', share: 0.2 }],
    },
    not_seen: [],
    calls: 6,
};

const port = (place, more = {}) => ({ port: `ge-0/0/${place}`, up: place % 5 !== 4, disabled: place === 9, speed: place % 5 !== 4 ? 1_000 : 0, full_duplex: true, poe_on: place < 12, power_draw: place < 12 ? 14.2 : 0, usage: place < 12 ? 'ap' : 'office', neighbor: place < 12 ? `LDS-AP-${place + 1}` : undefined, neighbor_port: place < 12 ? 'ETH0' : undefined, rx_errors: place, last_flapped: NOW - place * HOUR, ...more });
const switchPorts = {
    verdict: 'One port is slow and one has errors at Leeds Distribution Centre.',
    findings: [slowPort, finding('port_errors', 'critical', 'LDS-SW-01 ge-0/0/7 has 120,331 input errors.')],
    facts: {},
    view: {
        devices: [
            { name: 'LDS-SW-01', kind: 'switch', model: 'EX4400-48P', site: 'Leeds Distribution Centre', poe: { used: 612, budget: 740 }, ports: Array.from({ length: 48 }, (_, place) => port(place, place === 0 ? { speed: 100, problem: 'port_slow' } : place === 7 ? { problem: 'port_errors', rx_errors: 120_331 } : {})) },
        ],
        ports: Array.from({ length: 4 }, (_, place) => ({ device: 'LDS-GW-01', port_id: `ge-0/0/${place}`, up: place < 2, speed: place < 2 ? 1_000 : 0, port_usage: 'wan' })),
    },
    not_seen: [],
    calls: 3,
};

const radioPlan = {
    verdict: 'Three access points share channel 44 at Leeds Distribution Centre.',
    findings: [finding('co_channel', 'warning', 'LDS-AP-01, LDS-AP-05 and LDS-AP-09 use channel 44.')],
    facts: {
        site: 'Leeds Distribution Centre',
        radios: Array.from({ length: 12 }, (_, place) => [
            { ap: `LDS-AP-${place + 1}`, band: '24', channel: [1, 6, 11][place % 3], width: 20, power: 8, utilization: 20 + 5 * place, noise: -91, clients: place, disabled: place === 11 },
            { ap: `LDS-AP-${place + 1}`, band: '5', channel: [44, 36, 149, 100][place % 4], width: 40, power: 14, utilization: 10 + 3 * place, noise: -95, clients: 2 * place, problem: place % 4 === 0 ? 'co_channel' : undefined },
            { ap: `LDS-AP-${place + 1}`, band: '6', channel: [5, 21, 37][place % 3], width: 80, power: 15, utilization: 4, noise: -97, clients: 1 },
        ]).flat(),
        rogues: [{ ssid: 'warehouse', bssid: '02aabbccdd01', band: '24', channel: 6, rssi: -48, kind: 'honeypot', ap: 'LDS-AP-02' }],
        events: [{ when: NOW - 4 * HOUR, ap: 'LDS-AP-02', band: '5', text: 'radar-detected: 100 to 149' }],
    },
    not_seen: [],
    calls: 5,
};

const findings = {
    verdict: 'LDS-AP-03 is connected: its port runs at 100 Mb/s.',
    findings: [slowPort],
    facts: { name: 'LDS-AP-03', model: 'AP45', status: 'connected', last_seen: NOW, uplink: { name: 'LDS-SW-03', port: 'ge-0/0/0' }, ssids: ['warehouse', 'guest'], clients: [{ name: 'scanner-17', rssi: -61 }, { name: 'scanner-18', rssi: -70 }] },
    not_seen: [],
    calls: 7,
};

const table = {
    results: aps.map((ap, place) => ({ name: ap.name, model: ap.model, site: place % 2 ? 'Leeds Distribution Centre' : 'Sydney Store', clients: (place * 7) % 13, utilization: place * 6.5, up: place < 8 ? 1 : 0, uptime: place === 3 ? undefined : 86_400 * place })),
    total: 40,
    next: { page: 2 },
    tables: { aps: { rows: 40, as_of: NOW - 60 }, ports: { rows: 200, as_of: NOW, partial: '3 of 5 pages' } },
    calls: 3,
};

/** An answer for each view, as the demo network gives it. */
export const answers = {
    findings, topology, 'site-health': siteHealth, 'client-timeline': clientTimeline, 'sle-trend': sleTrend, 'switch-ports': switchPorts, 'radio-plan': radioPlan, table,
};

// Markup, a script, quotes, bidirectional and other invisible characters, letters from right to left, and a very long word.
const NAMES = [
    '<img src=x onerror="parent.hacked=1">', '</script><script>parent.hacked=1</script>', '"><svg onload=parent.hacked=1>', '{{constructor.constructor("parent.hacked=1")()}}',
    'ab\u202Edcba\u202C', 'zero\u200Bwidth\u2066x\u2069', 'tag\u{E0041}\u{E0042}', 'مقسم الشبكة 7', 'x'.repeat(5_000), 'z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308'.repeat(50), '\u0000\u001b[31mred', '__proto__', 'javascript:alert(1)',
];
const NUMBERS = [-1e308, 1e308, Number.MAX_SAFE_INTEGER, -5, 0, 0.1, null, '17', 'NaN', true, [], {}];
const odd = (place) => NUMBERS[place % NUMBERS.length];
const hostileName = (place) => NAMES[place % NAMES.length];

/** Replaces each text by a hostile one, and each number by an odd one, so that no place of an answer is left out. */
function poisoned(value, counter = { place: 0 }) {
    counter.place += 1;
    if (Array.isArray(value)) return value.map((item) => poisoned(item, counter));
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poisoned(item, counter)]));
    if (typeof value === 'string') return hostileName(counter.place);
    return odd(counter.place);
}

const many = (count, make) => Array.from({ length: count }, (_, place) => make(place));

/** Answers with hostile texts in every place, with odd values, and of 10,000 rows. */
export const hostile = Object.fromEntries(Object.entries(answers).map(([view, answer]) => [view, {
    'hostile texts': {
        ...JSON.parse(JSON.stringify(answer), (key, value) => (typeof value === 'string' && !['id', 'from', 'to', 'stage', 'band', 'kind', 'severity'].includes(key) ? hostileName(value.length + key.length) : value)),
        verdict: NAMES[0],
    },
    'odd values': poisoned(answer),
    'wrong types': Object.fromEntries(Object.entries({ ...answer, facts: undefined, view: undefined, verdict: 7, findings: { a: 1 }, not_seen: 'none', calls: 'x', results: 'none', tables: [] })),
    nothing: {},
}]));

hostile.topology['10,000 rows'] = { ...topology, facts: { nodes: many(10_000, (place) => ({ id: place, kind: place ? 'ap' : 'switch', name: `${hostileName(place)} ${place}`, up: place % 9 > 0 })), edges: many(9_999, (place) => ({ from: 0, to: place + 1, up: true })) } };
hostile.topology['a ring and a chain'] = { ...topology, facts: { nodes: many(600, (place) => ({ id: place, kind: 'switch', name: `SW-${place}`, up: true })), edges: [...many(599, (place) => ({ from: place, to: place + 1 })), { from: 599, to: 0 }, { from: 3, to: 3 }, { from: 'gone', to: 1 }] } };
hostile.findings['10,000 rows'] = { ...findings, facts: { rows: many(10_000, (place) => ({ name: hostileName(place), [hostileName(place)]: odd(place) })), ...Object.fromEntries(many(500, (place) => [`${hostileName(place)}${place}`, hostileName(place)])) }, findings: many(1_000, (place) => finding('port_slow', 'info', hostileName(place), { evidence: Object.fromEntries(many(6, (at) => [`e${at}`, hostileName(at)])), objects: many(9, (at) => ({ kind: 'ap', name: hostileName(at) })) })) };
hostile['site-health']['10,000 rows'] = { ...siteHealth, facts: { ...siteHealth.facts, down: many(10_000, (place) => ({ kind: 'ap', name: hostileName(place), since: NOW - place })), sles: many(10_000, (place) => ({ metric: `m${place}`, value: odd(place) })) }, findings: many(10_000, (place) => finding('site_down', 'critical', hostileName(place))), not_seen: many(10_000, hostileName) };
hostile['client-timeline']['10,000 rows'] = { ...clientTimeline, facts: { timeline: many(10_000, (place) => ({ when: NOW - place, stage: stages[place % 6], ok: place % 2 === 0, type: hostileName(place) })), sessions: many(10_000, (place) => ({ start: NOW - place * 10, end: NOW - place * 9, ap: hostileName(place) })), signal: many(10_000, (place) => ({ when: NOW - place, rssi: -50 - (place % 40) })) } };
hostile['sle-trend']['10,000 rows'] = { ...sleTrend, facts: { ...sleTrend.facts, trend: many(10_000, (place) => ({ when: NOW - place * 60, value: (place % 100) / 100 })), classifiers: many(10_000, (place) => ({ name: hostileName(place), share: 1 / (place + 1), trend: many(20, (at) => at / 20) })), hit: many(10_000, (place) => ({ name: hostileName(place) })) } };
hostile['switch-ports']['10,000 rows'] = { ...switchPorts, view: { ports: many(10_000, (place) => ({ device: `SW-${place % 200}`, port: `ge-${place % 4}/0/${place}`, up: place % 3 > 0, neighbor: hostileName(place), problem: place % 50 ? undefined : 'port_slow' })) } };
hostile['radio-plan']['10,000 rows'] = { ...radioPlan, facts: { radios: many(10_000, (place) => ({ ap: hostileName(place), band: ['24', '5', '6', 'x'][place % 4], channel: 1 + (place % 170), utilization: place % 100 })), rogues: many(10_000, (place) => ({ ssid: hostileName(place), channel: place % 170 })) } };
hostile.table['10,000 rows'] = { results: many(10_000, (place) => ({ name: hostileName(place), number: place, [hostileName(place % 5)]: odd(place), nested: { place } })), total: 10_000 };
hostile.table['300 columns'] = { results: many(5, (place) => Object.fromEntries(many(300, (column) => [`column_${column}`, place * column]))) };
