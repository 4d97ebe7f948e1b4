"""Signs in, from a 401 to a tool call with the OAuth client of the Python SDK: `sign_in.py URL-OF-MCP ISSUER`."""

import asyncio
import sys
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata

REDIRECT = "http://127.0.0.1:9/callback"
url, issuer = sys.argv[1:]


class Storage:
    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


class Browser:
    """A browser without a screen."""

    back = None

    async def open(self, requested):
        assert requested.startswith(issuer), requested
        cookies = {}
        async with httpx2.AsyncClient() as http:
            for _ in range(20):
                if requested.startswith(REDIRECT):
                    self.back = {name: values[0] for name, values in parse_qs(urlsplit(requested).query).items()}
                    return
                cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
                response = await http.get(requested, headers={"cookie": cookie} if cookie else {})
                for header in response.headers.get_list("set-cookie"):
                    cookies.update({name: morsel.value for name, morsel in SimpleCookie(header).items()})
                requested = urljoin(requested, response.headers["location"])
        raise AssertionError("the sign-in went in circles")

    async def result(self):
        return AuthorizationCodeResult(
            code=self.back["code"], state=self.back.get("state"), iss=self.back.get("iss")
        )


async def main():
    browser, storage = Browser(), Storage()
    metadata = OAuthClientMetadata(
        client_name="sign-in",
        redirect_uris=[REDIRECT],
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="none",
        scope="mcp offline_access",
        application_type="native",
    )
    auth = OAuthClientProvider(url, metadata, storage, browser.open, browser.result)
    async with httpx2.AsyncClient(auth=auth, timeout=30) as http:
        for mode in ["legacy", "auto"]:
            async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
                result = await client.call_tool("getSelf", {})
                assert "privileges" in result.content[0].text, result
    assert browser.back and storage.tokens
    print("python mcp, OAuth: fine")


asyncio.run(main())
