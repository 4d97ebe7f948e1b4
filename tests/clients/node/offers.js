// Prompts, resources and completion, where the server declares them.

import { FACTS, truly } from './expect.js';

export async function offers(talk) {
    if (talk.declares('prompts')) await prompts(talk);
    if (talk.declares('resources')) await resources(talk);
}

async function prompts(talk) {
    const { site } = FACTS;
    const listed = await talk.prompts();
    truly('no prompts, though they are declared', listed.length, listed);
    let completed = 0;
    for (const { name, arguments: wanted = [] } of listed) {
        const known = {};
        for (const argument of wanted) {
            let values = [];
            if (talk.declares('completions')) {
                const typed = argument.name.includes('site') ? site.typed : '';
                values = await talk.complete(name, argument.name, typed, { ...known });
                const fit = values.every((value) => value.toLowerCase().startsWith(typed));
                truly(`${name}: ${argument.name} '${typed}' was completed to others`, fit, values);
                if (typed) {
                    truly(`${name}: ${argument.name} '${typed}' was completed to`, values.includes(site.name), values);
                    completed += 1;
                }
            }
            // Free text is not completed.
            if (values.length || argument.required) known[argument.name] = values[0] ?? site.name;
        }
        const messages = await talk.prompt(name, known);
        truly(`${name} ${JSON.stringify(known)}`, messages[0]?.content.text, messages);
    }
    truly('no prompt has a site to complete', completed || !talk.declares('completions'), listed);
}

async function resources(talk) {
    const listed = await talk.resources();
    truly('no resources, though they are declared', listed.length, listed);
    for (const { uri } of listed) {
        const contents = await talk.read(uri);
        truly(`${uri} is empty`, contents.length && contents.every(({ text, blob }) => text || blob), contents);
    }
}
