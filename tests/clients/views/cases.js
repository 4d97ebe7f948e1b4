// What the views say of single values and states: unknown is not fine, numbers and times as their fields mean them, colors that can be
// read, and what people opened stays open.

import assert from 'node:assert/strict';

const text = (frame) => frame.locator('main').innerText();
const unfold = (frame) => frame.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
const answered = (facts, more = {}) => ({ verdict: 'v', findings: [], facts, not_seen: [], calls: 1, ...more });
const now = () => Math.floor(Date.now() / 1_000);
const row = (frame, term) => frame.locator('.facts > div', { has: frame.locator(`dt:text-is("${term}")`) }).locator('dd');

const NAC = (count, more = {}) => Array.from({ length: count }, (_, place) => ({ when: now() - 40 * place, stage: 'authentication', type: 'NAC_CLIENT_DENY', ...more }));

export const cases = (answers) => ({
    'client timeline: unknown is neither ok nor failed': async (open) => {
        const { show } = await open();
        let frame = await show('client-timeline', answered({ client: { name: 'camera-7' }, timeline: NAC(9) }));
        assert.match(await text(frame), /9 events, 9 with unknown result/);
        assert.doesNotMatch(await text(frame), /none failed/);
        assert.equal(await frame.locator('.dot.good').count(), 0);
        assert.equal(await frame.locator('.dot.hollow').count(), 9);
        await unfold(frame);
        assert.deepEqual(new Set(await frame.locator('td .badge').allInnerTexts()), new Set(['unknown']));

        const mixed = [...NAC(3, { ok: false }), ...NAC(1, { ok: true, when: now() - 9_000 }), ...NAC(2, { when: now() - 9_000 })];
        frame = await show('client-timeline', answered({ timeline: mixed }));
        assert.match(await text(frame), /6 events, 3 failed \(triangles\), 2 with unknown result/);
        // Failures that are near to each other are one triangle with their number.
        assert.equal(await frame.locator('.dot.bad').count(), 1);
        assert.equal(await frame.locator('svg .count').textContent(), '×3');

        frame = await show('client-timeline', answered({ timeline: NAC(2, { ok: true }) }));
        assert.match(await text(frame), /2 events, none failed/);
        frame = await show('client-timeline', answered({ timeline: [], sessions: [{ start: now() - 900, end: now(), ap: 'AP-1' }] }));
        assert.doesNotMatch(await text(frame), /0 events|none failed/);
    },

    'client timeline: each access point has a color and its name': async (open) => {
        const { show, violations } = await open();
        const session = (from, to, ap) => ({ start: now() - from, end: to === undefined ? undefined : now() - to, ap, band: '5', signal: -61 });
        const frame = await show('client-timeline', answered({ timeline: NAC(1), sessions: [session(9_000, 6_000, 'AP-1'), session(6_000, 3_000, 'AP-2'), session(3_000, undefined, 'AP-1')] }));
        const fills = await frame.locator('rect.span').evaluateAll((all) => all.map((one) => getComputedStyle(one).fill));
        assert.equal(fills.length, 3);
        assert.equal(fills[0], fills[2]);
        assert.notEqual(fills[0], fills[1]);
        assert.deepEqual((await frame.locator('.legend li').allInnerTexts()).map((one) => one.trim()), ['AP-1', 'AP-2']);
        await frame.getByText('Sessions as a table').click();
        assert.match(await text(frame), /-61\sdBm/);
        assert.deepEqual(await violations(), []);
    },

    'client timeline: a session without an end has none': async (open) => {
        const { show } = await open();
        const end = now() - 600;
        const ended = { start: now() - 20_000, end: now() - 10_000, ap: 'AP-1' };
        const still = { start: now() - 9_000, ap: 'AP-2' };
        const cells = async (frame) => (await frame.locator('table:has(th:text-is("To")) tbody tr td:nth-child(2)').allInnerTexts()).map((one) => one.trim());
        for (const [given, timeline, sessions, wanted] of [
            // The bar reaches to where the client was seen last, or to its last event.
            [{ last_seen: end }, NAC(1, { when: still.start }), [ended, still], 200],
            [{}, NAC(1, { when: end }), [ended, still], 200],
            [{ last_seen: still.start - 50 }, [], [ended, still], 3],
            [{}, [], [{ ...still, end: null }], 3],
        ]) {
            const frame = await show('client-timeline', answered({ client: given, timeline, sessions }));
            await unfold(frame);
            const shown = await cells(frame);
            assert.equal(shown.at(-1), 'no end seen');
            if (sessions.length > 1) assert.match(shown[0], /\d:\d\d/);
            const bar = frame.locator('g:has(rect.span)').last();
            assert.match(await bar.locator('title').textContent(), /AP-2: .+ to no end seen$/);
            const width = Number(await bar.locator('rect').getAttribute('width'));
            assert.ok(wanted === 3 ? width === 3 : width > wanted, `${width} px`);
        }
    },

    'charts: an axis that says something, and no point that is lost': async (open) => {
        const { show } = await open();
        const axis = (frame) => frame.locator('svg:has(.plot) .axis').allTextContents();
        const signal = (values) => answered({ signal: values.map((rssi, place) => ({ when: now() - 60 * place, rssi })) });
        for (const [values, wanted] of [
            [[-54, -55, -54], ['-40 dBm', '-50 dBm', '-60 dBm']],
            [[-60, -60, -60], ['-50 dBm', '-60 dBm', '-70 dBm']],
            [[-42, -88], ['-40 dBm', '-65 dBm', '-90 dBm']],
        ]) {
            const frame = await show('client-timeline', signal(values));
            const shown = (await axis(frame)).slice(0, 3).map((one) => one.replace(/\s/g, ' '));
            assert.deepEqual(shown, wanted);
        }
        const lone = await show('client-timeline', signal([-60]));
        assert.equal(await lone.locator('.plot-dot').count(), 1);
        const trend = Array.from({ length: 9 }, (_, place) => ({ when: now() - 3_600 * place, value: place % 2 ? undefined : 0.5 }));
        const frame = await show('sle-trend', answered({ metric: 'capacity', trend }));
        assert.equal(await frame.locator('.plot-dot').count(), 5);
        const whole = await show('sle-trend', answers['sle-trend']);
        assert.equal(await whole.locator('.plot-dot').count(), 0);
    },

    'values as their fields mean them': async (open) => {
        const year = new Date().getFullYear();
        const evidence = { rx_errors: 1_700_000_000, tx_bytes: 1_800_000_000, memory_used: 2_000_000_000, last_seen: now(), first_seen: now() - 3 * 365 * 86_400, vlan: 2_050, noise_floor_dbm: -92, utilization: 84, ratio: 0.0004, alarm: 'missing_vlan', rule: 'core_switch_1', uptime: 90_000, usual_speed: 2_500, follows: { count: 1, on: ['ge-0/0/1'] }, channels: [1_108, 132] };
        const finding = { cause: 'missing_vlan', severity: 'warning', summary: 's', since: now(), objects: [], evidence };
        for (const [locale, wanted] of [
            ['en-GB', { errors: '1,700,000,000', ratio: '0.0004', share: '84%' }],
            ['de-DE', { errors: '1.700.000.000', ratio: '0,0004', share: '84 %' }],
            // Digits are Western in all languages, as the texts are English.
            ['ar-EG', { errors: '1,700,000,000', ratio: '0.0004', share: '84%' }],
        ]) {
            const { show } = await open();
            const frame = await show('findings', answered({ restart_time: (now() - 60) * 1_000, port: 8_443 }, { findings: [finding] }), { context: { locale, timeZone: 'UTC' } });
            await unfold(frame);
            const value = async (term) => (await row(frame, term).innerText()).replace(/\s/g, ' ');
            assert.equal(await value('RX errors'), wanted.errors);
            assert.equal(await value('Ratio'), wanted.ratio);
            assert.equal(await value('Utilization'), wanted.share);
            assert.equal(await value('VLAN'), '2050');
            assert.equal(await value('Channels'), '1108, 132');
            assert.equal(await value('Port'), '8443');
            assert.equal(await value('Noise floor'), '-92 dBm');
            assert.equal(await value('Alarm'), 'missing VLAN');
            assert.equal(await value('Rule'), 'core_switch_1', 'a name stays as it is');
            assert.equal(await value('Uptime'), '1 day 1 hour');
            assert.match(await value('Usual speed'), /^2[.,]5 Gb\/s$/);
            assert.equal(await value('Follows'), 'count 1, on ge-0/0/1');
            for (const term of ['TX', 'Memory used']) assert.equal(await row(frame, term).locator('time').count(), 0, term);
            assert.equal(await row(frame, 'Restart time').locator('time').count(), 1);
            assert.doesNotMatch(await value('Last seen'), new RegExp(year));
            assert.match(await value('First seen'), new RegExp(`${year - 3}`));
            assert.match(await text(frame), /missing VLAN · since /);
            assert.doesNotMatch(await text(frame), /[\u0660-\u0669]/);
        }
    },

    'table: moments and identifiers are no amounts, and the focus stays': async (open) => {
        const { show, page } = await open();
        const results = Array.from({ length: 150 }, (_, place) => ({ vlan: 1_000 + place, org_id: 'o', name: `SW-${place}`, last_seen: now() - place, balance: place - 5, other: 0.0003 }));
        const frame = await show('table', { results, total: 150 });
        const headings = (await frame.locator('th').allInnerTexts()).map((one) => one.trim());
        assert.equal(headings[0], 'name');
        assert.equal(headings.at(-1), 'org_id');
        const cells = frame.locator('tbody tr').first().locator('td');
        assert.equal(await cells.nth(headings.indexOf('vlan')).innerText(), '1000');
        assert.equal(await cells.nth(headings.indexOf('other')).innerText(), '0.0003');
        assert.equal(await cells.nth(headings.indexOf('last_seen')).locator('time').count(), 1);
        await frame.getByText('As a chart').click();
        const values = frame.getByRole('combobox', { name: 'Values' });
        assert.deepEqual(await values.locator('option').allInnerTexts(), ['balance', 'other']);
        await values.focus();
        await page.keyboard.press('ArrowDown');
        await frame.locator('.bars[aria-label="other by name"]').waitFor();
        assert.equal(await frame.evaluate(() => document.activeElement.id), 'chart-amount');
        await values.selectOption({ label: 'balance' });
        await frame.getByRole('searchbox').fill('SW-2');
        // A query's own order of columns stays.
        await frame.getByRole('searchbox').fill('');
        await frame.getByRole('button', { name: /^Show 50 of 50/ }).press('Enter');
        assert.equal(await frame.evaluate(() => document.activeElement.rowIndex), 101);
        const query = await show('table', { results, total: 200, next: {}, tables: { t: { rows: 150 } } });
        assert.equal((await query.locator('th').first().innerText()).trim(), 'vlan');
        assert.match(await text(query), /ask the assistant for the next page/);
        // Bars of negative values lie on the other side of zero.
        const signed = await show('table', { results: [{ n: 'a', v: -5 }, { n: 'b', v: 10 }, { n: 'c', v: 0 }], total: 3 });
        await signed.getByText('As a chart').click();
        const bars = await signed.locator('.bar > span').evaluateAll((all) => all.map((one) => [one.style.marginInlineStart, one.style.width]));
        assert.deepEqual(bars, [['33%', '67%'], ['33%', '0%'], ['0%', '33%']]);
    },

    'table: numbers have all their digits': async (open) => {
        for (const [locale, point] of [['en-GB', '.'], ['de-DE', ',']]) {
            const { show } = await open();
            const numbers = { level: 0.996, latitude: 53.79648, average: 0.1 + 0.2, third: 100 / 3, small: 0.00012345, exact: 9_007_199_254_740_991, minus: -0.99999, nothing: 0 };
            const frame = await show('table', { results: [{ name: 'a', ...numbers }, { name: 'b', level: 1 }], total: 2 }, { context: { locale } });
            const headings = (await frame.locator('th').allInnerTexts()).map((one) => one.trim());
            const cell = async (row, key) => (await frame.locator('tbody tr').nth(row).locator('td').nth(headings.indexOf(key)).innerText()).replace(point, '.');
            for (const [key, wanted] of [['level', '0.996'], ['latitude', '53.79648'], ['average', '0.3'], ['third', '33.3333333333333'], ['small', '0.00012345'], ['minus', '-0.99999'], ['nothing', '0']]) {
                assert.equal(await cell(0, key), wanted, key);
            }
            assert.equal((await cell(0, 'exact')).replace(/\D/g, ''), '9007199254740991');
            assert.equal(await cell(1, 'level'), '1');
            await frame.getByText('As a chart').click();
            await frame.getByRole('combobox', { name: 'Values' }).selectOption({ label: 'level' });
            assert.deepEqual((await frame.locator('.bars .right').allInnerTexts()).map((one) => one.replace(point, '.')), ['1', '0.996']);
        }
        // Elsewhere numbers are rounded, and one that is nearly 1 does not become 1.
        const { show } = await open();
        const frame = await show('findings', answered({ nearly: 0.996, minus: -0.9999, half: 0.504, more: 1.004, average: 53.79648 }));
        for (const [term, wanted] of [['Nearly', '0.99'], ['Minus', '-0.99'], ['Half', '0.5'], ['More', '1'], ['Average', '53.8']]) {
            assert.equal(await row(frame, term).innerText(), wanted, term);
        }
    },

    'radio plan: foreign networks by band, and radios that are off': async (open) => {
        const { show } = await open();
        const radio = (band, channel, more = {}) => ({ ap: `AP-${band}`, band, channel, disabled: false, ...more });
        const radios = [radio('5', 149), radio('6', 149), radio('24', 6)];
        const counts = async (frame) => (await frame.locator('.channels > li .soft.small').allInnerTexts()).map((one) => one.trim()).slice(0, 3);
        for (const [rogue, wanted] of [
            [{ channel: 149, band: '5' }, ['', '1 foreign network', '']],
            [{ channel: 149, band: '6' }, ['', '', '1 foreign network']],
            [{ channel: 6, band: '24' }, ['1 foreign network', '', '']],
            [{ channel: 149 }, ['', '1 foreign network of unknown band', '1 foreign network of unknown band']],
            [{ channel: 149, band: null }, ['', '1 foreign network of unknown band', '1 foreign network of unknown band']],
            [{ channel: 36, band: '5' }, ['', '', '']],
        ]) {
            const frame = await show('radio-plan', answered({ radios, rogues: [{ ssid: 'x', ...rogue }] }));
            assert.deepEqual(await counts(frame), wanted, JSON.stringify(rogue));
        }
        const use = { width: 80, power: 17, utilization: 12 };
        for (const [shown, has, hasNot] of [
            [[radio('5', null, use)], ['1 radio on an unknown channel', 'Channel unknown: AP-5'], ['0 radios', 'Off:']],
            [[radio('5', null, { disabled: undefined })], ['1 radio on an unknown channel', 'Channel unknown: AP-5'], ['Off:']],
            [[radio('5', null, { disabled: true })], ['0 radios on 0 channels', 'Off: AP-5'], ['Channel unknown', 'unknown channel']],
            [[radio('5', 36, { disabled: true })], ['0 radios on 0 channels', 'Off: AP-5'], ['Channel 36']],
            [[radio('5', 36, use), radio('5', 36), radio('5', null, use)], ['2 radios on 1 channel, at most 2 on one, 1 radio on an unknown channel'], ['Off:']],
        ]) {
            const frame = await show('radio-plan', answered({ radios: shown }));
            const found = (await text(frame)).replace(/\u00a0/g, ' ');
            for (const words of has) assert.ok(found.includes(words), `${words}: ${found}`);
            for (const words of hasNot) assert.ok(!found.includes(words), `${words}: ${found}`);
        }
    },

    'topology: the text counts what the picture marks': async (open) => {
        const { show } = await open();
        const nodes = [{ id: 'g', kind: 'gateway', name: 'GW', up: true }, { id: 's', kind: 'switch', name: 'SW', up: true }, { id: 'a', kind: 'ap', name: 'AP', up: true }];
        const edges = (problem) => [{ from: 'g', to: 's', up: true }, { from: 's', to: 'a', up: true, problem }];
        let frame = await show('topology', answered({ nodes, edges: edges('port_slow') }));
        assert.equal(await frame.locator('.box.bad').count(), 1);
        assert.match(await text(frame), /3 devices; marked [^:]+: 1 link$/m);
        frame = await show('topology', answered({ nodes, edges: edges() }));
        assert.match(await text(frame), /3 devices; none marked/);
        frame = await show('topology', answers.topology);
        await frame.getByText('As a list').click();
        const switchLine = await frame.locator('.tree li', { hasText: 'LDS-SW-02' }).last().innerText();
        assert.match(switchLine, /EX2300-24P down/);
        assert.doesNotMatch(switchLine.split('\n')[0], /EX2300-24P upstream down/);
        assert.match(await frame.locator('.tree li', { hasText: 'LDS-AP-12' }).last().innerText(), /upstream down/);
        // Names that differ at their end alone do so in the picture as well.
        const long = (end) => `Warehouse-North-Building-4-Access-Point-${end}`;
        frame = await show('topology', answered({ nodes: [{ id: 1, kind: 'ap', name: long(1) }, { id: 2, kind: 'ap', name: long(2) }] }));
        const names = await frame.locator('svg text:not(.axis)').allTextContents();
        assert.notEqual(names[0], names[1]);
    },

    'colors of the host that can be read, without a theme': async (open) => {
        const dark = { '--color-background-primary': '#101418', '--color-background-secondary': '#1a2026', '--color-text-primary': '#e8e8e8', '--color-text-secondary': '#b0b8c0' };
        const light = { '--color-background-primary': 'oklch(0.98 0 0)', '--color-background-secondary': '#f0f0f0', '--color-text-primary': '#202020', '--color-text-secondary': '#505050' };
        const unreadable = { ...dark, '--color-background-primary': '#ffffff' };
        const back = (frame) => frame.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const scheme = (frame) => frame.evaluate(() => document.documentElement.style.colorScheme);
        for (const view of ['site-health', 'switch-ports', 'client-timeline']) {
            for (const [colorScheme, variables, wanted] of [['light', dark, 'dark'], ['dark', light, 'light'], ['light', unreadable, '']]) {
                const { show, violations } = await open({ colorScheme });
                const frame = await show(view, answers[view], { context: { styles: { variables } } });
                assert.equal(await scheme(frame), wanted);
                if (!wanted) assert.equal(await back(frame), 'rgb(255, 255, 255)', 'the texts and backgrounds are of one source');
                assert.deepEqual(await violations(), [], `${view}, ${wanted}`);
            }
        }
        const { show, page } = await open({ colorScheme: 'light' });
        const faint = { ...dark, '--color-text-secondary': '#404448' };
        const frame = await show('findings', answers.findings, { context: { styles: { variables: faint } } });
        assert.equal(await frame.locator('.soft').first().evaluate((one) => getComputedStyle(one).color), 'rgb(232, 232, 232)');
        await page.evaluate((variables) => window.bridge.setHostContext({ styles: { variables } }), unreadable);
        await frame.waitForFunction(() => getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)', undefined, { polling: 50 });
    },

    'switch ports: members, modules and gaps': async (open) => {
        const { show, violations, page } = await open();
        const port = (name, more = {}) => ({ port: name, up: true, speed: 1_000, ...more });
        const ports = [...[0, 1, 2, 4, 5, 12].map((at) => port(`ge-0/0/${at}`, at === 5 ? { disabled: true } : at === 4 ? { up: false } : {})),
            port('mge-0/0/15'), port('xe-0/2/0'), port('xe-0/2/3'), ...[0, 1].map((at) => port(`ge-1/0/${at}`)), port('ae0'), port('vme'), port('irb.20')];
        const frame = await show('switch-ports', answered({}, { view: { devices: [{ name: 'SW-VC', ports }] } }));
        assert.deepEqual(await frame.locator('.module > div').allInnerTexts(), ['Member 0, ports', 'Member 0, module 2', 'Member 1, ports', 'Aggregated', 'Management', 'Logical']);
        const places = await frame.locator('.ports').first().locator('li').evaluateAll((all) => all.map((one) => one.textContent));
        assert.deepEqual(places, ['0', '1', '2', '', '4', '5', '', '', '', '', '', '', '12', '', '', '15']);
        // Neither the disabled port nor the one without a link is up, and they have no speed.
        assert.match(await text(frame), /14 ports, 12 up/);
        await frame.getByRole('button', { name: 'ge-0/0/5, disabled', exact: true }).waitFor();
        await frame.getByRole('button', { name: 'ge-0/0/4, no link', exact: true }).waitFor();
        await frame.getByRole('button', { name: 'ae0, up, 1 Gb/s', exact: true }).waitFor();
        assert.deepEqual(await violations(), []);
        // One stop for the tab key; the arrow keys go on.
        assert.equal(await frame.locator('.port[tabindex="0"]').count(), 1);
        const focused = () => frame.evaluate(() => document.activeElement.getAttribute('aria-label').split(',')[0]);
        await frame.locator('.port').first().focus();
        const order = [];
        for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'End', 'Home']) {
            await page.keyboard.press(key);
            order.push(await focused());
        }
        assert.deepEqual(order, ['ge-0/0/2', 'ge-0/0/1', 'ge-0/0/0', 'irb.20', 'ge-0/0/0']);
        assert.equal(await frame.locator('.port[tabindex="0"]').count(), 1);
    },

    'what was opened stays open': async (open) => {
        const { show, page } = await open({ width: 900 });
        const rows = { content: [{ type: 'text', text: '{"results":[{"port_id":"ge-0/0/0","note":"fetched"}],"total":1}' }] };
        const none = { content: [{ type: 'text', text: '{"results":[],"total":0}' }] };
        for (const view of ['topology', 'site-health', 'switch-ports', 'findings']) {
            const frame = await show(view, answers[view], { calls: { searchOrgSwOrGwPorts: rows }, context: { locale: 'en-GB' } });
            const evidence = frame.locator('details:has(button:text-is("Show the rows"))');
            await evidence.locator('summary').click();
            const button = evidence.getByRole('button', { name: 'Show the rows' });
            await button.click();
            await frame.getByRole('cell', { name: 'fetched' }).waitFor();
            await button.focus();
            const drawn = await frame.locator('.head').elementHandle();
            await page.evaluate(() => window.bridge.setHostContext({ locale: 'de-DE', timeZone: 'Asia/Tokyo' }));
            await frame.waitForFunction((drawn) => !drawn.isConnected, drawn, { polling: 50 });
            assert.ok(await frame.getByRole('cell', { name: 'fetched' }).isVisible(), view);
            assert.equal(await frame.evaluate(() => document.activeElement.textContent), 'Show the rows');
            await page.setViewportSize({ width: 500, height: 800 });
            await frame.waitForFunction(() => document.querySelector('main').clientWidth < 520, undefined, { polling: 50 });
            assert.ok(await frame.getByRole('cell', { name: 'fetched' }).isVisible(), view);
            assert.equal(await frame.evaluate(() => document.activeElement.textContent), 'Show the rows');
            await page.setViewportSize({ width: 900, height: 800 });
        }
        // A port that was chosen, and rows that were asked for.
        let frame = await show('switch-ports', answers['switch-ports']);
        await frame.getByRole('button', { name: /^ge-0\/0\/7,/ }).click();
        await page.evaluate(() => window.bridge.setHostContext({ locale: 'de-DE' }));
        await frame.getByText('120.331').first().waitFor();
        assert.equal(await frame.locator('.port[aria-pressed=true]').count(), 1);
        // Another answer begins anew.
        frame = await show('findings', answers.findings, { calls: { searchOrgSwOrGwPorts: none } });
        await frame.locator('summary:text-is("Evidence")').click();
        await frame.getByRole('button', { name: 'Show the rows' }).click();
        await frame.getByText('No rows.').waitFor();
        await page.evaluate((answer) => window.bridge.sendToolResult({ content: [{ type: 'text', text: JSON.stringify(answer) }] }), { ...answers.findings, verdict: 'Another.' });
        await frame.getByText('Another.').waitFor();
        assert.equal(await frame.locator('details[open]:has-text("Evidence")').count(), 0);
    },

    'a frame that is not shown reports no height': async (open) => {
        const { show, page, told } = await open({ width: 700 });
        const frame = await show('topology', answers.topology);
        const sizes = async () => (await told()).sizes;
        await page.waitForFunction(() => window.told.sizes.at(-1) > 150);
        const before = await sizes();
        const width = (value) => page.evaluate((value) => { document.querySelector('iframe').style.width = value; }, value);
        await width('0');
        await frame.waitForFunction(() => innerWidth === 0, undefined, { polling: 50 });
        await width('100%');
        await frame.waitForFunction(() => innerWidth === 700, undefined, { polling: 50 });
        await width('360px');
        await page.waitForFunction((count) => window.told.sizes.length > count, before.length);
        const higher = Math.max(...(await sizes()).slice(before.length));
        assert.ok(higher < 2_000, `${higher} px`);
    },

    'the first error of the host is shown': async (open) => {
        const { show } = await open();
        // Without any answer the host refuses with an error of the protocol.
        const frame = await show('findings', answers.findings, { calls: {} });
        await frame.locator('summary:text-is("Evidence")').click();
        await frame.getByRole('button', { name: 'Show the rows' }).click();
        await frame.getByText(/There is no tool searchOrgSwOrGwPorts/).waitFor();
    },

    'findings: the list that was asked for is open': async (open) => {
        const { show } = await open();
        const ranking = Array.from({ length: 30 }, (_, place) => ({ id: `i${place}`, main_reason: 'device_down', site: `Site ${place}`, devices_up: '6 of 7' }));
        const frame = await show('findings', answered({ sites: 30, ranking, other: [{ a: 1 }] }));
        assert.ok(await frame.getByRole('cell', { name: 'Site 3', exact: true }).isVisible());
        assert.equal(await frame.locator('details[open]').count(), 1);
        assert.deepEqual(await frame.locator('details[open] th').allInnerTexts(), ['Site', 'Main reason', 'Devices up', 'ID']);
        assert.ok(await frame.getByRole('cell', { name: 'device down' }).first().isVisible());
        await frame.getByRole('button', { name: 'Show 5 of 5 rows' }).click();
        await frame.getByRole('cell', { name: 'Site 29' }).waitFor();
    },

    'colors say what findings say': async (open) => {
        const { show } = await open();
        const finding = (severity) => [{ cause: 'co_channel', severity, summary: 's' }];
        const radios = [{ ap: 'AP-1', band: '5', channel: 36, utilization: 84, problem: 'co_channel' }, { ap: 'AP-2', band: '5', channel: 40, utilization: 90 }];
        for (const [severity, wanted] of [['info', ''], ['warning', 'warn'], ['critical', 'bad']]) {
            const frame = await show('radio-plan', answered({ radios }, { findings: finding(severity) }));
            assert.equal(await frame.locator('.chips > li', { hasText: 'AP-1' }).getAttribute('class'), wanted);
            assert.equal(await frame.locator('.chips > li', { hasText: 'AP-2' }).getAttribute('class'), '');
        }
        // A share of few failures is nothing bad.
        const sle = answered({ metric: 'capacity', value: 0.994, classifiers: [{ name: 'wifi-interference', share: 0.61 }], hit: [{ kind: 'ap', name: 'AP-1', share: 0.7 }, { kind: 'wlan', name: 'Guest', share: 1 }] });
        let frame = await show('sle-trend', sle);
        assert.equal(await frame.locator('.bar > .bad, .bar > .warn').count(), 0);
        assert.match(await text(frame), /Why it fails\s+Wi-Fi interference/);
        assert.equal(await frame.locator('table').count(), 2);
        assert.match(await text(frame), /Access points[^]*WLANs/);
        // Alarms are as Mist rates them: without a finding they have no color.
        const alarms = { alarms: { critical: 4, warning: 1, info: 0 } };
        frame = await show('site-health', answered(alarms, { findings: finding('warning'), more_findings: 1 }));
        assert.equal(await frame.locator('.tiles > .bad').count(), 0);
        assert.equal(await frame.locator('.tiles > .warn').count(), 1);
        assert.match(await text(frame), /no finding is critical: alarms raised over two hours ago count less/);
        assert.match(await text(frame), /1 finding\s+The answer leaves out 1 finding/);
    },
});
