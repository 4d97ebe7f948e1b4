// The pictures of docs/views.md, light and dark: the answers to three incidents of the demo network. Each picture has to show what its
// text there says.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { askedOf } from './live.js';

/** The incident of each picture, and how often a part is at least in it. */
const PICTURED = [
    { view: 'topology', incident: 'upstream-down-in-the-map', parts: { '.box.bad': 5, '.link.bad': 1 } },
    { view: 'client-timeline', incident: 'rotterdam-scanner-with-old-psk', parts: { '.dot.bad': 1, '.dot.good': 4, 'rect.span': 1, '.plot': 1 } },
    { view: 'switch-ports', incident: 'port-half-duplex-camera', parts: { '.port.good': 10, '.port.warn, .port.bad': 1, '.gap': 1 } },
];

export async function screenshots(open, folder, program) {
    assert.ok(program, 'the pictures are taken from the answers of a program: name its path');
    for (const { view, incident, parts } of PICTURED) {
        const given = await askedOf(program, incident);
        assert.equal(given.view, view, incident);
        for (const theme of ['light', 'dark']) {
            const { show, told, page, context } = await open({ colorScheme: theme, width: 760 });
            const frame = await show(view, undefined, { html: given.html, result: given.result, context: { theme, locale: 'en-GB' } });
            await page.waitForFunction(() => window.told.sizes.at(-1) > 150);
            for (const [part, least] of Object.entries(parts)) {
                const count = await frame.locator(part).count();
                assert.ok(count >= least, `${incident}: ${count} of ${part}, and ${least} are said to be in the picture`);
            }
            const height = Math.min(900, (await told()).sizes.at(-1));
            await page.setViewportSize({ width: 760, height });
            await page.waitForFunction((height) => innerHeight === height, height);
            const path = join(folder, `${view}-${theme}.png`);
            await page.screenshot({ path });
            await context.close();
            console.log(path);
        }
    }
}
