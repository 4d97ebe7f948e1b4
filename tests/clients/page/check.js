// Walks through the page of each server: a line for each walk, and what was not as it should be. The first is looked at
// in every way; of the others, what a server's own settings change: the form and what it makes, and the questions of the demo.

import { chromium } from 'playwright-core';
import { asking } from './asking.js';
import { configurations } from './configurations.js';
import { reading } from './reading.js';
import { using } from './using.js';

const [executablePath, ...urls] = process.argv.slice(2);
// As root, as in a container, Chromium runs without its sandbox alone.
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath, args });

/** A page whose troubles are counted: what it logs, and what it loads but itself and its search. */
async function open(url, options = {}) {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    const troubles = [];
    page.on('console', (message) => troubles.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('request', (request) => {
        const is = (start) => request.url().startsWith(start);
        const paths = ['/search?query=', '/views/', '/mcp'].map((path) => new URL(path, url).href);
        const own = request.isNavigationRequest() || is('data:') || paths.some(is);
        if (!own) troubles.push(`loads ${request.url()}`);
    });
    await page.goto(url);
    return { page, context, troubles };
}

console.log(`page in Chromium ${browser.version()}`);
for (const [index, url] of urls.entries()) {
    const walks = index === 0 ? { ...reading, ...using, ...configurations, ...asking } : { ...configurations, ...asking };
    for (const [name, walk] of Object.entries(walks)) {
        const line = `page ${url}, ${name}`;
        try {
            const opened = [];
            await walk(async (options, path = '') => {
                opened.push(await open(url + path, options));
                return opened.at(-1).page;
            }, url);
            for (const { context, troubles } of opened) {
                await context.close();
                if (troubles.length) throw new Error(troubles.join('\n'));
            }
            console.log(`${line}: fine`);
        } catch (error) {
            console.error(`${line}: ${error.stack}`);
            process.exitCode = 1;
        }
    }
}
await browser.close();
