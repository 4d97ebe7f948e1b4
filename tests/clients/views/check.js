// Shows each view behind the host's side of MCP Apps in Chromium: a line for each walk, and what was not as it should be.
// With a program, its answers over the demo network as well. With --screenshots FOLDER it takes the pictures of docs/views.md instead.

import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { cases } from './cases.js';
import { answers, hostile } from './fixtures.js';
import { live } from './live.js';
import { screenshots } from './screenshots.js';
import { walks } from './walks.js';

const [executablePath, documents, ...options] = process.argv.slice(2);
const pictures = options[0] === '--screenshots' ? options[1] : undefined;
const program = pictures ? options[2] : options[0];
// As root, as in a container, Chromium runs without its sandbox alone.
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath, args });
const { outputFiles: [{ text: host }] } = await build({
    entryPoints: [new URL('host.js', import.meta.url).pathname], bundle: true, write: false, format: 'iife', platform: 'browser',
});
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A page with the host in it, whose troubles are counted: what it logs, what it loads, and scripts that got in. */
async function open({ width = 900, ...more } = {}) {
    const context = await browser.newContext({ viewport: { width, height: 800 }, locale: 'en-GB', ...more });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    const troubles = [];
    page.on('console', (message) => message.type() !== 'debug' && troubles.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => troubles.push(error.stack));
    page.on('dialog', (dialog) => { troubles.push('a dialog'); dialog.dismiss(); });
    page.on('request', (request) => request.url() === 'about:srcdoc' || troubles.push(`loads ${request.url()}`));
    await page.setContent('<!doctype html><html lang="en"><title>Host</title><body style="margin:0"></body></html>');
    await page.evaluate(host);
    const view = async () => (await page.locator('iframe').elementHandle()).contentFrame();
    const html = (view) => readFileSync(join(documents, `${view}.html`), 'utf8');
    return {
        page, context, troubles,
        /** Shows a view with an answer, and waits until it is drawn. */
        async show(name, answer, given = {}) {
            const result = answer && { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer };
            await page.evaluate((given) => window.showView(given), { html: html(name), result, ...given });
            const frame = await view();
            if (result || given.result) await frame.locator('[role=status]:text("Waiting")').waitFor({ state: 'detached' });
            return frame;
        },
        told: () => page.evaluate(() => window.told),
        /** The rules of axe-core that the view breaks, with everything unfolded. */
        async violations() {
            const frame = await view();
            await frame.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
            await frame.evaluate(axe);
            const found = await frame.evaluate(async () => (await axe.run()).violations);
            return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html)}`);
        },
    };
}

if (pictures) {
    await screenshots(open, pictures, program);
} else {
    console.log(`views in Chromium ${browser.version()}`);
    const all = Object.entries({ ...walks({ answers, hostile }), ...cases(answers) });
    for (const [name, walk] of program ? [...all, ...Object.entries(live(program))] : all) {
        const opened = [];
        try {
            await walk(async (options) => {
                opened.push(await open(options));
                return opened.at(-1);
            });
            for (const { page, troubles } of opened) {
                const hacked = await page.evaluate(() => window.hacked);
                if (hacked) troubles.push('a script of the network ran');
                if (troubles.length) throw new Error(troubles.slice(0, 5).join('\n'));
            }
            console.log(`views, ${name}: fine`);
        } catch (error) {
            console.error(`views, ${name}: ${error.stack}`);
            process.exitCode = 1;
        }
        for (const { context } of opened) await context.close();
    }
}
await browser.close();
