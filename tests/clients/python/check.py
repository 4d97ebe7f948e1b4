"""Drives a mistmcp binary with the official Python client, in both eras of the protocol."""

import asyncio
import json
import sys

from mcp import Client
from mcp.client.stdio import StdioServerParameters

MANAGED = {"getSelf", "manageMcpTools", "findTools", "callTool"}


def text(result):
    """The one text block of a success."""
    assert not result.is_error, result
    assert len(result.content) == 1 and result.content[0].type == "text", result
    return result.content[0].text


async def names(client):
    return [tool.name for tool in (await client.list_tools()).tools]


async def check(binary, mode, version):
    server = StdioServerParameters(command=binary, args=["--demo"])
    async with Client(server, mode=mode, read_timeout_seconds=30) as client:
        assert client.protocol_version == version, client.protocol_version
        # A client that is told the version does not ask who the server is.
        if mode != version:
            assert client.server_info.name == "mistmcp", client.server_info
            assert "findTools" in client.instructions, client.instructions
        assert set(await names(client)) == MANAGED, await names(client)

        found = json.loads(text(await client.call_tool("findTools", {"query": "radio channel of an access point"})))
        assert "getSiteCurrentChannelPlanning" in [tool["tool"] for tool in found["tools"]], found

        call = {"tool": "searchOrgSites", "arguments": {"limit": 2}}
        sites = json.loads(text(await client.call_tool("callTool", call)))
        assert len(sites["results"]) == 2 and sites["next"], sites

        call["arguments"].update(sites["next"])
        more = json.loads(text(await client.call_tool("callTool", call)))
        ids = [site["id"] for site in sites["results"] + more["results"]]
        assert len(set(ids)) == len(ids) > 2, ids

        privileges = json.loads(text(await client.call_tool("getSelf", {})))["privileges"]
        assert privileges[0]["org_id"], privileges

        refused = await client.call_tool("callTool", {"tool": "searchOrgSites", "arguments": {"nam": "x"}})
        assert refused.is_error and 'did you mean "name"?' in refused.content[0].text, refused

        if mode == "legacy":
            await client.call_tool("manageMcpTools", {"enable_mcp_tools_categories": ["sites"]})
            assert "getSiteInfo" in await names(client), await names(client)
    print(f"python {mode}: fine")


async def main(binary):
    await check(binary, "legacy", "2025-11-25")
    await check(binary, "2026-07-28", "2026-07-28")
    await check(binary, "auto", "2026-07-28")


asyncio.run(main(sys.argv[1]))
