// The questions over the demo network: each is answered, and its answer is shown in a view. Other servers ask nothing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const violations = async (frame) => {
    await frame.evaluate(AXE);
    return frame.evaluate(async () => (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`));
};

/** The frame of the view, once it has drawn the answer. */
async function view(page) {
    await page.frameLocator('#answer-view iframe').locator('.head').waitFor();
    return (await page.locator('#answer-view iframe').elementHandle()).contentFrame();
}

/** Asks one question, and waits for its answer. */
async function ask(page, button) {
    await button.click();
    await page.locator('#answer-status', { hasText: /answered in|failed/ }).waitFor();
    assert.match(await page.locator('#answer-status').innerText(), /answered in/);
    assert.equal(await button.getAttribute('aria-pressed'), 'true');
}

export const asking = {
    'questions over the demo network': async (open, base) => {
        const page = await open();
        const buttons = page.locator('#questions button');
        const demo = (await page.locator('.facts').innerText()).includes('made-up network');
        const count = await buttons.count();
        if (!demo || count === 0) {
            assert.equal(count, 0, 'a real network is not asked');
            const response = await fetch(new URL('views/topology', base));
            assert.equal(response.status, 404);
            return;
        }
        for (const button of await buttons.all()) {
            await ask(page, button);
            const title = await button.innerText();
            assert.equal(await page.locator('#answer-heading').innerText(), title);
            assert.ok((await page.locator('#answer-text').textContent()).startsWith('{'), title);
            if (!(await button.getAttribute('data-view'))) continue;
            const frame = await view(page);
            assert.equal(await frame.getByRole('alert').count(), 0, title);
            assert.deepEqual(await violations(frame), [], title);
            const { origin, height } = await frame.evaluate(() => ({ origin: String(self.origin), height: document.body.getBoundingClientRect().height }));
            assert.equal(origin, 'null', 'a view runs in an origin of its own');
            await page.waitForFunction((height) => document.querySelector('#answer-view iframe').clientHeight >= height - 1, height);
        }
        assert.deepEqual(await violations(page.mainFrame()), []);
    },

    'a link for each question': async (open) => {
        const page = await open();
        const buttons = page.locator('#questions button');
        if (await buttons.count() < 2) return;
        const shows = (title) => page.locator('#answer-heading', { hasText: title }).waitFor();
        const titles = await buttons.allInnerTexts();
        await ask(page, buttons.nth(0));
        const link = await page.locator('#answer-link').getAttribute('href');
        assert.equal(new URL(page.url()).hash, link);
        await ask(page, buttons.nth(1));
        await page.goBack();
        await shows(titles[0]);
        await page.reload();
        await shows(titles[0]);
        await page.locator('#answer-status', { hasText: 'answered in' }).waitFor();
        // The link of a tool leaves the answer as it is.
        await page.evaluate(() => { location.hash = document.querySelector('.tools > li').id; });
        await page.locator('.category[open]').waitFor();
        assert.ok(await page.locator('#answer').isVisible());
        await page.locator('#incident').selectOption({ index: 3 });
        await page.locator('#incident-form button').click();
        const name = await page.locator('#incident').inputValue();
        assert.equal(new URL(page.url()).hash, `#ask-${name}`);
        const linked = await open({}, `#ask-${name}`);
        await linked.locator('#answer-status', { hasText: 'answered in' }).waitFor();
        assert.equal(await linked.locator('#incident').inputValue(), name);
        const groups = await page.locator('#incident optgroup').evaluateAll((all) => all.map((one) => [one.label, [...new Set([...one.children].map((option) => option.dataset.tool))]]));
        assert.ok(groups.length > 1);
        for (const [label, tools] of groups) assert.deepEqual(tools, [label]);
    },

    'a question that fails': async (open) => {
        const page = await open();
        const button = page.locator('#questions button').first();
        if (await button.count() === 0) return;
        const status = page.locator('#answer-status');
        const json = (status, body) => ({ status, contentType: 'application/json', body: JSON.stringify(body) });
        for (const [response, wanted] of [
            [json(200, { error: 'The token is unknown.' }), 'It failed: The token is unknown.'],
            [json(200, { jsonrpc: '2.0', id: 1, error: { code: -1, message: 'There is no such tool.' } }), 'It failed: There is no such tool.'],
            [json(200, [1]), 'It failed: The answer is no message of MCP.'],
            [{ status: 200, contentType: 'text/html', body: '<p>Sign in</p>' }, 'It failed: The answer is no message of MCP.'],
        ]) {
            await page.route('**/mcp', (route) => route.fulfill(response));
            await button.click();
            await page.waitForFunction(() => document.getElementById('answer-status').textContent.startsWith('It failed'));
            assert.equal(await status.innerText(), wanted);
            assert.equal(await page.locator('#answer-details').isVisible(), false);
            await page.unroute('**/mcp');
        }
        // The browser logs these by itself, so that they have a page of their own whose log is not looked at.
        const browser = page.context().browser();
        const other = await (await browser.newContext()).newPage();
        await other.goto(page.url().split('#')[0]);
        const failing = async (response, wanted) => {
            await other.route('**/mcp', (route) => (response ? route.fulfill(response) : route.abort()));
            await other.locator('#questions button').first().click();
            await other.locator('#answer-status', { hasText: wanted }).waitFor();
            await other.unroute('**/mcp');
        };
        await failing(json(429, { title: 'Too many requests', detail: 'Wait 3 s.' }), 'It failed: HTTP 429 Too Many Requests: Too many requests: Wait 3 s.');
        await failing({ status: 500, contentType: 'text/html', body: '<h1>x</h1>' }, 'It failed: HTTP 500 Internal Server Error');
        await failing({ status: 502, body: '' }, 'It failed: HTTP 502 Bad Gateway');
        await failing(json(401, { error: 'There is no token.' }), 'It failed: HTTP 401 Unauthorized: There is no token.');
        await failing(undefined, 'It failed: The server cannot be reached.');
        // A view whose document fails.
        await other.route('**/views/*', (route) => route.fulfill({ status: 503, body: '' }));
        await other.locator('#questions button[data-view]').first().click();
        await other.locator('#answer-view [role=alert]', { hasText: 'cannot be shown: HTTP 503' }).waitFor();
        assert.ok(await other.locator('#answer-text').isVisible());
        await other.unroute('**/views/*');
        await other.context().close();

        // An answer that does not end: it can be cancelled, and there is a deadline.
        await page.clock.install();
        await page.route('**/mcp', () => {});
        await button.click();
        await page.locator('#answer-cancel').click();
        await page.locator('#answer-status', { hasText: 'It failed: It was cancelled.' }).waitFor();
        await button.click();
        await page.locator('#answer-status', { hasText: 'Asking' }).waitFor();
        await page.clock.fastForward(61_000);
        await page.locator('#answer-status', { hasText: 'It failed: There was no answer within 60 s.' }).waitFor();
        assert.equal(await page.locator('#answer-cancel').isVisible(), false);
    },

    'incidents over the demo network': async (open) => {
        const page = await open();
        const incidents = page.locator('#incident option');
        const count = await incidents.count();
        if (count === 0) return;
        let found = 0;
        // A few of them, from all over the list.
        for (const index of [0, 1, 2, 3].map((part) => Math.floor((part * (count - 1)) / 3))) {
            const title = await incidents.nth(index).textContent();
            await page.locator('#incident').selectOption({ index });
            await page.locator('#incident-form button').click();
            await page.locator('#answer-heading', { hasText: title }).waitFor();
            await page.locator('#answer-status', { hasText: /answered in|failed/ }).waitFor();
            assert.match(await page.locator('#answer-status').innerText(), /answered in/, title);
            const { findings } = JSON.parse(await page.locator('#answer-text').textContent());
            found += findings.length;
        }
        assert.ok(found > 0, 'no incident was found');
    },

    'questions in the dark, on a phone': async (open) => {
        const page = await open({ colorScheme: 'dark', viewport: { width: 360, height: 800 }, reducedMotion: 'reduce' });
        const button = page.locator('#questions button').first();
        if (await button.count() === 0) return;
        await ask(page, button);
        const box = await page.locator('#answer-heading').boundingBox();
        assert.ok(box.y >= 0 && box.y < 400, `the answer is on the screen: ${box.y}`);
        const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
        assert.equal(scrollWidth, clientWidth);
        if (!(await button.getAttribute('data-view'))) return;
        const frame = await view(page);
        const dark = () => frame.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
        assert.equal(await dark(), 'dark');
        await page.emulateMedia({ colorScheme: 'light' });
        // A frame outside the viewport may paint nothing, so that it is not asked at each animation frame, as is the default.
        const light = () => getComputedStyle(document.documentElement).colorScheme === 'light';
        await frame.waitForFunction(light, undefined, { polling: 50 });
    },
};
