// What is expected, and saying what differs.

import { readFileSync } from 'node:fs';

const { CLIENTS } = process.env;
export const FACTS = JSON.parse(readFileSync(`${CLIENTS}/facts.json`, 'utf8'));
/** The tools that mode all lists: those of docs/tools.md in categories that are not extended. */
const page = readFileSync(`${CLIENTS}/../../docs/tools.md`, 'utf8');
const extended = new Set([...page.matchAll(/^\| \[(\w+)\].*\(extended\) \|$/gm)].map(([, name]) => name));
export const ALL = page.split(/^## /m).slice(1)
    .filter((section) => !extended.has(section.split('\n')[0].trim()))
    .flatMap((section) => [...section.matchAll(/^### (\w+)$/gm)].map(([, name]) => name))
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
