// What somebody does with the server, from the first list to the last call.

import { setTimeout as sleep } from 'node:timers/promises';
import { ALL, FACTS, holds, same, truly } from './expect.js';
import { serverFeatures } from './server_features.js';

const names = async (testClient) => (await testClient.tools()).map((tool) => tool.name);

async function answered(testClient, tool, args) {
    const { isError, text } = await testClient.call(tool, args);
    truly(`${tool} ${JSON.stringify(args)} was refused`, !isError, text);
    return text;
}

async function refused(testClient, tool, args) {
    const { isError, text } = await testClient.call(tool, args);
    truly(`${tool} ${JSON.stringify(args)} was not refused`, isError, text);
    return text;
}

const callTool = (testClient, { tool, arguments: args }) => answered(testClient, 'callTool', { tool, arguments: args });

/** Notifications come before the answer that follows them; over HTTP on a stream of their own, so soon. */
async function changes(testClient, target, wanted) {
    for (let time = 0; target.url && testClient.changes < wanted && time < 300; time += 1) await sleep(100);
    same('notifications of a changed list', testClient.changes, wanted);
}

export async function scenario(connect, target, era) {
    const open = [];
    const opened = async (target) => {
        const testClient = await connect(target, era);
        open.push(testClient);
        return testClient;
    };
    try {
        const [testClient, other] = [await opened(target), await opened(target)];
        same('the protocol', testClient.speaks, testClient.version);
        holds('the instructions', testClient.instructions, ...FACTS.instructions);
        await serverFeatures(testClient);
        await findAndCall(testClient);
        await askAndQuery(testClient);
        await (testClient.grows ? switching(testClient, other, target) : switchingWithoutList(testClient));
        await mistakes(testClient);
        same("the other client's list", await names(other), FACTS.managed);
        same("the other client's notifications", other.changes, 0);
        await bothAtOnce(testClient, other);
        await modes(opened, target);
    } finally {
        await Promise.allSettled(open.map((testClient) => testClient.close()));
    }
}

async function findAndCall(testClient) {
    same('the list', await names(testClient), FACTS.managed);
    same('the list again', await names(testClient), FACTS.managed);
    holds('getSelf', await answered(testClient, 'getSelf'), FACTS.self);

    const { question, pages } = FACTS;
    const found = JSON.parse(await answered(testClient, 'findTools', { query: question.query })).tools;
    truly('findTools', found.some(({ tool }) => tool === question.tool), found);
    holds(question.tool, await callTool(testClient, question), question.answer);

    const first = JSON.parse(await callTool(testClient, pages));
    const next = { tool: pages.tool, arguments: { ...pages.arguments, ...first.next } };
    const second = JSON.parse(await callTool(testClient, next));
    const ids = [first, second].flatMap(({ results }) => results.map(({ id }) => id));
    same('rows of two pages', [ids.length, new Set(ids).size], [2 * pages.rows, 2 * pages.rows]);
}

async function askAndQuery(testClient) {
    const { trouble, query } = FACTS;
    const { verdict, findings, not_seen: hidden } = JSON.parse(await answered(testClient, trouble.tool, trouble.arguments));
    holds('the verdict', verdict, trouble.verdict);
    const [{ cause, objects, evidence, see }] = findings;
    same('the cause', cause, trouble.cause);
    truly('the objects', objects.some(({ name }) => name === trouble.object), objects);
    truly('no evidence, or no call that shows it', Object.keys(evidence).length && see.tool, findings[0]);
    same('what was not seen', hidden, []);

    const { results, tables } = JSON.parse(await answered(testClient, 'queryRows', query.arguments));
    const wanted = JSON.stringify(query.holds);
    truly('queryRows', results.some((row) => JSON.stringify(row) === wanted), results);
    same('the tables', Object.keys(tables).sort(), Object.keys(query.arguments.tables).sort());
    same('what is partial', Object.values(tables).filter(({ partial }) => partial), []);
}

