// What is looked at in each view, and what the views have of their own.

import assert from 'node:assert/strict';

const WIDE = 1_100;
const NARROW = 360;

const text = (frame) => frame.locator('main').innerText();
const unfold = (frame) => frame.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));

/** What sticks out of a view, past parts that scroll by themselves. */
const wide = (frame) => frame.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const out = [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1
        && !one.closest('.scroll, .ports, pre, .unseen, svg'));
    return scrollWidth > clientWidth ? [`scrolls: ${scrollWidth} of ${clientWidth}`] : out.map((one) => one.outerHTML.slice(0, 120));
});

/** That nothing of the network became more than text, and how much was drawn. */
async function assertHarmless(frame, what) {
    const found = await frame.evaluate(() => {
        const all = [...document.querySelectorAll('*')];
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        let invisible = '';
        while (texts.nextNode()) {
            const { parentElement, data } = texts.currentNode;
            if (parentElement.localName !== 'script' && /[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u0000-\u0008\u001b\u{e0000}-\u{e007f}]/u.test(data)) invisible = data;
        }
        return {
            strange: all.filter((one) => ['img', 'iframe', 'object', 'embed', 'a', 'form', 'link', 'base'].includes(one.localName)
                || [...one.attributes].some(({ name, value }) => name.startsWith('on') || /^\s*javascript:/i.test(value) && name !== 'title' && name !== 'aria-label')).map((one) => one.outerHTML.slice(0, 100)),
            scripts: document.scripts.length,
            count: all.length,
            longest: Math.max(...all.map((one) => (one.localName === 'bdi' ? one.textContent.length : 0))),
            invisible,
        };
    });
    assert.deepEqual(found.strange, [], what);
    assert.equal(found.scripts, 1, what);
    assert.equal(found.invisible, '', `${what}: invisible characters`);
    assert.ok(found.count < 20_000, `${what}: ${found.count} elements`);
    assert.ok(found.longest <= 300, `${what}: a text of ${found.longest} letters`);
}

