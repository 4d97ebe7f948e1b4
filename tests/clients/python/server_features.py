"""Prompts, resources and completion, where the server declares them."""


async def server_features(test_client, site):
    if "prompts" in test_client.capabilities:
        await prompts(test_client, site)
    if "resources" in test_client.capabilities:
        await resources(test_client)


async def prompts(test_client, site):
    listed = await test_client.prompts()
    assert listed, "no prompts, though they are declared"
    completed = 0
    for prompt in listed:
        known = {}
        for argument in prompt.arguments or []:
            values = []
            if "completions" in test_client.capabilities:
                typed = site["typed"] if "site" in argument.name else ""
                values = await test_client.complete(prompt.name, argument.name, typed, dict(known))
                strange = [value for value in values if not value.lower().startswith(typed)]
                assert not strange, f"{prompt.name}: {argument.name} {typed!r} completed to {strange}"
                if typed:
                    assert site["name"] in values, f"{prompt.name}: {argument.name} {typed!r} completed to {values}"
                    completed += 1
            # Free text is not completed.
            if values or argument.required:
                known[argument.name] = values[0] if values else site["name"]
        messages = await test_client.prompt(prompt.name, known)
        assert messages and messages[0].content.text, f"{prompt.name} {known}: {messages}"
    assert completed or "completions" not in test_client.capabilities, "no prompt has a site to complete"


async def resources(test_client):
    listed = await test_client.resources()
    assert listed, "no resources, though they are declared"
    for resource in listed:
        contents = await test_client.read(resource.uri)
        assert contents, f"{resource.uri} is empty"
        for part in contents:
            assert getattr(part, "text", None) or getattr(part, "blob", None), f"{resource.uri}: {part}"
