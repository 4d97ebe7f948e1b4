"""What somebody does with the server, from the first list to the last call."""

import asyncio
import json
import re
from pathlib import Path

from offers import offers

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


async def names(talk):
    return [tool.name for tool in await talk.tools()]


async def answered(talk, tool, /, **arguments):
    is_error, text = await talk.call(tool, **arguments)
    assert not is_error, f"{tool} {arguments}: {text}"
    return text


async def refused(talk, tool, /, **arguments):
    is_error, text = await talk.call(tool, **arguments)
    assert is_error, f"{tool} {arguments} was not refused: {text[:600]}"
    return text


async def changes(talk, place, wanted):
    """Notifications come before the answer that follows them; over HTTP on a stream of their own, so soon."""
    if place.url:
        for _ in range(300):
            if talk.changes >= wanted:
                break
            await asyncio.sleep(0.1)
    same("notifications of a changed list", talk.changes, wanted)


async def story(connect, place, era, version):
    async with connect(place, era) as talk, connect(place, era) as other:
        same("the protocol", talk.version, version)
        # A client that is told the revision does not ask who the server is.
        if era != version:
            holds("the instructions", talk.instructions, *FACTS["instructions"])
            await offers(talk, FACTS["site"])
        await find_and_call(talk)
        await ask_and_query(talk)
        if talk.legacy:
            await switch(talk, other, place)
        else:
            await switch_without_list(talk)
        await mistakes(talk)
        same("the other client's list", await names(other), FACTS["managed"])
        same("the other client's notifications", other.changes, 0)
        await both_at_once(talk, other)
    await modes(connect, place, era)


async def find_and_call(talk):
    for _ in range(2):
        same("the list", await names(talk), FACTS["managed"])
    holds("getSelf", await answered(talk, "getSelf"), FACTS["self"])

    question = FACTS["question"]
    found = json.loads(await answered(talk, "findTools", query=question["query"]))["tools"]
    assert question["tool"] in [tool["tool"] for tool in found], f"findTools: {found}"
    text = await answered(talk, "callTool", tool=question["tool"], arguments=question["arguments"])
    holds(question["tool"], text, question["answer"])

    pages = FACTS["pages"]
    first = json.loads(await answered(talk, "callTool", tool=pages["tool"], arguments=pages["arguments"]))
    arguments = pages["arguments"] | first["next"]
    second = json.loads(await answered(talk, "callTool", tool=pages["tool"], arguments=arguments))
    for page in (first, second):
        same("rows of a page", len(page["results"]), pages["rows"])
    ids = [row["id"] for page in (first, second) for row in page["results"]]
    same("rows that two pages share", len(ids) - len(set(ids)), 0)


async def ask_and_query(talk):
    trouble = FACTS["trouble"]
    answer = json.loads(await answered(talk, trouble["tool"], **trouble["arguments"]))
    holds("the verdict", answer["verdict"], trouble["verdict"])
    first = answer["findings"][0]
    same("the cause", first["cause"], trouble["cause"])
    assert trouble["object"] in [one["name"] for one in first["objects"]], f"the objects: {first}"
    assert first["evidence"] and first["see"]["tool"], f"no evidence, or no call that shows it: {first}"
    same("what was not seen", answer["not_seen"], [])

    query = FACTS["query"]
    result = json.loads(await answered(talk, "queryRows", **query["arguments"]))
    assert query["holds"] in result["results"], f"queryRows: {result}"
    same("the tables", sorted(result["tables"]), sorted(query["arguments"]["tables"]))
    same("what is partial", [table for table in result["tables"].values() if "partial" in table], [])


