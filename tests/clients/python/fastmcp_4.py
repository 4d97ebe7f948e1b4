"""FastMCP's client, version 4: it speaks both eras."""

from contextlib import asynccontextmanager

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from mcp.types import PromptReference

from mcp_2 import ERAS, Mcp2
from test_client import answer

__all__ = ["ERAS", "PACKAGE", "connect"]
PACKAGE = "fastmcp-slim"


class FastMcp4(Mcp2):
    async def tools(self):
        return await self.client.list_tools(cache_mode="refresh")

    async def call(self, tool, /, **arguments):
        result = await self.client.call_tool(tool, arguments, raise_on_error=False)
        return answer(result.content, result.is_error)

    async def prompts(self):
        return await self.client.list_prompts()

    async def resources(self):
        return await self.client.list_resources()

    async def read(self, uri):
        return await self.client.read_resource(uri)

    async def complete(self, prompt, argument, typed, known):
        reference = PromptReference(type="ref/prompt", name=prompt)
        return (await self.client.complete(reference, {"name": argument, "value": typed}, known)).values


@asynccontextmanager
async def connect(target, era):
    test_client = FastMcp4(None)
    server = target.address or StdioTransport(target.binary, target.arguments, keep_alive=False)
    async with Client(server, mode=era, timeout=30, message_handler=test_client.hear) as test_client.client:
        yield test_client
