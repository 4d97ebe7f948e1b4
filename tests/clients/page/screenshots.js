// The pictures of the page in README.md, light and dark: a question over the demo network, answered and shown in its view.
//   node screenshots.js BROWSER FOLDER URL

import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [executablePath, folder, url] = process.argv.slice(2);
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath, args });
for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ colorScheme, locale: 'en-GB', viewport: { width: 1000, height: 1600 } });
    await page.goto(url);
    await page.locator('#questions button[data-view=topology]').first().click();
    await page.frameLocator('#answer-view iframe').locator('.head').waitFor();
    const frame = await (await page.locator('#answer-view iframe').elementHandle()).contentFrame();
    const height = await frame.evaluate(() => document.body.getBoundingClientRect().height);
    await page.waitForFunction((height) => document.querySelector('#answer-view iframe').clientHeight >= height - 1, height);
    const { y, height: shown } = await page.locator('#answer-view').boundingBox();
    const path = join(folder, `page-${colorScheme}.png`);
    await page.screenshot({ path, clip: { x: 0, y: 0, width: 1000, height: y + shown + 20 } });
    console.log(path);
}
await browser.close();
