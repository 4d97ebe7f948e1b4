// What somebody does with the server, from the first list to the last call.

import { setTimeout as sleep } from 'node:timers/promises';
import { ALL, FACTS, holds, same, truly } from './expect.js';
import { offers } from './offers.js';

const names = async (talk) => (await talk.tools()).map((tool) => tool.name);

async function answered(talk, tool, args) {
    const { isError, text } = await talk.call(tool, args);
    truly(`${tool} ${JSON.stringify(args)} was refused`, !isError, text);
    return text;
}

async function refused(talk, tool, args) {
    const { isError, text } = await talk.call(tool, args);
    truly(`${tool} ${JSON.stringify(args)} was not refused`, isError, text);
    return text;
}

const callTool = (talk, { tool, arguments: args }) => answered(talk, 'callTool', { tool, arguments: args });

/** Notifications come before the answer that follows them; over HTTP on a stream of their own, so soon. */
async function changes(talk, place, wanted) {
    for (let time = 0; place.url && talk.changes < wanted && time < 300; time += 1) await sleep(100);
    same('notifications of a changed list', talk.changes, wanted);
}

export async function story(connect, place, era) {
    const open = [];
    const opened = async (place) => {
        const talk = await connect(place, era);
        open.push(talk);
        return talk;
    };
    try {
        const [talk, other] = [await opened(place), await opened(place)];
        same('the protocol', talk.speaks, talk.version);
        holds('the instructions', talk.instructions, ...FACTS.instructions);
        await offers(talk);
        await findAndCall(talk);
        await askAndQuery(talk);
        await (talk.grows ? switching(talk, other, place) : switchingWithoutList(talk));
        await mistakes(talk);
        same("the other client's list", await names(other), FACTS.managed);
        same("the other client's notifications", other.changes, 0);
        await bothAtOnce(talk, other);
        await modes(opened, place);
    } finally {
        await Promise.allSettled(open.map((talk) => talk.close()));
    }
}

async function findAndCall(talk) {
    same('the list', await names(talk), FACTS.managed);
    same('the list again', await names(talk), FACTS.managed);
    holds('getSelf', await answered(talk, 'getSelf'), FACTS.self);

    const { question, pages } = FACTS;
    const found = JSON.parse(await answered(talk, 'findTools', { query: question.query })).tools;
    truly('findTools', found.some(({ tool }) => tool === question.tool), found);
    holds(question.tool, await callTool(talk, question), question.answer);

    const first = JSON.parse(await callTool(talk, pages));
    const next = { tool: pages.tool, arguments: { ...pages.arguments, ...first.next } };
    const second = JSON.parse(await callTool(talk, next));
    const ids = [first, second].flatMap(({ results }) => results.map(({ id }) => id));
    same('rows of two pages', [ids.length, new Set(ids).size], [2 * pages.rows, 2 * pages.rows]);
}

async function askAndQuery(talk) {
    const { trouble, query } = FACTS;
    const { verdict, findings, not_seen: hidden } = JSON.parse(await answered(talk, trouble.tool, trouble.arguments));
    holds('the verdict', verdict, trouble.verdict);
    const [{ cause, objects, evidence, see }] = findings;
    same('the cause', cause, trouble.cause);
    truly('the objects', objects.some(({ name }) => name === trouble.object), objects);
    truly('no evidence, or no call that shows it', Object.keys(evidence).length && see.tool, findings[0]);
    same('what was not seen', hidden, []);

    const { results, tables } = JSON.parse(await answered(talk, 'queryRows', query.arguments));
    const wanted = JSON.stringify(query.holds);
    truly('queryRows', results.some((row) => JSON.stringify(row) === wanted), results);
    same('the tables', Object.keys(tables).sort(), Object.keys(query.arguments.tables).sort());
    same('what is partial', Object.values(tables).filter(({ partial }) => partial), []);
}

