// Tells the story in each client for Node.js, in each era that it speaks: a line for each, and what differed.

import { readFileSync } from 'node:fs';
import * as client from './client.js';
import * as inspector from './inspector.js';
import * as remote from './mcp-remote.js';
import { Place } from './place.js';
import * as sdk from './sdk.js';
import { story } from './story.js';

const [binary, url] = process.argv.slice(2);
const place = new Place(binary, url);
const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;

for (const one of [client, sdk, remote, inspector]) {
    if (one.URL_ONLY && !url) continue;
    for (const [name, era] of Object.entries(one.ERAS)) {
        const line = `node ${one.PACKAGE} ${version(one.PACKAGE)}, ${name}`;
        try {
            await (one.story ? one.story(place, era) : story(one.connect, place, era));
            console.log(`${line}: fine`);
        } catch (error) {
            console.error(`${line}: ${error.message}`);
            process.exitCode = 1;
        }
    }
}
