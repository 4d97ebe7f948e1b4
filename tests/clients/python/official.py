"""What both versions of the official client do alike."""

from mcp.types import PromptReference

from test_client import TestClient


class Official(TestClient):
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
