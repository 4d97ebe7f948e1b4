"""What somebody does with the server, from the first list to the last call."""

import asyncio
import json
import re
from pathlib import Path

from server_features import server_features

HERE = Path(__file__).resolve().parent
FACTS = json.loads((HERE.parent / "facts.json").read_text())
# The tools that mode all lists: those of docs/tools.md in categories that are not extended.
PAGE = (HERE.parents[2] / "docs" / "tools.md").read_text()
EXTENDED = set(re.findall(r"^\| \[(\w+)\].*\(extended\) \|$", PAGE, re.MULTILINE))
ALL = sorted(
    name
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    if section.split("\n")[0].strip() not in EXTENDED
    for name in re.findall(r"^### (\w+)$", section, re.MULTILINE)
)


def same(what, got, wanted):
    assert got == wanted, f"{what}: {got!r}, and not {wanted!r}"


def holds(what, text, *parts):
    for part in parts:
        assert part in text, f"{what}: no {part!r} in {text[:600]!r}"


async def names(test_client):
    return [tool.name for tool in await test_client.tools()]


async def answered(test_client, tool, /, **arguments):
    is_error, text = await test_client.call(tool, **arguments)
    assert not is_error, f"{tool} {arguments}: {text}"
    return text


async def refused(test_client, tool, /, **arguments):
    is_error, text = await test_client.call(tool, **arguments)
    assert is_error, f"{tool} {arguments} was not refused: {text[:600]}"
    return text


async def changes(test_client, target, wanted):
    """Notifications come before the answer that follows them; over HTTP on a stream of their own, so soon."""
    if target.url:
        for _ in range(300):
            if test_client.changes >= wanted:
                break
            await asyncio.sleep(0.1)
    same("notifications of a changed list", test_client.changes, wanted)


async def scenario(connect, target, era, version):
    async with connect(target, era) as test_client, connect(target, era) as other:
        same("the protocol", test_client.version, version)
        # A client that is told the revision does not ask who the server is.
        if era != version:
            holds("the instructions", test_client.instructions, *FACTS["instructions"])
            await server_features(test_client, FACTS["site"])
        await find_and_call(test_client)
        await ask_and_query(test_client)
        if test_client.legacy:
            await switch(test_client, other, target)
        else:
            await switch_without_list(test_client)
        await mistakes(test_client)
        same("the other client's list", await names(other), FACTS["managed"])
        same("the other client's notifications", other.changes, 0)
        await both_at_once(test_client, other)
    await modes(connect, target, era)


async def find_and_call(test_client):
    for _ in range(2):
        same("the list", await names(test_client), FACTS["managed"])
    holds("getSelf", await answered(test_client, "getSelf"), FACTS["self"])

    question = FACTS["question"]
    found = json.loads(await answered(test_client, "findTools", query=question["query"]))["tools"]
    assert question["tool"] in [tool["tool"] for tool in found], f"findTools: {found}"
    text = await answered(test_client, "callTool", tool=question["tool"], arguments=question["arguments"])
    holds(question["tool"], text, question["answer"])

    pages = FACTS["pages"]
    first = json.loads(await answered(test_client, "callTool", tool=pages["tool"], arguments=pages["arguments"]))
    arguments = pages["arguments"] | first["next"]
    second = json.loads(await answered(test_client, "callTool", tool=pages["tool"], arguments=arguments))
    for page in (first, second):
        same("rows of a page", len(page["results"]), pages["rows"])
    ids = [row["id"] for page in (first, second) for row in page["results"]]
    same("rows that two pages share", len(ids) - len(set(ids)), 0)


async def ask_and_query(test_client):
    trouble = FACTS["trouble"]
    answer = json.loads(await answered(test_client, trouble["tool"], **trouble["arguments"]))
    holds("the verdict", answer["verdict"], trouble["verdict"])
    first = answer["findings"][0]
    same("the cause", first["cause"], trouble["cause"])
    assert trouble["object"] in [one["name"] for one in first["objects"]], f"the objects: {first}"
    assert first["evidence"] and first["see"]["tool"], f"no evidence, or no call that shows it: {first}"
    same("what was not seen", answer["not_seen"], [])

    query = FACTS["query"]
    result = json.loads(await answered(test_client, "queryRows", **query["arguments"]))
    assert query["holds"] in result["results"], f"queryRows: {result}"
    same("the tables", sorted(result["tables"]), sorted(query["arguments"]["tables"]))
    same("what is partial", [table for table in result["tables"].values() if "partial" in table], [])


