"""Real servers for the tests: the Telltale binary and a fake model provider, both on free loopback ports."""

import json
import os
import pathlib
import subprocess
import urllib.parse
import urllib.request

import pytest

BINARY = pathlib.Path(os.environ["TELLTALE_BINARY"])


class Process:
    """A program that prints one JSON line when it is ready."""

    def __init__(self, *command, **settings):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("TELLTALE_", "OTEL_"))} | settings
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, env=environment, text=True)
        self.ready = json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=30) == 0


class Telltale(Process):
    def __init__(self, data_dir, grpc="off", **settings):
        super().__init__(BINARY, "serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0", "--otlp-http", "off", "--otlp-grpc", grpc, **settings)
        self.url = "http://" + self.ready["listen"]

    def get(self, path, **query):
        with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
            # The digits of amounts matter: no detour through binary floating point.
            return json.load(answer, parse_float=str)


@pytest.fixture(scope="session")
def telltale(tmp_path_factory):
    server = Telltale(tmp_path_factory.mktemp("data"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def provider_url():
    beside = BINARY.parent.parent if BINARY.parent.name == "examples" else BINARY.parent
    provider = Process(beside / "fake-llm", "--port", "0")
    yield "http://" + provider.ready["listen"]
    provider.process.kill()
    provider.process.wait()


@pytest.fixture(scope="session")
def proxy(tmp_path_factory, provider_url):
    """A server whose logging proxy leads to the fake provider."""
    upstreams = ",".join(f"{name}={provider_url}" for name in ("openai", "anthropic", "gemini"))
    server = Telltale(tmp_path_factory.mktemp("proxy"), TELLTALE_PROXY_UPSTREAMS=upstreams)
    yield server
    server.stop()