async def switch(talk, other, place):
    category = FACTS["category"]
    name, tool, arguments = category["name"], category["tool"], category["arguments"]
    advice = await refused(talk, tool, **arguments)
    holds("a call of what is off", advice, "callTool", "manageMcpTools", name)

    on = json.loads(await answered(talk, "manageMcpTools", enable_mcp_tools_categories=[name]))["on"]
    await changes(talk, place, 1)
    same("what is on", on[name], category["tools"])
    grown = await names(talk)
    same("what the list begins with", grown[:3], FACTS["managed"][:3])
    same("the list", sorted(grown), sorted(FACTS["managed"] + category["tools"]))
    same("the list again", await names(talk), grown)
    holds(tool, await answered(talk, tool, **arguments), category["answer"])

    same("the other client's list", await names(other), FACTS["managed"])
    holds("the other client's call", await refused(other, tool, **arguments), "callTool")

    await answered(talk, "manageMcpTools", enable_mcp_tools_categories=[name])
    same("the list", await names(talk), grown)
    await changes(talk, place, 1)

    await answered(talk, "manageMcpTools", disable_mcp_tools_categories=[name])
    await changes(talk, place, 2)
    same("the list", await names(talk), FACTS["managed"])
    holds("a call of what is off again", await refused(talk, tool, **arguments), "callTool")


async def switch_without_list(talk):
    category = FACTS["category"]
    name, tool, arguments = category["name"], category["tool"], category["arguments"]
    told = json.loads(await answered(talk, "manageMcpTools", enable_mcp_tools_categories=[name]))["tools"]
    same("the tools told of", [one["tool"] for one in told], category["tools"])
    for one in told:
        assert one["description"] and set(arguments) <= set(one["parameters"]), f"no schema: {one}"
    same("the list", await names(talk), FACTS["managed"])
    holds("a call of what is not listed", await refused(talk, tool, **arguments), "callTool")
    text = await answered(talk, "callTool", tool=tool, arguments=arguments)
    holds(tool, text, category["answer"])
    same("notifications", talk.changes, 0)


async def mistakes(talk):
    before, heard = await names(talk), talk.changes
    mistakes = FACTS["mistakes"]
    category, tool, parameter = mistakes["category"], mistakes["tool"], mistakes["parameter"]
    both = [FACTS["category"]["name"], category["written"]]
    text = await refused(talk, "manageMcpTools", enable_mcp_tools_categories=both)
    holds("an unknown category", text, f'did you mean "{category["meant"]}"?', "Nothing was switched")
    text = await refused(talk, "callTool", tool=tool["written"])
    holds("an unknown tool", text, f'did you mean "{tool["meant"]}"?')
    text = await refused(talk, "callTool", tool=parameter["tool"], arguments=parameter["arguments"])
    holds("an unknown parameter", text, f'did you mean "{parameter["meant"]}"?')
    same("the list", await names(talk), before)
    same("notifications", talk.changes, heard)


async def both_at_once(talk, other):
    question, category = FACTS["question"], FACTS["category"]
    calls = [(one, asked) for asked in (question, category) for one in (talk, other)] * 3
    texts = await asyncio.gather(
        *(answered(one, "callTool", tool=asked["tool"], arguments=asked["arguments"]) for one, asked in calls)
    )
    for (_, asked), text in zip(calls, texts):
        holds(asked["tool"], text, asked["answer"])


async def modes(connect, place, era):
    async with connect(place.loading("all"), era) as talk:
        listed = await names(talk)
        same("the list of mode all", sorted(listed), ALL)
        same("the list of mode all again", await names(talk), listed)

    custom, category = FACTS["custom"], FACTS["category"]
    async with connect(place.loading("custom", *custom["categories"]), era) as talk:
        same("the list of mode custom", sorted(await names(talk)), custom["tools"])
        holds("getSelf", await answered(talk, "getSelf"), FACTS["self"])
        text = await answered(talk, category["tool"], **category["arguments"])
        holds(category["tool"], text, category["answer"])

    async with connect(place.loading("managed", *custom["categories"]), era) as talk:
        same("the list within bounds", await names(talk), FACTS["bounded"])
        question = FACTS["question"]
        found = json.loads(await answered(talk, "findTools", query=question["query"]))["tools"]
        beyond = {tool["tool"] for tool in found} - set(custom["tools"])
        same("tools found beyond the bounds", beyond, set())
        await refused(talk, "callTool", tool=question["tool"], arguments=question["arguments"])
