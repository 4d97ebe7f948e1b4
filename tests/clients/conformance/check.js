// Runs the conformance suite against the real server and against the one that is made for it, one revision at a time.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const SUITE = join('node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js');

// The scenarios that need nothing of a server but what every server has, by revision.
const ANY = ['tools-list', 'resources-list', 'prompts-list', 'completion-complete', 'server-sse-multiple-streams',
    'dns-rebinding-protection'];
const ANY_IN = {
    '2025-11-25': [...ANY, 'server-initialize', 'server-session-lifecycle', 'ping'],
    '2026-07-28': [...ANY, 'server-stateless', 'caching', 'http-header-validation', 'sep-2164-resource-not-found',
        'input-required-result-unsupported-methods'],
};

/** A server on a free port, once it says where it listens. */
async function start(binary, args) {
    const server = spawn(binary, [...args, '--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const lines = createInterface({ input: server.stderr });
    const said = [];
    const url = await new Promise((resolve, reject) => {
        server.on('error', reject);
        server.on('exit', () => reject(new Error(`${binary} ended:\n${said.join('\n')}`)));
        lines.on('line', (line) => {
            said.push(line);
            const [, url] = line.match(/MCP is at (\S+)/) ?? [];
            if (url) resolve(url);
        });
    });
    server.removeAllListeners('exit');
    return { url, stop: () => server.kill() };
}

/** What the suite found, by scenario. */
async function run(url, version) {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    try {
        const args = [SUITE, 'server', '--url', url, '--suite', 'all', '--spec-version', version, '-o', folder];
        const suite = spawn(process.execPath, args, { stdio: 'ignore' });
        await new Promise((resolve, reject) => suite.on('exit', resolve).on('error', reject));
        const found = {};
        for (const name of readdirSync(folder)) {
            const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
            found[scenario] = JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8'));
        }
        return found;
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** The scenarios that the suite has for a revision. */
async function scenarios(version) {
    const list = spawn(process.execPath, [SUITE, 'list', '--server', '--spec-version', version]);
    const names = [];
    for await (const line of createInterface({ input: list.stdout })) {
        const [, name, revisions] = line.match(/^ +- (\S+) \[(.*)\]/) ?? [];
        if (revisions?.split(',').includes(version)) names.push(name);
    }
    return names;
}

/** Judges the scenarios that are `wanted`; a tool of the suite's that is not there fails nothing where it may be missing. */
function judge(found, wanted, mayMiss) {
    const failed = [];
    let passed = 0;
    for (const scenario of wanted) {
        if (!found[scenario]) failed.push(`${scenario}: was not run`);
        for (const { id, status, errorMessage, details } of found[scenario] ?? []) {
            if (status === 'SUCCESS') passed += 1;
            if (status !== 'FAILURE' && status !== 'WARNING') continue;
            if (!(mayMiss && details?.untestable)) failed.push(`${scenario}: ${id}: ${errorMessage}`);
        }
    }
    return { passed, failed };
}

async function check(name, binary, args, version, wanted, mayMiss) {
    const server = await start(binary, args);
    try {
        const { passed, failed } = judge(await run(server.url, version), wanted, mayMiss);
        const line = `conformance ${version}, ${name}: ${passed} checks in ${wanted.length} scenarios`;
        if (failed.length || !passed) {
            console.error([`${line}, and what failed:`, ...failed].join('\n    '));
            process.exitCode = 1;
        } else {
            console.log(`${line}: fine`);
        }
    } finally {
        server.stop();
    }
}

const [binary, example, ...versions] = process.argv.slice(2);
for (const version of versions) {
    const all = await scenarios(version);
    if (!ANY_IN[version] || !all.length) throw new Error(`the suite has no revision ${version}`);
    await check('any server', binary, ['--demo', '--transport', 'http'], version, ANY_IN[version], true);
    await check('the whole suite', example, [], version, all, false);
}
