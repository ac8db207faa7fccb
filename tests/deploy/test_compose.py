"""The compose files, read as data: what a container engine would be told must fit the binary."""

import pathlib
import re
import subprocess

import pytest
import yaml

from conftest import BINARY

ROOT = pathlib.Path(__file__).parents[2]
FILES = ["compose.yaml", "compose.stack.yaml"]


def services_of(file):
    return yaml.safe_load((ROOT / file).read_text())["services"]


@pytest.mark.parametrize("file", FILES)
def test_every_setting_is_one_that_the_binary_knows(file):
    known = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    for name, service in services_of(file).items():
        for variable in service.get("environment", {}):
            assert not variable.startswith("TELLTALE_") or f"{variable}=" in known or f"{variable}]" in known, f"{name}: {variable}"


@pytest.mark.parametrize("file", FILES)
def test_every_named_volume_is_declared_and_every_dependency_exists(file):
    whole = yaml.safe_load((ROOT / file).read_text())
    for name, service in whole["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in whole["volumes"], f"{name}: {volume}"
        for dependency, condition in service.get("depends_on", {}).items():
            assert condition["condition"] == "service_healthy"
            needed = whole["services"][dependency]
            assert "healthcheck" in needed or needed["image"] == "telltale", f"{name} waits for the health of {dependency}, which has no check"


def test_the_ports_are_the_documented_ones():
    assert services_of("compose.yaml")["telltale"]["ports"] == ["8001:8001", "4318:4318", "4317:4317"]
    assert list(services_of("compose.yaml")) == ["telltale"]
    stack = services_of("compose.stack.yaml")
    assert set(stack) == {"telltale", "worker", "postgres", "redis", "nginx"}
    assert (stack["postgres"]["image"], stack["redis"]["image"], stack["nginx"]["ports"]) == ("postgres:15", "redis:7", ["3000:3000"])
    assert "8001:8001" in stack["telltale"]["ports"]


def test_the_commands_are_accepted_by_the_binary():
    for service in services_of("compose.stack.yaml").values():
        if service["image"] == "telltale":
            subprocess.run([BINARY, *service["command"], "--help"], capture_output=True, check=True)


def test_no_secret_is_written_in_a_compose_file():
    for file in FILES:
        for line in (ROOT / file).read_text().splitlines():
            assert not re.match(r"\s*\w*PASSWORD: *[^$\s]", line), line
