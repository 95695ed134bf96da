"""Signs in with the OAuth code of MCP's official SDK for Python, adds a todo, and prints the titles of all todos.

    python sdk_client.py URL TITLE

The script writes the address of the sign-in to standard output. From standard input, the script reads the address with
the code. Then the script writes the tokens and the titles as JSON."""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata


class Memory:
    """Keeps the tokens and the client of one sign-in."""

    def __init__(self):
        self.tokens = self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def open_browser(url):
    print(url, flush=True)


async def wait_for_browser():
    address = await asyncio.to_thread(sys.stdin.readline)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    return AuthorizationCodeResult(code=answer.get("code"), state=answer.get("state"), iss=answer.get("iss"))


async def main(url, title):
    memory = Memory()
    program = OAuthClientMetadata(client_name="Python", redirect_uris=["http://127.0.0.1:9/python"], token_endpoint_auth_method="none")
    auth = OAuthClientProvider(url, program, memory, open_browser, wait_for_browser)
    async with create_mcp_http_client(auth=auth) as http, Client(streamable_http_client(url, http_client=http)) as client:
        await client.call_tool("addTodos", {"todos": [{"title": title}]})
        result = await client.call_tool("getTodos", {})
    titles = [todo["title"] for todo in result.structured_content["todos"]]
    print(json.dumps({"tokens": memory.tokens.model_dump(mode="json"), "titles": titles}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
