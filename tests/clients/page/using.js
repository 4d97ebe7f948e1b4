// Who searches, copies, and has a keyboard alone.

import assert from 'node:assert/strict';

const visible = (page) => page.locator('.tools > li:not([hidden])').allTextContents();
const searchStatus = (page) => page.locator('#search-status').innerText();

async function search(page, words) {
    await page.getByRole('searchbox').fill(words);
    const fits = await visible(page);
    const shown = await page.locator('.category:visible').count();
    return { fits, shown, status: await searchStatus(page) };
}

/** What was copied, as somebody pastes it. A line end is a blank in a field. */
async function pasted(page) {
    const field = page.getByRole('searchbox');
    await field.fill('');
    await field.press('ControlOrMeta+V');
    return field.inputValue();
}

async function copies(page) {
    for (const [what, id] of [['URL', 'client-url'], ['configuration', 'client-configuration']]) {
        await page.getByRole('button', { name: `Copy the ${what}` }).click();
        await page.locator('#copy-status', { hasText: 'Copied' }).waitFor({ state: 'attached' });
        const text = await page.locator(`#${id}`).textContent();
        assert.ok(text.length > 20, text);
        assert.equal(await pasted(page), text.replaceAll('\n', ' ').slice(0, 500));
    }
}

/** Chooses what has to be chosen before there is a URL. */
async function begin(page) {
    const cloud = page.locator('#cloud-choice');
    if (await cloud.count()) await cloud.selectOption('api.eu.mist.com');
}

/** What has the focus, how it is called, and whether that can be seen. */
const focused = (page) => page.evaluate(() => {
    const one = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return {
        is: one === document.body ? 'body' : one.id || one.name || one.textContent.trim(),
        seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    };
});

export const using = {
    search: async (open) => {
        const page = await open();
        const whole = await searchStatus(page);
        const all = (await visible(page)).length;
        assert.equal(whole.split(' ')[0], String(all));

        const one = await search(page, 'site');
        assert.ok(one.fits.length > 0 && one.fits.length < all, String(one.fits.length));
        assert.equal(one.status, `${one.fits.length} tools in ${one.shown} ${one.shown === 1 ? 'category' : 'categories'}`);
        const two = await search(page, '  SITE   list ');
        assert.ok(two.fits.length > 0 && two.fits.length < one.fits.length, 'each word narrows');
        assert.ok(two.fits.every((text) => one.fits.includes(text)));

        const none = await search(page, 'site xyzzy');
        assert.deepEqual(none, { fits: [], shown: 0, status: 'No tool has all these words.' });
        assert.equal((await search(page, '<img src=x>')).fits.length, 0);

        const back = await search(page, '');
        assert.deepEqual([back.fits.length, back.status], [all, whole]);
        assert.equal(await page.locator('.category[open]').count(), 0);
    },

    'tools that answer a question': async (open) => {
        const page = await open();
        await page.getByRole('searchbox').fill('who changed the WLAN yesterday');
        const best = page.locator('#search-best-list > li');
        await best.first().waitFor();
        assert.ok((await best.allTextContents()).some((text) => text.startsWith('listOrgAuditLogs: ')));
        await best.getByRole('link', { name: 'listOrgAuditLogs' }).click();
        await page.locator('[id="listOrgAuditLogs"]').waitFor();
        assert.equal(await page.getByRole('searchbox').inputValue(), 'who changed the WLAN yesterday');
        await page.getByRole('searchbox').fill('');
        await page.locator('#search-best').waitFor({ state: 'hidden' });
    },

    'links to what was found': async (open) => {
        const page = await open({}, '?q=site+list');
        assert.equal(await page.getByRole('searchbox').inputValue(), 'site list');
        const found = (await visible(page)).length;
        assert.equal((await searchStatus(page)).split(' ')[0], String(found));
        await page.getByRole('searchbox').fill('site');
        await page.waitForURL(/\?q=site$/);
        await page.reload();
        assert.ok((await visible(page)).length > found);

        const tool = page.locator('.tools > li').last();
        const [name, category] = await tool.evaluate((one) => [one.id, one.closest('.category').id]);
        for (const hash of [name, category]) {
            const linked = await open({ reducedMotion: 'reduce' }, `#${hash}`);
            assert.equal(await linked.locator('.category[open]').getAttribute('id'), category);
            const box = await linked.locator(`[id="${hash}"]`).boundingBox();
            assert.ok(box.y >= 0 && box.y < 720, `${hash} is on the screen: ${box.y}`);
        }
    },

    copying: async (open) => {
        const page = await open();
        await begin(page);
        await copies(page);
    },

    'copying where browsers have the old way alone': async (open) => {
        const page = await open();
        await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
        await begin(page);
        await copies(page);
    },

    'the keyboard alone': async (open) => {
        const page = await open();
        await begin(page);
        const order = [];
        for (let turn = 0; turn < 200; turn += 1) {
            await page.keyboard.press('Tab');
            const { is, seen } = await focused(page);
            if (is === 'body') break;
            assert.ok(seen, `the focus on ${is} cannot be seen`);
            order.push(is);
        }
        assert.equal(order[0], 'Skip to the tools');
        const categories = await page.locator('.category').count();
        const before = ['mode', 'category-count', 'client', 'search-query'].map((one) => order.indexOf(one));
        assert.ok(before.every((position, index) => position > (before[index - 1] ?? 0)), order.join(', '));
        assert.equal(order.length - order.indexOf('search-query') - 1, categories, 'each category is a stop');

        await page.locator('[name=mode]:checked').focus();
        await page.keyboard.press('ArrowDown');
        await page.locator('#category-count').focus();
        await page.keyboard.press('Enter');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Space');
        const category = await page.locator('[name=category]:checked').inputValue();
        const mode = await page.locator('[name=mode]:checked').inputValue();
        const url = new URL(await page.locator('#client-url').textContent());
        assert.equal(url.searchParams.get('categories'), category);
        assert.equal(url.searchParams.get('mode'), mode);
        await page.locator('[name=client]:checked').focus();
        await page.keyboard.press('ArrowRight');
        assert.equal(await page.locator('[name=client]:checked').inputValue(), 'VS Code');
        assert.match(await page.locator('#client-configuration').textContent(), /"servers"/);
    },
};
