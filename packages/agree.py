#!/usr/bin/env python3
"""Checks that the files of the packages agree with the workspace: versions, addresses, variables, which of them are
secret, names of archives. Prints a line for each disagreement.

    packages/agree.py [--write]

The version and the addresses are set in `Cargo.toml`: `version` and `repository` of `[workspace.package]`, and
`[workspace.metadata.addresses]`. With `--write` they are written into the other files.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

SECRET = {"MIST_APITOKEN", "MISTMCP_CLIENT_TOKEN"}
# Commands and addresses that reach a name of this project which somebody else could register.
UNOWNED = r"github\.com/mistmcp|io\.github\.|ghcr\.io|docker pull|cargo (binstall|install|add) mistmcp|--repo mistmcp/"
write = "--write" in sys.argv[1:]
wrong = []


def read(path):
    return pathlib.Path(path).read_text()


def same(what, found, wanted):
    if found != wanted:
        wrong.append(f"{what} is {found!r}; make it {wanted!r}")


def derive(path, pattern, wanted):
    """Each match of the pattern's group in the file is what the workspace says."""
    text = read(path)
    matches = list(re.finditer(pattern, text, re.MULTILINE))
    if not matches:
        wrong.append(f"{path} has nothing of the form {pattern}; change the form in packages/agree.py")
    for match in reversed(matches):
        if write:
            text = text[: match.start(1)] + wanted + text[match.end(1) :]
        elif match[1] != wanted:
            line = text.count("\n", 0, match.start(1)) + 1
            wrong.append(f"{path}:{line} has {match[1]!r} in place of {wanted!r}: run packages/agree.py --write")
    if write:
        pathlib.Path(path).write_text(text)


workspace = tomllib.loads(read("Cargo.toml"))["workspace"]
version = workspace["package"]["version"]
repository = workspace["package"]["repository"]
addresses = workspace["metadata"]["addresses"]
source = "github" if repository.startswith("https://github.com/") else "undecided"
bundle = f"{repository}/releases/download/v{version}/mistmcp-v{version}.mcpb"

derive("Cargo.toml", r'^mistmcp\S* = \{ path = "[^"]*", version = "([^"]*)"', version)
derive("server.json", r'^  "name": "([^"]*)"', addresses["registry"])
derive("server.json", r'"version": "([^"]*)"', version)
derive("server.json", r'"(?:websiteUrl|url)": "([^"]*)"', repository)
derive("server.json", r'"source": "([^"]*)"', source)
derive("server.json", r'"identifier": "([^"]*)"', bundle)
derive("packages/mcpb/manifest.json", r'^  "version": "([^"]*)"', version)
derive("packages/mcpb/manifest.json", r'"(?:url|homepage)": "([^"]*)"', repository)
derive("packages/systemd/mistmcp.service", r"^Documentation=(.*)$", repository)
derive("packages/docker/compose.yaml", r"^    image: (\S*mistmcp\S*)$", addresses["image"])
for path in ["packages/docker/Dockerfile", "docs/packages.md", ".github/workflows/ci.yml"]:
    derive(path, r"docker build .*(?:-t|--tag) (\S+)", addresses["image"])
for path in ["docs/packages.md", ".github/workflows/ci.yml"]:
    derive(path, r"docker run [^`\n]* (\S*mistmcp\S*) --", addresses["image"])
if re.match(r"https://[^/]+\.invalid/", repository):
    found = subprocess.run(["git", "grep", "-nIE", UNOWNED, "--", ".", ":!packages/agree.py"], capture_output=True, text=True)
    for line in found.stdout.splitlines():
        wrong.append(f"{line.strip()}: somebody else could register this name; the addresses are undecided")

manifest = json.loads(read("packages/mcpb/manifest.json"))
server = json.loads(read("server.json"))
release = read(".github/workflows/release.yml")

if len(server["description"]) > 100:
    wrong.append(f"server.json: its description has {len(server['description'])} characters; the registry takes 100")

rust = tomllib.loads(read("rust-toolchain.toml"))["toolchain"]["channel"]
image = re.search(r"^FROM rust:([0-9.]+)", read("packages/docker/Dockerfile"), re.MULTILINE)
same("packages/docker/Dockerfile: version of Rust", image and image[1], rust)
pack = re.search(r'"(@anthropic-ai/mcpb@[^"]+)"', read("packages/mcpb/pack"))
if f"from_npm {pack[1]};" not in read("packages/check"):
    wrong.append(f"packages/mcpb/pack asks for {pack[1]}, packages/check for another; make them one")

# A variable that the README does not know is misspelt or gone.
known = set(re.findall(r"\bMIST(?:MCP)?_[A-Z_]+\b", read("README.md")))
own = {"MISTMCP_NAME", "MISTMCP_UPSTREAM"}
files = ["server.json", *map(str, pathlib.Path("packages").rglob("*.*")), "packages/docker/Dockerfile"]
files += ["packages/docker/Caddyfile"]
for path in files:
    for name in sorted(set(re.findall(r"\bMIST(?:MCP)?_[A-Z_]+\b", read(path))) - known - own):
        wrong.append(f"{path} names {name}, which README.md does not list")

for package in server["packages"]:
    for variable in package["environmentVariables"]:
        secret = variable["name"] in SECRET
        same(f"server.json: isSecret of {variable['name']}", variable.get("isSecret", False), secret)
for name, value in manifest["server"]["mcp_config"]["env"].items():
    option = manifest["user_config"][value.removeprefix("${user_config.").removesuffix("}")]
    same(f"packages/mcpb/manifest.json: sensitive of {name}", option.get("sensitive", False), name in SECRET)
    if not option["required"] and "default" not in option:
        wrong.append(f"packages/mcpb/manifest.json: {name} has no default, so that its hole would be its value")
public = re.search(r"const PUBLIC.*?\];", read("mistmcp/src/mist/cloud.rs"), re.DOTALL)
clouds = re.findall(r'"(api\.[^"]+)"', public[0])
choices = next(v["choices"] for v in server["packages"][0]["environmentVariables"] if v["name"] == "MIST_HOST")
same("server.json: choices of MIST_HOST", choices, clouds)
told = re.findall(r"\bapi(?:\.[a-z0-9-]+)+\.com", manifest["user_config"]["cloud"]["description"])
same("packages/mcpb/manifest.json: clouds", told, clouds)

metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--no-deps", "--format-version", "1"]))
for package in metadata["packages"]:
    if package["publish"] == []:
        continue
    if package["repository"] != repository:
        wrong.append(f"{package['name']} has a repository of its own; make it `repository.workspace = true`")
    for key in ["description", "keywords", "categories", "readme", "license", "repository"]:
        if not package[key]:
            wrong.append(f"{package['name']} has no {key} in its Cargo.toml")
    if binstall := (package["metadata"] or {}).get("binstall"):
        targets = set(re.findall(r"- target: (\S+)", release))
        for target, override in [(None, binstall), *binstall["overrides"].items()]:
            archive = ".zip" if override["pkg-fmt"] == "zip" else ".tar.gz"
            name = "{ repo }/releases/download/v{ version }/mistmcp-v{ version }-{ target }" + archive
            same(f"binstall: URL for {target or 'others'}", override["pkg-url"], name)
            if target and target not in targets:
                wrong.append(f"binstall: release.yml builds nothing for {target}")

if wrong:
    print(*wrong, sep="\n")
sys.exit(bool(wrong))
