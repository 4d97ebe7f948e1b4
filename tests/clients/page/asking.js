// The questions over the demo network: each is answered, and its answer is shown in a view. Other servers ask nothing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const violations = async (frame) => {
    await frame.evaluate(AXE);
    return frame.evaluate(async () => (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`));
};

const view = async (page) => (await page.locator('#answer-view iframe').elementHandle()).contentFrame();

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
            await frame.locator('[role=status]:text("Waiting")').waitFor({ state: 'detached' });
            assert.equal(await frame.getByRole('alert').count(), 0, title);
            assert.deepEqual(await violations(frame), [], title);
            const { origin, height } = await frame.evaluate(() => ({ origin: String(self.origin), height: document.body.getBoundingClientRect().height }));
            assert.equal(origin, 'null', 'a view runs in an origin of its own');
            await page.waitForFunction((height) => document.querySelector('#answer-view iframe').clientHeight >= height - 1, height);
        }
        assert.deepEqual(await violations(page.mainFrame()), []);
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
        const page = await open({ colorScheme: 'dark', viewport: { width: 360, height: 800 } });
        const button = page.locator('#questions button').first();
        if (await button.count() === 0) return;
        await ask(page, button);
        const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
        assert.equal(scrollWidth, clientWidth);
        if (!(await button.getAttribute('data-view'))) return;
        const frame = await view(page);
        await frame.locator('[role=status]:text("Waiting")').waitFor({ state: 'detached' });
        const dark = () => frame.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
        assert.equal(await dark(), 'dark');
        await page.emulateMedia({ colorScheme: 'light' });
        // A frame outside the viewport may paint nothing, so that it is not asked at each animation frame, as is the default.
        const light = () => getComputedStyle(document.documentElement).colorScheme === 'light';
        await frame.waitForFunction(light, undefined, { polling: 50 });
    },
};
