// The inspector's command line: each command is a connection of its own, so its scenario runs step by step.

import { execFile } from 'node:child_process';
import { ALL, FACTS, holds, same, truly } from './expect.js';

export const PACKAGE = '@modelcontextprotocol/inspector';
export const ERAS = { legacy: 'legacy', auto: 'auto', modern: 'modern' };
const FINE = 0;
const TOOL_ERROR = 5;

/** The result of one command, which has to end with that code. */
function inspect(target, era, code, method, ...args) {
    const server = target.address ? [target.address, '--transport', 'http'] : [target.binary, ...target.arguments];
    const options = ['--protocol-era', era, '--format', 'json', '--quiet', '--method', method, ...args];
    return new Promise((resolve, reject) => {
        execFile('inspector', ['--cli', ...server, ...options], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
            const ended = error ? error.code : FINE;
            if (ended === code) return resolve(stdout ? (JSON.parse(stdout).result ?? JSON.parse(stdout)) : stderr);
            reject(new Error(`${method} ${args.join(' ')} ended with ${ended}: ${stdout.slice(0, 600)}${stderr}`));
        });
    });
}

export async function scenario(target, era) {
    const asking = (target) => (code, method, ...args) => inspect(target, era, code, method, ...args);
    const managed = asking(target);
    const call = async (code, tool, args = {}, ask = managed) => {
        const given = ['--tool-name', tool, '--tool-args-json', JSON.stringify(args)];
        const result = await ask(code, 'tools/call', ...given);
        return result.content?.[0].text ?? result;
    };
    const names = async (ask, ...args) => (await ask(FINE, 'tools/list', ...args)).tools.map(({ name }) => name);
    const { question, category, mistakes, custom } = FACTS;

    await inTurns([
        async () => same('the list', await names(managed), FACTS.managed),
        async () => {
            // The inspector's own rules for schemas that every client can read.
            const listed = await names(asking(target.loading('all')), '--strict');
            same('the list of mode all', listed.toSorted(), ALL);
        },
        async () => {
            const listed = await names(asking(target.loading('custom', ...custom.categories)));
            same('the list of mode custom', listed.toSorted(), custom.tools);
        },
        async () => holds('getSelf', await call(FINE, 'getSelf'), FACTS.self),
        async () => {
            const { tools } = JSON.parse(await call(FINE, 'findTools', { query: question.query }));
            truly('findTools', tools.some(({ tool }) => tool === question.tool), tools);
        },
        async () => {
            const asked = { tool: question.tool, arguments: question.arguments };
            holds(question.tool, await call(FINE, 'callTool', asked), question.answer);
        },
        async () => {
            const args = { enable_mcp_tools_categories: [category.name] };
            const told = JSON.parse(await call(FINE, 'manageMcpTools', args));
            const on = era === 'legacy' ? told.on[category.name] : told.tools.map(({ tool }) => tool);
            same('what is on', on, category.tools);
        },
        async () => {
            const { written, meant } = mistakes.category;
            const text = await call(TOOL_ERROR, 'manageMcpTools', { enable_mcp_tools_categories: [written] });
            holds('an unknown category', text, `did you mean "${meant}"?`);
        },
        async () => {
            const { written, meant } = mistakes.tool;
            const text = await call(TOOL_ERROR, 'callTool', { tool: written });
            holds('an unknown tool', text, `did you mean "${meant}"?`);
        },
        async () => {
            // It does not show the capabilities of a server: without one, the list is empty.
            const { prompts } = await managed(FINE, 'prompts/list');
            // A site is the one argument whose value is known here.
            const ofSites = prompts.filter(({ arguments: wanted = [] }) =>
                wanted.some(({ name }) => name === 'site') &&
                wanted.every(({ name, required }) => name === 'site' || !required));
            for (const { name } of ofSites.slice(0, 1)) {
                const given = ['--prompt-name', name, '--prompt-args', `site=${FACTS.site.name}`];
                const { messages } = await managed(FINE, 'prompts/get', ...given);
                holds(name, messages[0]?.content.text, FACTS.site.name);
            }
        },
        async () => {
            const { resources } = await managed(FINE, 'resources/list');
            for (const { uri } of resources.slice(0, 1)) {
                const { contents } = await managed(FINE, 'resources/read', '--uri', uri);
                truly(uri, contents[0]?.text || contents[0]?.blob, contents);
            }
        },
    ]);
}

/** Two at a time: each is a program that mostly starts. */
async function inTurns(sentences) {
    const left = sentences.values();
    const turn = async () => {
        for (const sentence of left) await sentence();
    };
    await Promise.all([turn(), turn()]);
}