async function switching(testClient, other, target) {
    const { name, tools, tool, arguments: args, answer } = FACTS.category;
    const enable = { enable_mcp_tools_categories: [name] };
    holds('a call of what is off', await refused(testClient, tool, args), 'callTool', 'manageMcpTools', name);

    const { on } = JSON.parse(await answered(testClient, 'manageMcpTools', enable));
    await changes(testClient, target, 1);
    same('what is on', on[name], tools);
    const grown = await names(testClient);
    same('what the list begins with', grown.slice(0, 3), FACTS.managed.slice(0, 3));
    same('the list', grown.toSorted(), [...FACTS.managed, ...tools].sort());
    same('the list again', await names(testClient), grown);
    holds(tool, await answered(testClient, tool, args), answer);

    same("the other client's list", await names(other), FACTS.managed);
    holds("the other client's call", await refused(other, tool, args), 'callTool');

    await answered(testClient, 'manageMcpTools', enable);
    same('the list', await names(testClient), grown);
    await changes(testClient, target, 1);

    await answered(testClient, 'manageMcpTools', { disable_mcp_tools_categories: [name] });
    await changes(testClient, target, 2);
    same('the list', await names(testClient), FACTS.managed);
    holds('a call of what is off again', await refused(testClient, tool, args), 'callTool');
}

async function switchingWithoutList(testClient) {
    const { name, tools, tool, arguments: args, answer } = FACTS.category;
    const told = JSON.parse(await answered(testClient, 'manageMcpTools', { enable_mcp_tools_categories: [name] })).tools;
    same('the tools told of', told.map((one) => one.tool), tools);
    for (const { description, parameters } of told) {
        const taken = Object.keys(args).every((argument) => argument in parameters);
        truly('a tool without its schema', description && taken, told);
    }
    same('the list', await names(testClient), FACTS.managed);
    holds('a call of what is not listed', await refused(testClient, tool, args), 'callTool');
    holds(tool, await callTool(testClient, FACTS.category), answer);
    same('notifications', testClient.changes, 0);
}

async function mistakes(testClient) {
    const [before, heard] = [await names(testClient), testClient.changes];
    const { category, tool, parameter } = FACTS.mistakes;
    const both = { enable_mcp_tools_categories: [FACTS.category.name, category.written] };
    const unswitched = await refused(testClient, 'manageMcpTools', both);
    holds('an unknown category', unswitched, `did you mean "${category.meant}"?`, 'Nothing was switched');
    const uncalled = await refused(testClient, 'callTool', { tool: tool.written });
    holds('an unknown tool', uncalled, `did you mean "${tool.meant}"?`);
    const untaken = await refused(testClient, 'callTool', { tool: parameter.tool, arguments: parameter.arguments });
    holds('an unknown parameter', untaken, `did you mean "${parameter.meant}"?`);
    same('the list', await names(testClient), before);
    same('notifications', testClient.changes, heard);
}

async function bothAtOnce(testClient, other) {
    const asked = [FACTS.question, FACTS.category, FACTS.question, FACTS.category];
    const calls = asked.flatMap((asked) => [testClient, other].map((one) => [one, asked]));
    const texts = await Promise.all(calls.map(([one, asked]) => callTool(one, asked)));
    texts.forEach((text, index) => holds('one of many calls', text, calls[index][1].answer));
}

async function modes(opened, target) {
    const { category, custom, question } = FACTS;
    const all = await opened(target.loading('all'));
    const listed = await names(all);
    same('the list of mode all', listed.toSorted(), ALL);
    same('the list of mode all again', await names(all), listed);

    const some = await opened(target.loading('custom', ...custom.categories));
    same('the list of mode custom', (await names(some)).toSorted(), custom.tools);
    holds('getSelf', await answered(some, 'getSelf'), FACTS.self);
    holds(category.tool, await answered(some, category.tool, category.arguments), category.answer);

    const bounded = await opened(target.loading('managed', ...custom.categories));
    same('the list within bounds', await names(bounded), FACTS.bounded);
    const found = JSON.parse(await answered(bounded, 'findTools', { query: question.query })).tools;
    same('found beyond the bounds', found.filter(({ tool }) => !custom.tools.includes(tool)), []);
    await refused(bounded, 'callTool', { tool: question.tool, arguments: question.arguments });
}
