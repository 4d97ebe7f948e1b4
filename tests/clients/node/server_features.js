// Prompts, resources and completion, where the server declares them.

import { FACTS, truly } from './expect.js';

export async function serverFeatures(testClient) {
    if (testClient.declares('prompts')) await prompts(testClient);
    if (testClient.declares('resources')) await resources(testClient);
}

async function prompts(testClient) {
    const { site } = FACTS;
    const listed = await testClient.prompts();
    truly('no prompts, though they are declared', listed.length, listed);
    let completed = 0;
    for (const { name, arguments: wanted = [] } of listed) {
        const known = {};
        for (const argument of wanted) {
            let values = [];
            if (testClient.declares('completions')) {
                const typed = argument.name.includes('site') ? site.typed : '';
                values = await testClient.complete(name, argument.name, typed, { ...known });
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
        const messages = await testClient.prompt(name, known);
        truly(`${name} ${JSON.stringify(known)}`, messages[0]?.content.text, messages);
    }
    truly('no prompt has a site to complete', completed || !testClient.declares('completions'), listed);
}

async function resources(testClient) {
    const listed = await testClient.resources();
    truly('no resources, though they are declared', listed.length, listed);
    for (const { uri } of listed) {
        const contents = await testClient.read(uri);
        truly(`${uri} is empty`, contents.length && contents.every(({ text, blob }) => text || blob), contents);
    }
}