export function walks({ answers, hostile }) {
    const all = {};
    for (const [view, answer] of Object.entries(answers)) {
        for (const [scheme, width] of [['light', WIDE], ['dark', WIDE], ['light', NARROW], ['dark', NARROW]]) {
            all[`${view}, ${scheme}, ${width} px`] = async (open) => {
                const { show, violations, told, page } = await open({ colorScheme: scheme, width });
                const frame = await show(view, answer, { context: { theme: scheme, displayMode: 'inline', availableDisplayModes: ['inline', 'fullscreen'] } });
                if (answer.verdict) assert.ok((await text(frame)).includes(answer.verdict));
                assert.deepEqual(await violations(), []);
                assert.deepEqual(await wide(frame), []);
                // The frame is as high as what it shows.
                await page.waitForFunction(() => {
                    const [frame] = document.getElementsByTagName('iframe');
                    return window.told.sizes.at(-1) > 150 && frame.clientHeight === window.told.sizes.at(-1);
                });
                assert.equal((await told()).app.version, '1');
            };
        }
        all[`${view}, hostile`] = async (open) => {
            for (const [what, bad] of Object.entries(hostile[view])) {
                for (const width of [WIDE, NARROW]) {
                    const { show } = await open({ width });
                    const frame = await show(view, bad);
                    await unfold(frame);
                    await assertHarmless(frame, `${what}, ${width} px`);
                    assert.deepEqual(await wide(frame), [], `${what}, ${width} px`);
                }
            }
        };
        all[`${view}, the keyboard alone`] = async (open) => {
            const { show, page } = await open();
            const frame = await show(view, answer, { context: { displayMode: 'inline', availableDisplayModes: ['fullscreen'] } });
            await unfold(frame);
            const wanted = await frame.locator('button:not([tabindex="-1"]):visible, input:visible, select:visible, summary:visible, div[tabindex="0"]:visible').count();
            let seen = 0;
            await frame.locator('button').first().focus();
            for (; seen < wanted + 5; seen += 1) {
                const focused = await frame.evaluate(() => {
                    const one = document.activeElement;
                    if (one === document.body || !document.hasFocus()) return undefined;
                    const { outlineStyle, outlineWidth } = getComputedStyle(one);
                    return { html: one.outerHTML.slice(0, 80), outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 };
                });
                if (!focused) break;
                // Playwright's own focus is not one of the keyboard.
                assert.ok(focused.outlined || seen === 0, `the focus on ${focused.html} cannot be seen`);
                await page.keyboard.press('Tab');
            }
            assert.ok(seen >= wanted, `${seen} of ${wanted} stops`);
        };
        all[`${view}, without an answer`] = async (open) => {
            const { show, page } = await open();
            const frame = await show(view, undefined);
            assert.match(await text(frame), /Waiting for the answer/);
            await page.evaluate(() => window.bridge.sendToolCancelled({ reason: 'x' }));
            await frame.getByText('The call was cancelled.').waitFor();
            const failed = { isError: true, content: [{ type: 'text', text: 'There is no site `<b>Leeds</b>`.' }] };
            await page.evaluate((result) => window.bridge.sendToolResult(result), failed);
            await frame.getByText('There is no site `<b>Leeds</b>`.').waitFor();
            const words = { content: [{ type: 'text', text: 'no JSON' }] };
            await page.evaluate((result) => window.bridge.sendToolResult(result), words);
            await frame.getByText('The answer has no data for this view.').waitFor();
            // An answer without structured content is read from its text.
            await page.evaluate((result) => window.bridge.sendToolResult(result), { content: [{ type: 'text', text: '{"verdict":"Read from the text.","results":[]}' }] });
            await frame.getByText('Read from the text.').waitFor();
            const torn = await page.evaluate(() => window.bridge.teardownResource({}));
            assert.deepEqual(torn, {});
        };
    }

    all['theme, language and time zone of the host'] = async (open) => {
        const { show, page } = await open({ colorScheme: 'light' });
        const frame = await show('site-health', answers['site-health'], { context: { theme: 'dark', locale: 'de-DE', timeZone: 'Asia/Tokyo' } });
        const back = () => frame.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(await back(), 'rgb(22, 24, 28)');
        assert.match(await text(frame), /97,3\s%/);
        const at = await frame.locator('time').first().innerText();
        await page.evaluate(() => window.bridge.setHostContext({ theme: 'light', locale: 'en-US', timeZone: 'America/New_York' }));
        await frame.getByText('97.3%').waitFor();
        assert.equal(await back(), 'rgb(255, 255, 255)');
        assert.notEqual(await frame.locator('time').first().innerText(), at);
        await page.evaluate(() => window.bridge.setHostContext({ locale: 'not a locale', timeZone: 'Mars/Base', styles: { variables: {
            '--color-background-primary': 'rgb(1, 2, 3)', '--color-text-primary': '#fff', '--font-sans': 'url(https://example.invalid/x)',
        } } }));
        // Colors that could not be read together are not taken.
        assert.equal(await back(), 'rgb(255, 255, 255)');
        await page.evaluate(() => window.bridge.setHostContext({ styles: { variables: {
            '--color-background-primary': 'rgb(1, 2, 3)', '--color-background-secondary': 'rgb(4, 5, 6)', '--color-text-primary': '#fff', '--color-text-secondary': '#ccc',
        } } }));
        await frame.waitForFunction(() => getComputedStyle(document.body).backgroundColor === 'rgb(1, 2, 3)', undefined, { polling: 50 });
        assert.match(await text(frame), /97\.3%/);
    };

    all['full screen, where the host has it'] = async (open) => {
        const { show, told } = await open();
        let frame = await show('topology', answers.topology);
        assert.equal(await frame.getByRole('button', { name: 'Full screen' }).count(), 0);
        frame = await show('topology', answers.topology, { context: { displayMode: 'inline', availableDisplayModes: ['inline', 'fullscreen'] } });
        await frame.getByRole('button', { name: 'Full screen' }).click();
        await frame.getByRole('button', { name: 'Smaller' }).waitFor();
        assert.deepEqual((await told()).modes, ['fullscreen']);
    };

    all['rows behind a finding, asked for through the host'] = async (open) => {
        const { show, told } = await open();
        const rows = { content: [{ type: 'text', text: '{"results":[{"port_id":"ge-0/0/0","speed":100,"note":"<b>x</b>"}],"total":1}' }] };
        let frame = await show('switch-ports', answers['switch-ports'], { calls: { searchOrgSwOrGwPorts: rows } });
        await unfold(frame);
        await frame.getByRole('button', { name: 'Show the rows' }).first().click();
        await frame.getByRole('cell', { name: '<b>x</b>' }).waitFor();
        const wanted = { name: 'searchOrgSwOrGwPorts', arguments: { mac: 'f4bfa8e0bc70', port_id: 'ge-0/0/0' } };
        assert.deepEqual((await told()).calls, [wanted]);
        // A server may answer the call of a tool that it does not list with an error, or with a result that is one.
        const refused = { isError: true, content: [{ type: 'text', text: 'Call it with `callTool`.' }] };
        for (const calls of [{ callTool: rows }, { searchOrgSwOrGwPorts: refused, callTool: rows }]) {
            frame = await show('switch-ports', answers['switch-ports'], { calls });
            await unfold(frame);
            await frame.getByRole('button', { name: 'Show the rows' }).first().click();
            await frame.getByRole('cell', { name: '<b>x</b>' }).waitFor();
            assert.deepEqual((await told()).calls.at(-1), { name: 'callTool', arguments: { tool: wanted.name, arguments: wanted.arguments } });
        }
        frame = await show('switch-ports', answers['switch-ports'], { calls: { searchOrgSwOrGwPorts: refused } });
        await unfold(frame);
        await frame.getByRole('button', { name: 'Show the rows' }).first().click();
        await frame.getByText('Call it with').first().waitFor();
        frame = await show('switch-ports', answers['switch-ports'], { takesCalls: false });
        await unfold(frame);
        assert.equal(await frame.getByRole('button', { name: 'Show the rows' }).count(), 0);
    };

    all['table: sorting, filtering, more rows, a chart'] = async (open) => {
        const { show } = await open();
        let frame = await show('table', answers.table);
        const column = (place) => frame.locator(`tbody td:nth-child(${place})`).allInnerTexts();
        const head = frame.getByRole('columnheader', { name: 'clients' });
        await head.getByRole('button').click();
        assert.equal(await head.getAttribute('aria-sort'), 'descending');
        assert.deepEqual((await column(4)).slice(0, 3), ['12', '11', '10']);
        await head.getByRole('button').click();
        assert.equal(await head.getAttribute('aria-sort'), 'ascending');
        assert.deepEqual((await column(4)).slice(0, 3), ['0', '1', '2']);
        await frame.getByRole('columnheader', { name: 'uptime' }).getByRole('button').click();
        assert.equal((await column(7)).at(-1), '', 'a row without a value is last');
        await frame.getByRole('searchbox').fill('SYDNEY ap45');
        assert.equal((await column(1)).length, 6);
        assert.match(await frame.locator('.row [role=status]').innerText(), /^6 rows of 12/);
        await frame.locator('summary').click();
        await frame.getByRole('combobox', { name: 'Values' }).selectOption({ label: 'utilization' });
        assert.equal(await frame.locator('.bars > li').count(), 6);
        assert.match(await frame.locator('.bars > li').first().innerText(), /LDS-AP-11\s+65/);
        await frame.getByRole('searchbox').fill('nothing has this');
        assert.equal((await column(1)).length, 0);
        assert.match(await text(frame), /Incomplete\s+ports/);

        frame = await show('table', hostile.table['10,000 rows']);
        assert.equal((await column(1)).length, 100);
        await frame.getByRole('button', { name: /^Show 100 of 9,900 rows/ }).click();
        assert.equal((await column(1)).length, 200);
        await frame.getByRole('columnheader', { name: 'number' }).getByRole('button').click();
        assert.deepEqual((await column(2)).slice(0, 2), ['9,999', '9,998']);
        assert.equal((await column(1)).length, 100);
    };

    all['switch ports: one port'] = async (open) => {
        const { show } = await open();
        const frame = await show('switch-ports', answers['switch-ports']);
        const port = frame.getByRole('button', { name: 'ge-0/0/7, port errors, 1 Gb/s, to LDS-AP-8' });
        await port.click();
        assert.equal(await port.getAttribute('aria-pressed'), 'true');
        assert.match(await frame.locator('.plate .facts').innerText(), /Errors\s+120,331/);
        await port.click();
        assert.equal(await frame.locator('.plate .facts').count(), 0);
    };

    all['topology: what is broken, and the list'] = async (open) => {
        const { show } = await open();
        const frame = await show('topology', answers.topology);
        const boxes = () => frame.locator('svg .box').count();
        assert.equal(await boxes(), 15);
        await frame.getByRole('checkbox').check();
        // The broken ones, the access point at the slow port, and what is above them.
        assert.equal(await boxes(), 8);
        await frame.getByText('As a list').click();
        assert.equal(await frame.locator('.tree li').count(), 15);
        assert.match(await frame.locator('.tree li').nth(1).innerText(), /LDS-SW-01[^]*via ge-0\/0\/3, 10\sGb\/s/);
    };

    all['little motion'] = async (open) => {
        for (const [reducedMotion, wanted] of [['reduce', '0s'], ['no-preference', '0.15s']]) {
            const { show } = await open({ reducedMotion });
            const frame = await show('topology', answers.topology);
            assert.equal(await frame.locator('.box').first().evaluate((one) => getComputedStyle(one).transitionDuration), wanted);
        }
    };
    return all;
}
