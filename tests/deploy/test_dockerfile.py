"""The Dockerfile's build steps and its runtime stage, run as processes: no container engine is needed to know that they work."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import BINARY, Process

ROOT = pathlib.Path(__file__).parents[2]


def stages():
    """(instruction, argument) pairs of each stage."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    found = []
    for line in text.splitlines():
        match = re.match(r"([A-Z]+) +(.*)", line)
        if not match:
            continue
        if match[1] == "FROM":
            found.append([])
        found[-1].append((match[1], match[2]))
    return found


def arguments(stage, instruction):
    return [argument for name, argument in stage if name == instruction]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """What a build context holds: the committed files."""
    folder = tmp_path_factory.mktemp("context")
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in names.stdout.decode().split("\0")[:-1]:
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return folder


def test_the_build_steps_make_the_binary_with_the_web_app_inside(checkout, tmp_path):
    web, server, _ = stages()
    for step in arguments(web, "RUN"):
        subprocess.run(step, shell=True, cwd=checkout / "web", check=True)
    assert (checkout / "web/dist/index.html").is_file()
    environment = os.environ | {"PROFILE": "fast", "CARGO_TARGET_DIR": str(BINARY.parents[1])}
    for step in arguments(server, "RUN"):
        subprocess.run(step.replace("/out/", f"{tmp_path}/out/"), shell=True, cwd=checkout, env=environment, check=True)
    subprocess.run([tmp_path / "out/telltale", "--version"], check=True)


def test_the_runtime_stage_starts_and_reports_its_health(tmp_path):
    runtime = stages()[-1]
    settings = dict(pair.split("=", 1) for line in arguments(runtime, "ENV") for pair in line.split())
    assert arguments(runtime, "ENTRYPOINT") == ['["telltale"]'] and arguments(runtime, "CMD") == ['["serve"]']
    assert "telltale" in arguments(runtime, "USER")
    settings |= {"TELLTALE_DATA_DIR": str(tmp_path), "TELLTALE_LISTEN": "0.0.0.0:0", "TELLTALE_OTLP_HTTP": "off", "TELLTALE_OTLP_GRPC": "off", "TELLTALE_ADMIN_PASSWORD": "a long pass phrase"}
    server = Process(BINARY, "serve", **settings)
    port = server.ready["listen"].rsplit(":", 1)[1]
    health = subprocess.run([BINARY, "health", "--address", f"127.0.0.1:{port}"], capture_output=True, text=True)
    assert health.returncode == 0, health.stderr
    server.stop()
