"""People who sign in, and programs that these people allow."""

import asyncio
import contextlib
import json
import os
import pathlib
import re
import secrets
import subprocess

from deployment import Failed, run
from emulator import OTHER_PROVIDER
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from servers import TARGET, wait_for

HERE = pathlib.Path(__file__).parent
NPM = TARGET / "tools/assistants"
NODE = NPM / "node_modules/.bin/node"
ADA = "ada@example.com"


def environment(folder):
    """The variables of .ci/assistants/world.mjs."""
    given = {"TODO": "", "TOOLS": NPM, "LOGS": folder, "SECRETS": os.environ.get("SECRETS", folder / "secrets")}
    return {**os.environ, **{name: str(value) for name, value in given.items()}}


class Person:
    """Ada, who signs in at Cognito or at another provider."""

    def __init__(self, emulator, cognito=True):
        self.emulator, self.cognito = emulator, cognito
        self.password = secrets.token_urlsafe(24)
        self.new_password = None

    def read_mail(self):
        """Takes the first password from the e-mail that Cognito has sent. Ada will choose another password."""
        mails = self.emulator.mails_to(ADA)
        found = [match[1] for mail in mails if (match := re.search(r"temporary password is (\S+?)\.?$", mail.strip(), re.M))]
        if not found:
            raise Failed(f"FirstUser: Cognito has sent no first password to {ADA}.")
        self.password, self.new_password = found[-1], f"Aa1{secrets.token_urlsafe(24)}"

    def allow_program(self, url):
        """A program registers at the service, and Ada signs in and allows the program. Returns the tokens."""
        wish = {
            "url": url,
            "name": ADA,
            "password": self.password,
            "new_password": self.new_password,
            "cognito": self.cognito,
            "certificate": (self.emulator.folder / "certificate.pem").read_text(),
        }
        tokens = json.loads(run([NODE, HERE / "sign_in.mjs"], HERE, environment(self.emulator.folder), input=json.dumps(wish)))
        if self.new_password:
            self.password, self.new_password = self.new_password, None
        return tokens

    @contextlib.contextmanager
    def other_provider(self, redirect_uri, secret):
        """Starts another OpenID provider, which knows Ada, and wants the secret from its client. Yields the issuer."""
        folder = self.emulator.folder
        wish = {"host": OTHER_PROVIDER, "redirect_uri": redirect_uri, "name": ADA, "email": ADA, "password": self.password}
        wish |= {"key": (folder / "key.pem").read_text(), "cert": (folder / "certificate.pem").read_text()}
        wish["secret"] = secret
        log = folder / "provider.log"
        with log.open("w") as output:
            settings = {"env": environment(folder), "stdin": subprocess.PIPE, "stdout": output, "stderr": output}
            process = subprocess.Popen([str(NODE), str(HERE / "provider.mjs")], **settings, text=True)
        process.stdin.write(json.dumps(wish))
        process.stdin.close()
        try:
            yield wait_for(lambda: re.search(r"^https://\S+$", log.read_text(), re.M), process)[0]
        finally:
            process.terminate()
            process.wait(10)


async def use_mcp(url, token):
    """Uses the MCP endpoint with MCP's SDK. Returns the names of the tools, and the titles of the todos."""
    headers = {"Authorization": f"Bearer {token}"}
    async with create_mcp_http_client(headers=headers) as http, Client(streamable_http_client(url, http_client=http)) as client:
        tools = await client.list_tools()
        await client.call_tool("addTodos", {"todos": [{"title": "From MCP"}]})
        result = await client.call_tool("getTodos", {})
    return {tool.name for tool in tools.tools}, [todo["title"] for todo in result.structured_content["todos"]]


def mcp(url, token):
    return asyncio.run(use_mcp(url, token))
