// Who looks at the page: on any screen, in any light, with and without scripts, and with what reads it aloud.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const unfold = (page) => page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));

async function violations(page) {
    await page.evaluate(AXE);
    const found = await page.evaluate(async () => (await axe.run()).violations);
    return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html)}`);
}

async function lies(open, colorScheme, width) {
    const page = await open({ colorScheme, viewport: { width, height: 800 } });
    assert.deepEqual(await violations(page), []);
    await unfold(page);
    const wide = await page.evaluate(() => [...document.querySelectorAll('body *')]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('pre, .visually-hidden'))
        .map((one) => one.outerHTML.slice(0, 100)));
    assert.deepEqual(wide, []);
    const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
    assert.equal(scrollWidth, clientWidth);
    return page;
}

export const reading = {
    'light, on a desk': async (open) => {
        const page = await lies(open, 'light', 1280);
        // Once with all that there is to open.
        assert.deepEqual(await violations(page), []);
    },
    'dark, on a desk': (open) => lies(open, 'dark', 1280),
    'light, on a phone': (open) => lies(open, 'light', 320),
    'dark, on a phone': (open) => lies(open, 'dark', 320),

    'without scripts': async (open) => {
        const page = await open({ javaScriptEnabled: false });
        const facts = await page.locator('.facts').innerText();
        const [, tools, extended] = facts.match(/^(\d+) tools in \d+ categories(?:, and (\d+) in \d+ extended ones)?/);
        assert.equal(await page.locator('.tools > li').count(), Number(tools) + Number(extended ?? 0));
        assert.equal(await page.locator('form:visible').count(), 0, 'forms that do nothing are not shown');
        assert.match(await page.locator('noscript pre').innerText(), /"url": "<the address of this page>mcp/);
        const first = page.locator('.category').first();
        await first.locator('> summary').click();
        assert.ok(await first.locator('.tools h3').first().isVisible());
    },

    'with little motion': async (open) => {
        const moves = (page) => page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior);
        assert.equal(await moves(await open({ reducedMotion: 'reduce' })), 'auto');
        assert.equal(await moves(await open({ reducedMotion: 'no-preference' })), 'smooth');
    },
};