async function switching(talk, other, place) {
    const { name, tools, tool, arguments: args, answer } = FACTS.category;
    const enable = { enable_mcp_tools_categories: [name] };
    holds('a call of what is off', await refused(talk, tool, args), 'callTool', 'manageMcpTools', name);

    const { on } = JSON.parse(await answered(talk, 'manageMcpTools', enable));
    await changes(talk, place, 1);
    same('what is on', on[name], tools);
    const grown = await names(talk);
    same('what the list begins with', grown.slice(0, 3), FACTS.managed.slice(0, 3));
    same('the list', grown.toSorted(), [...FACTS.managed, ...tools].sort());
    same('the list again', await names(talk), grown);
    holds(tool, await answered(talk, tool, args), answer);

    same("the other client's list", await names(other), FACTS.managed);
    holds("the other client's call", await refused(other, tool, args), 'callTool');

    await answered(talk, 'manageMcpTools', enable);
    same('the list', await names(talk), grown);
    await changes(talk, place, 1);

    await answered(talk, 'manageMcpTools', { disable_mcp_tools_categories: [name] });
    await changes(talk, place, 2);
    same('the list', await names(talk), FACTS.managed);
    holds('a call of what is off again', await refused(talk, tool, args), 'callTool');
}

async function switchingWithoutList(talk) {
    const { name, tools, tool, arguments: args, answer } = FACTS.category;
    const told = JSON.parse(await answered(talk, 'manageMcpTools', { enable_mcp_tools_categories: [name] })).tools;
    same('the tools told of', told.map((one) => one.tool), tools);
    for (const { description, parameters } of told) {
        const taken = Object.keys(args).every((argument) => argument in parameters);
        truly('a tool without its schema', description && taken, told);
    }
    same('the list', await names(talk), FACTS.managed);
    holds('a call of what is not listed', await refused(talk, tool, args), 'callTool');
    holds(tool, await callTool(talk, FACTS.category), answer);
    same('notifications', talk.changes, 0);
}

async function mistakes(talk) {
    const [before, heard] = [await names(talk), talk.changes];
    const { category, tool, parameter } = FACTS.mistakes;
    const both = { enable_mcp_tools_categories: [FACTS.category.name, category.written] };
    const unswitched = await refused(talk, 'manageMcpTools', both);
    holds('an unknown category', unswitched, `did you mean "${category.meant}"?`, 'Nothing was switched');
    const uncalled = await refused(talk, 'callTool', { tool: tool.written });
    holds('an unknown tool', uncalled, `did you mean "${tool.meant}"?`);
    const untaken = await refused(talk, 'callTool', { tool: parameter.tool, arguments: parameter.arguments });
    holds('an unknown parameter', untaken, `did you mean "${parameter.meant}"?`);
    same('the list', await names(talk), before);
    same('notifications', talk.changes, heard);
}

async function bothAtOnce(talk, other) {
    const asked = [FACTS.question, FACTS.category, FACTS.question, FACTS.category];
    const calls = asked.flatMap((asked) => [talk, other].map((one) => [one, asked]));
    const texts = await Promise.all(calls.map(([one, asked]) => callTool(one, asked)));
    texts.forEach((text, place) => holds('one of many calls', text, calls[place][1].answer));
}

async function modes(opened, place) {
    const { category, custom, question } = FACTS;
    const all = await opened(place.loading('all'));
    const listed = await names(all);
    same('the list of mode all', listed.toSorted(), ALL);
    same('the list of mode all again', await names(all), listed);

    const some = await opened(place.loading('custom', ...custom.categories));
    same('the list of mode custom', (await names(some)).toSorted(), custom.tools);
    holds('getSelf', await answered(some, 'getSelf'), FACTS.self);
    holds(category.tool, await answered(some, category.tool, category.arguments), category.answer);

    const bounded = await opened(place.loading('managed', ...custom.categories));
    same('the list within bounds', await names(bounded), FACTS.bounded);
    const found = JSON.parse(await answered(bounded, 'findTools', { query: question.query })).tools;
    same('found beyond the bounds', found.filter(({ tool }) => !custom.tools.includes(tool)), []);
    await refused(bounded, 'callTool', { tool: question.tool, arguments: question.arguments });
}
