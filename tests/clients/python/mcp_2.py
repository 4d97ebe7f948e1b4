"""The official client, version 2: it speaks both eras."""

from contextlib import asynccontextmanager

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import PromptReference, ToolListChangedNotification

from talk import Talk, answer, declared

PACKAGE = "mcp"
# What it is told, and the revision that it then has to speak.
ERAS = {"legacy": "2025-11-25", "auto": "2026-07-28", "2026-07-28": "2026-07-28"}


class Mcp2(Talk):
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

    async def prompts(self):
        return (await self.client.list_prompts()).prompts

    async def prompt(self, name, arguments):
        return (await self.client.get_prompt(name, arguments)).messages

    async def resources(self):
        return (await self.client.list_resources()).resources

    async def read(self, uri):
        return (await self.client.read_resource(uri)).contents

    async def complete(self, prompt, argument, typed, known):
        reference = PromptReference(type="ref/prompt", name=prompt)
        result = await self.client.complete(reference, {"name": argument, "value": typed}, known)
        return result.completion.values


@asynccontextmanager
async def connect(place, era):
    talk = Mcp2(None)
    server = place.address or StdioServerParameters(command=place.binary, args=place.arguments)
    async with Client(server, mode=era, read_timeout_seconds=30, message_handler=talk.hear) as talk.client:
        yield talk
