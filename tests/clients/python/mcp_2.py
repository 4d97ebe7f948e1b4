"""The official client, version 2: it speaks both eras."""

from contextlib import asynccontextmanager

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import ToolListChangedNotification

from official import Official
from test_client import answer, declared

PACKAGE = "mcp"
# What it is told, and the revision that it then has to speak.
ERAS = {"legacy": "2025-11-25", "auto": "2026-07-28", "2026-07-28": "2026-07-28"}


class Mcp2(Official):
    @property
    def version(self):
        return self.client.protocol_version

    @property
    def instructions(self):
        return self.client.instructions

    @property
    def capabilities(self):
        return declared(self.client.server_capabilities)

    async def hear(self, message):
        self.changes += isinstance(message, ToolListChangedNotification)

    async def tools(self):
        return (await self.client.list_tools(cache_mode="refresh")).tools

    async def call(self, tool, /, **arguments):
        result = await self.client.call_tool(tool, arguments)
        return answer(result.content, result.is_error)


@asynccontextmanager
async def connect(target, era):
    test_client = Mcp2(None)
    server = target.address or StdioServerParameters(command=target.binary, args=target.arguments)
    async with Client(server, mode=era, read_timeout_seconds=30, message_handler=test_client.hear) as test_client.client:
        yield test_client
