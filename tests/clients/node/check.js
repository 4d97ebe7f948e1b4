// Runs the scenario with each client for Node.js, in each era that it speaks: a line for each, and what differed.

import { readFileSync } from 'node:fs';
import * as client from './client.js';
import * as inspector from './inspector.js';
import * as remote from './mcp-remote.js';
import { Target } from './target.js';
import * as sdk from './sdk.js';
import { scenario } from './scenario.js';

const [binary, url] = process.argv.slice(2);
const target = new Target(binary, url);
const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;

for (const one of [client, sdk, remote, inspector]) {
    if (one.URL_ONLY && !url) continue;
    for (const [name, era] of Object.entries(one.ERAS)) {
        const line = `node ${one.PACKAGE} ${version(one.PACKAGE)}, ${name}`;
        try {
            await (one.scenario ? one.scenario(target, era) : scenario(one.connect, target, era));
            console.log(`${line}: fine`);
        } catch (error) {
            console.error(`${line}: ${error.message}`);
            process.exitCode = 1;
        }
    }
}
