"""The server under test: a program to start, or a URL."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode


@dataclass(frozen=True)
class Target:
    binary: str
    url: str | None
    mode: str = "managed"
    categories: tuple[str, ...] = ()

    def loading(self, mode, *categories):
        """The same server, with its tools loaded in another way."""
        return replace(self, mode=mode, categories=categories)

    @property
    def arguments(self):
        """The arguments of the program."""
        arguments = ["--demo", "--mode", self.mode]
        return [*arguments, "--categories", ",".join(self.categories)] if self.categories else arguments

    @property
    def address(self):
        """The URL with the settings that the program would get as flags. None if the program is started."""
        if self.url is None:
            return None
        query = {"mode": self.mode} if self.mode != "managed" else {}
        if self.categories:
            query["categories"] = ",".join(self.categories)
        return f"{self.url}?{urlencode(query, safe=',')}" if query else self.url
