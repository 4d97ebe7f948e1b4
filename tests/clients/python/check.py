"""Runs the scenario with one Python client, in each era that it speaks: a line for each, and what differed."""

import argparse
import asyncio
import importlib
import sys
from importlib.metadata import version

from target import Target
from scenario import scenario


def complaint(error):
    """What went wrong inside the task groups of the clients."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(complaint(inner) for inner in error.exceptions)
    return str(error) if isinstance(error, AssertionError) else repr(error)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("client", choices=["mcp_1", "mcp_2", "fastmcp_4"])
    parser.add_argument("binary")
    parser.add_argument("--url")
    given = parser.parse_args()
    client = importlib.import_module(given.client)
    name = f"{client.PACKAGE} {version(client.PACKAGE)}"
    target = Target(given.binary, given.url)
    failed = False
    for era, speaks in client.ERAS.items():
        try:
            asyncio.run(scenario(client.connect, target, era, speaks))
            print(f"python {name}, {era}: fine", flush=True)
        except Exception as error:
            print(f"python {name}, {era}: {complaint(error)}", file=sys.stderr, flush=True)
            failed = True
    sys.exit(failed)


main()
