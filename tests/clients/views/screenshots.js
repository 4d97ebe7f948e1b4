// The pictures of docs/views.md, light and dark: with the answer of the demo network, or with that of the fixtures.

import { join } from 'node:path';
import { answers } from './fixtures.js';
import { connect, shown } from './live.js';

const PICTURED = ['topology', 'client-timeline', 'switch-ports'];

export async function screenshots(open, folder, program) {
    const client = program && await connect(program);
    const real = client ? await shown(client) : [];
    await client?.close();
    for (const view of PICTURED) {
        const given = real.find((one) => one.view === view && !one.result.isError);
        for (const theme of ['light', 'dark']) {
            const { show, told, page, context } = await open({ colorScheme: theme, width: 760 });
            const host = { context: { theme, locale: 'en-GB' } };
            await (given ? show(view, undefined, { html: given.html, result: given.result, ...host }) : show(view, answers[view], host));
            await page.waitForFunction(() => window.told.sizes.at(-1) > 150);
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
