// Answers of a real server over the demo network, in its own views: what a host does with a client that shows views.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const MEDIA_TYPE = 'text/html;profile=mcp-app';
const SITE = 'Leeds Distribution Centre';

/** What the tools with a view are asked: the value of each parameter that a tool requires. */
const VALUES = { site_id: SITE, device_id: 'LDS-AP-03', client: 'hugo.nguyen', who: 'hugo.nguyen', text: 'LDS-AP-03', metric: 'capacity' };
const ASKED = {
    checkPorts: { site_id: SITE },
    queryRows: {
        tables: { aps: { tool: 'listOrgDevicesStats', arguments: { type: 'ap' } } },
        sql: 'SELECT name, model, num_clients FROM aps ORDER BY num_clients DESC',
    },
};
const argumentsOf = ({ name, inputSchema }) => ASKED[name] ?? Object.fromEntries((inputSchema.required ?? []).map((key) => [key, VALUES[key]]));

/** A client that shows views, connected to a program over the demo network. */
export async function connect(program, args = []) {
    const capabilities = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: [MEDIA_TYPE] } } };
    const client = new Client({ name: 'mistmcp-tests', version: '1' }, { capabilities });
    await client.connect(new StdioClientTransport({ command: program, args: ['--demo', '--env-file', 'none', ...args], stderr: 'ignore' }));
    return client;
}

/** The tools with a view: the document, and the answer to what is asked here. */
export async function shown(client) {
    const { tools } = await client.listTools();
    const all = [];
    for (const tool of tools.filter((one) => one._meta?.ui?.resourceUri)) {
        const { name, _meta: { ui: { resourceUri: uri } } } = tool;
        const { contents: [document] } = await client.readResource({ uri });
        assert.equal(document.mimeType, MEDIA_TYPE, uri);
        const result = await client.callTool({ name, arguments: argumentsOf(tool) });
        all.push({ name, view: uri.split('/').at(-1), html: document.text, result });
    }
    return all;
}

const incidents = (program) => JSON.parse(execFileSync(program, ['incidents', '--json'], { encoding: 'utf8' })).incidents;

/** The answer to the question of an incident, with its view; undefined where its tool has none. */
export async function asked(program, { name, question }) {
    const client = await connect(program, ['--demo-incident', name]);
    try {
        const { tools } = await client.listTools();
        const uri = tools.find((one) => one.name === question.tool)?._meta?.ui?.resourceUri;
        if (!uri) return undefined;
        const { contents: [{ text: html }] } = await client.readResource({ uri });
        const result = await client.callTool({ name: question.tool, arguments: question.arguments });
        return { view: uri.split('/').at(-1), html, result };
    } finally {
        await client.close();
    }
}

/** The same for the incident with a name. */
export function askedOf(program, name) {
    const incident = incidents(program).find((one) => one.name === name);
    assert.ok(incident?.question, `there is no incident ${name} with a question`);
    return asked(program, incident);
}

export const live = (program) => ({
    'answers over the demo network': async (open) => {
        const client = await connect(program);
        try {
            for (const { name, view, html, result } of await shown(client)) {
                assert.ok(!result.isError, `${name}: ${JSON.stringify(result.content)}`);
                assert.ok(result.structuredContent, `${name} has no data for its view`);
                const { show, violations } = await open();
                const frame = await show(view, undefined, { html, result });
                assert.equal(await frame.getByRole('alert').count(), 0, name);
                const drawn = await frame.locator('main').innerText();
                if (result.structuredContent.verdict) assert.ok(drawn.includes(result.structuredContent.verdict), `${name}: ${drawn}`);
                assert.deepEqual(await violations(), [], name);
            }
        } finally {
            await client.close();
        }
    },

    'an incident for each tool with a view': async (open) => {
        const questions = new Map();
        let found = 0;
        for (const one of incidents(program)) if (one.question && !questions.has(one.question.tool)) questions.set(one.question.tool, one);
        for (const incident of questions.values()) {
            const given = await asked(program, incident);
            if (!given) continue;
            const { view, html, result } = given;
            const { show, violations } = await open({ colorScheme: 'dark', width: 360 });
            const frame = await show(view, undefined, { html, result });
            assert.equal(await frame.getByRole('alert').count(), 0, incident.name);
            assert.equal(await frame.locator('.findings > li').count(), result.structuredContent.findings.length, incident.name);
            found += result.structuredContent.findings.length;
            assert.deepEqual(await violations(), [], incident.name);
        }
        // Which finding is right is the matter of another evaluation.
        assert.ok(found > 0, 'no incident was found');
    },
});
