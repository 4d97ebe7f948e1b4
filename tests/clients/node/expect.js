// What is expected, and saying what differs.

import { readFileSync, readdirSync } from 'node:fs';

const { CLIENTS } = process.env;
export const FACTS = JSON.parse(readFileSync(`${CLIENTS}/facts.json`, 'utf8'));
export const ALL = readdirSync(`${CLIENTS}/../../tools/snapshots`)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();

export function same(what, got, wanted) {
    const [left, right] = [got, wanted].map((value) => JSON.stringify(value));
    if (left !== right) throw new Error(`${what}: ${left}, and not ${right}`);
}

export function truly(what, holds, got) {
    if (!holds) throw new Error(`${what}: ${JSON.stringify(got)?.slice(0, 600)}`);
}

export function holds(what, text, ...parts) {
    for (const part of parts) truly(`${what}: no ${JSON.stringify(part)}`, text?.includes(part), text);
}
