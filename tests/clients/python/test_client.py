"""A client under test: the operations that the scenario needs, with the same interface for each client."""

from typing import NamedTuple


class Answer(NamedTuple):
    is_error: bool
    text: str


class TestClient:
    """A client under test: the operations that the scenario needs. Each client implements them."""

    def __init__(self, client):
        self.client = client
        # Notifications of a changed list, as they arrived.
        self.changes = 0

    @property
    def legacy(self):
        return self.version < "2026"


def answer(content, is_error):
    """A result of a tool: one text."""
    if len(content) != 1 or content[0].type != "text":
        raise AssertionError(f"one text is wanted: {content}")
    return Answer(bool(is_error), content[0].text)


def declared(capabilities):
    """The names of what the server says it has."""
    return set(capabilities.model_dump(by_alias=True, exclude_none=True)) if capabilities else set()
