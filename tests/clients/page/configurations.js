// What the page makes to be copied: URLs that the server takes, and a configuration that each client can read.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

const INITIALIZE = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'page', version: '1' } },
};

/** What the server says of itself to the page. */
async function formData(page) {
    const form = page.locator('#client-form');
    const has = async (name) => (await form.getAttribute(`data-${name}`)) === 'yes';
    return {
        ownToken: await has('own-token'),
        clientToken: await has('client-token'),
        bounded: await has('bounded'),
        mode: await form.getAttribute('data-mode'),
        needsCloud: (await page.locator('#cloud-choice[required]').count()) > 0,
    };
}

const made = async (page) => ({
    url: await page.locator('#client-url').textContent(),
    configuration: await page.locator('#client-configuration').textContent(),
});

async function choose(page, client) {
    await page.getByRole('radio', { name: client, exact: true }).check();
    return made(page);
}

/** Whether the server lets a client in that comes by this URL, as far as the URL goes. */
async function isTaken(url) {
    const headers = {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'X-Authorization': 'page-t0ken-4711',
        ...(process.env.MISTMCP_CLIENT_TOKEN && { Authorization: `Bearer ${process.env.MISTMCP_CLIENT_TOKEN}` }),
    };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(INITIALIZE) });
    assert.equal(response.status, 200, `${url}: ${await response.text()}`);
}

/** The headers as a client would send them, with the reference to each secret. */
function wanted({ ownToken, clientToken }, own, client) {
    return {
        ...(ownToken && { 'X-Authorization': own }),
        ...(clientToken && { Authorization: `Bearer ${client}` }),
    };
}

const without = (entry) => Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
const some = (object) => (Object.keys(object).length ? object : undefined);

export const configurations = {
    'URLs of all choices': async (open, base) => {
        const page = await open();
        const { mode: usual, needsCloud, bounded } = await formData(page);
        const address = `${base}mcp`;
        const problem = page.locator('#url-problem');
        if (needsCloud) {
            assert.match(await problem.innerText(), /Choose the Mist cloud/);
            assert.ok(!(await page.locator('#client-output').isVisible()));
            await page.locator('#cloud-choice').selectOption('api.gc1.mist.com');
        }
        const query = needsCloud ? ['cloud=api.gc1.mist.com'] : [];
        const url = (...more) => {
            const all = [...query, ...more].join('&');
            return all ? `${address}?${all}` : address;
        };
        assert.equal((await made(page)).url, url());
        await isTaken(url());

        await page.locator('#category-count').click();
        const boxes = page.locator('[name=category]');
        const names = await boxes.evaluateAll((all) => all.map((box) => box.value));
        for (const mode of ['managed', 'all', 'custom']) {
            await page.locator(`[name=mode][value=${mode}]`).check();
            const modeParameters = mode === usual ? [] : [`mode=${mode}`];
            if (mode === 'custom' && !bounded) assert.match(await problem.innerText(), /choose one at least/);
            else {
                assert.equal((await made(page)).url, url(...modeParameters));
                await isTaken((await made(page)).url);
            }
            const two = [names[0], names.at(-1)];
            for (const name of two) await page.locator(`[name=category][value="${name}"]`).check();
            assert.ok(!(await problem.isVisible()));
            assert.equal((await made(page)).url, url(...modeParameters, `categories=${two}`));
            assert.match(await page.locator('#category-count').innerText(), new RegExp(`^2 of ${names.length}, with \\d+ tools$`));
            await isTaken((await made(page)).url);
            await page.getByRole('button', { name: 'Choose none' }).click();
        }
        // A reload begins anew, in the form and in what it shows alike.
        await page.reload();
        assert.equal(await page.locator('[name=mode]:checked').inputValue(), usual);
    },

    'what each client reads': async (open) => {
        const page = await open();
        const server = await formData(page);
        if (server.needsCloud) await page.locator('#cloud-choice').selectOption('api.eu.mist.com');
        await page.locator('[name=mode][value=all]').check();
        const { url } = await made(page);
        const form = async (client) => JSON.parse((await choose(page, client)).configuration);

        const code = wanted(server, '${MIST_APITOKEN}', '${MISTMCP_CLIENT_TOKEN}');
        const command = (await choose(page, 'Claude Code')).configuration;
        const words = execFileSync('sh', ['-c', `claude() { printf '%s\\n' "$@"; }; ${command}`], { encoding: 'utf8' });
        assert.deepEqual(words.trimEnd().split('\n'), ['mcp', 'add', '--transport', 'http', 'mist', url]
            .concat(Object.entries(code).flatMap(([name, value]) => ['--header', `${name}: ${value}`])));

        const { inputs, servers } = await form('VS Code');
        const references = wanted(server, '${input:mist-token}', '${input:mistmcp-client-token}');
        assert.deepEqual(servers, { mist: without({ type: 'http', url, headers: some(references) }) });
        assert.deepEqual(inputs?.map(({ type, password, id }) => [type, password, `\${input:${id}}`]),
            some(references) && Object.values(references).map((value) => ['promptString', true, value.replace('Bearer ', '')]));

        const variables = some(wanted(server, '${env:MIST_APITOKEN}', '${env:MISTMCP_CLIENT_TOKEN}'));
        const blanks = some(wanted(server, '<Mist API token>', '<mistmcp client token>'));
        for (const [client, key, entry] of [
            ['Cursor', 'mcpServers', { url, headers: variables }],
            ['Windsurf', 'mcpServers', { serverUrl: url, headers: variables }],
            ['Zed', 'context_servers', { url, headers: blanks }],
            ['Gemini CLI', 'mcpServers', { httpUrl: url, headers: some(code) }],
            ['Any other', 'mcpServers', { type: 'http', url, headers: blanks }],
        ]) {
            assert.deepEqual(await form(client), { [key]: { mist: without(entry) } }, client);
        }

        const { mcpServers: { mist: bridge } } = await form('Claude Desktop');
        assert.deepEqual([bridge.command, ...bridge.args.slice(0, 5)], ['npx', '-y', 'mcp-remote', url, '--transport', 'http-only']);
        assert.ok(bridge.args.every((argument) => !argument.includes(' ')), 'an argument with a space would be two');
        const sent = {};
        for (const [index, argument] of bridge.args.entries()) {
            if (argument !== '--header') continue;
            const [, name, variable] = bridge.args[index + 1].match(/^([\w-]+):\$\{(\w+)\}$/);
            sent[name] = bridge.env[variable];
        }
        assert.deepEqual(some(sent), blanks);

        const toml = (await choose(page, 'Codex')).configuration;
        const parse = 'import json, sys, tomllib; json.dump(tomllib.loads(sys.stdin.read()), sys.stdout)';
        const { mcp_servers: { mist } } = JSON.parse(execFileSync('python3', ['-c', parse], { input: toml, encoding: 'utf8' }));
        assert.deepEqual(mist, without({
            url,
            env_http_headers: server.ownToken ? { 'X-Authorization': 'MIST_APITOKEN' } : undefined,
            bearer_token_env_var: server.clientToken ? 'MISTMCP_CLIENT_TOKEN' : undefined,
        }));
    },
};