async def switch(test_client, other, target):
    category = FACTS["category"]
    name, tool, arguments = category["name"], category["tool"], category["arguments"]
    advice = await refused(test_client, tool, **arguments)
    holds("a call of what is off", advice, "callTool", "manageMcpTools", name)

    on = json.loads(await answered(test_client, "manageMcpTools", enable_mcp_tools_categories=[name]))["on"]
    await changes(test_client, target, 1)
    same("what is on", on[name], category["tools"])
    grown = await names(test_client)
    same("what the list begins with", grown[:3], FACTS["managed"][:3])
    same("the list", sorted(grown), sorted(FACTS["managed"] + category["tools"]))
    same("the list again", await names(test_client), grown)
    holds(tool, await answered(test_client, tool, **arguments), category["answer"])

    same("the other client's list", await names(other), FACTS["managed"])
    holds("the other client's call", await refused(other, tool, **arguments), "callTool")

    await answered(test_client, "manageMcpTools", enable_mcp_tools_categories=[name])
    same("the list", await names(test_client), grown)
    await changes(test_client, target, 1)

    await answered(test_client, "manageMcpTools", disable_mcp_tools_categories=[name])
    await changes(test_client, target, 2)
    same("the list", await names(test_client), FACTS["managed"])
    holds("a call of what is off again", await refused(test_client, tool, **arguments), "callTool")


async def switch_without_list(test_client):
    category = FACTS["category"]
    name, tool, arguments = category["name"], category["tool"], category["arguments"]
    told = json.loads(await answered(test_client, "manageMcpTools", enable_mcp_tools_categories=[name]))["tools"]
    same("the tools told of", [one["tool"] for one in told], category["tools"])
    for one in told:
        assert one["description"] and set(arguments) <= set(one["parameters"]), f"no schema: {one}"
    same("the list", await names(test_client), FACTS["managed"])
    holds("a call of what is not listed", await refused(test_client, tool, **arguments), "callTool")
    text = await answered(test_client, "callTool", tool=tool, arguments=arguments)
    holds(tool, text, category["answer"])
    same("notifications", test_client.changes, 0)


async def mistakes(test_client):
    before, heard = await names(test_client), test_client.changes
    mistakes = FACTS["mistakes"]
    category, tool, parameter = mistakes["category"], mistakes["tool"], mistakes["parameter"]
    both = [FACTS["category"]["name"], category["written"]]
    text = await refused(test_client, "manageMcpTools", enable_mcp_tools_categories=both)
    holds("an unknown category", text, f'did you mean "{category["meant"]}"?', "Nothing was switched")
    text = await refused(test_client, "callTool", tool=tool["written"])
    holds("an unknown tool", text, f'did you mean "{tool["meant"]}"?')
    text = await refused(test_client, "callTool", tool=parameter["tool"], arguments=parameter["arguments"])
    holds("an unknown parameter", text, f'did you mean "{parameter["meant"]}"?')
    same("the list", await names(test_client), before)
    same("notifications", test_client.changes, heard)


async def both_at_once(test_client, other):
    question, category = FACTS["question"], FACTS["category"]
    calls = [(one, asked) for asked in (question, category) for one in (test_client, other)] * 3
    texts = await asyncio.gather(
        *(answered(one, "callTool", tool=asked["tool"], arguments=asked["arguments"]) for one, asked in calls)
    )
    for (_, asked), text in zip(calls, texts):
        holds(asked["tool"], text, asked["answer"])


async def modes(connect, target, era):
    async with connect(target.loading("all"), era) as test_client:
        listed = await names(test_client)
        same("the list of mode all", sorted(listed), ALL)
        same("the list of mode all again", await names(test_client), listed)

    custom, category = FACTS["custom"], FACTS["category"]
    async with connect(target.loading("custom", *custom["categories"]), era) as test_client:
        same("the list of mode custom", sorted(await names(test_client)), custom["tools"])
        holds("getSelf", await answered(test_client, "getSelf"), FACTS["self"])
        text = await answered(test_client, category["tool"], **category["arguments"])
        holds(category["tool"], text, category["answer"])

    async with connect(target.loading("managed", *custom["categories"]), era) as test_client:
        same("the list within bounds", await names(test_client), FACTS["bounded"])
        question = FACTS["question"]
        found = json.loads(await answered(test_client, "findTools", query=question["query"]))["tools"]
        beyond = {tool["tool"] for tool in found} - set(custom["tools"])
        same("tools found beyond the bounds", beyond, set())
        await refused(test_client, "callTool", tool=question["tool"], arguments=question["arguments"])
