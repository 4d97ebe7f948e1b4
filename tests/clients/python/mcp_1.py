"""The official client, version 1: it speaks the legacy era alone."""

from contextlib import asynccontextmanager
from datetime import timedelta

from mcp import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ServerNotification, ToolListChangedNotification

from official import Official
from test_client import answer, declared

PACKAGE = "mcp"
ERAS = {"legacy": "2025-11-25"}


class Mcp1(Official):
    async def greet(self):
        greeting = await self.client.initialize()
        self.version = greeting.protocolVersion
        self.instructions = greeting.instructions
        self.capabilities = declared(greeting.capabilities)

    async def hear(self, message):
        heard = isinstance(message, ServerNotification) and isinstance(message.root, ToolListChangedNotification)
        self.changes += heard

    async def tools(self):
        return (await self.client.list_tools()).tools

    async def call(self, tool, /, **arguments):
        result = await self.client.call_tool(tool, arguments)
        return answer(result.content, result.isError)


@asynccontextmanager
async def connect(target, _era):
    test_client = Mcp1(None)
    if target.address:
        transport = streamable_http_client(target.address)
    else:
        transport = stdio_client(StdioServerParameters(command=target.binary, args=target.arguments))
    async with transport as (reading, writing, *_):
        patience = timedelta(seconds=30)
        async with ClientSession(reading, writing, patience, message_handler=test_client.hear) as test_client.client:
            await test_client.greet()
            yield test_client
