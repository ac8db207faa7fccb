"""The nginx configuration of the stack, run by a real nginx in front of the real binary."""

import http.client
import json
import os
import pathlib
import re
import secrets
import socket
import subprocess
import time

import pytest

from conftest import Telltale

CONFIGURATION = pathlib.Path(__file__).parents[2] / "deploy" / "nginx.conf"
NGINX = next(path for path in ["/usr/sbin/nginx", "/usr/bin/nginx", "nginx"] if os.path.exists(path) or path == "nginx")
CALL = {"provider": "openai", "model": "gpt-4o-mini", "prompt": "hello", "response": "hi", "input_tokens": 10, "output_tokens": 5}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Client:
    """One user behind the proxy."""

    def __init__(self, port):
        self.port = port
        self.headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{port}"}

    def request(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        payload = body if isinstance(body, bytes) or body is None else json.dumps(body)
        connection.request(method, path, payload, self.headers | headers)
        return connection.getresponse()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    password = secrets.token_urlsafe(16)
    server = Telltale(folder / "data", TELLTALE_ADMIN_PASSWORD=password)
    port = free_port()
    text = CONFIGURATION.read_text().replace("telltale:8001", server.ready["listen"]).replace("listen 3000", f"listen 127.0.0.1:{port}")
    text = text.replace("/tmp/nginx.pid", f"{folder}/nginx.pid").replace("http {", f"http {{\n    client_body_temp_path {folder};\n    proxy_temp_path {folder};")
    (folder / "nginx.conf").write_text(text)
    command = [NGINX, "-c", folder / "nginx.conf", "-p", folder, "-g", "daemon off;"]
    subprocess.run([*command, "-t"], check=True)
    process = subprocess.Popen(command)
    wait_for(port)
    client = Client(port)
    answer = client.request("POST", "/api/v1/auth/login", {"password": password})
    assert answer.status in (200, 204), answer.read()
    client.headers["Cookie"] = re.match(r"[^;]+", answer.getheader("Set-Cookie")).group()
    yield client
    process.terminate()
    process.wait()
    server.stop()


def wait_for(port):
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "nginx does not listen"


def test_the_dashboard_is_served(proxy):
    answer = proxy.request("GET", "/")
    assert answer.status == 200
    assert b"<div id=\"root\"" in answer.read()


def test_a_call_goes_in_and_its_live_event_comes_out_unbuffered(proxy):
    live = proxy.request("GET", "/api/v1/live")
    assert live.getheader("Content-Type").startswith("text/event-stream")
    assert proxy.request("POST", "/api/v1/ingest/llm", CALL).status == 201
    for _ in range(20):
        if b"gpt-4o-mini" in live.readline():
            return
    pytest.fail("no live event came through")


def test_without_credentials_nothing_is_shown(proxy):
    stranger = Client(proxy.port)
    assert stranger.request("GET", "/api/v1/spans").status == 401


def test_the_proxy_takes_bodies_up_to_the_limit_of_the_server_and_no_more(proxy):
    assert proxy.request("POST", "/api/v1/ingest/llm", CALL | {"prompt": "x" * 5_000_000}).status == 201
    assert proxy.request("POST", "/api/v1/ingest/llm", None, **{"Content-Length": str(65 << 20)}).status == 413
