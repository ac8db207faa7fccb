"""Real client packages, unmodified, against the real binary and a fake provider. What works is written to a table for the docs.

A test module says which client it is about, and each of its tests what it shows:

    pytestmark = pytest.mark.client("Langfuse (Python)", environment="langfuse", package="langfuse")

    @pytest.mark.shows("traces", "usage", "cost")
    def test_...

    gap = pytest.mark.gap("sessions", "the SDK sends none")   # put into pytestmark: a hole, and whose it is
"""

import functools
import json
import os
import pathlib
import subprocess

import pytest

FEATURES = ["traces", "messages", "tools", "streaming", "usage", "cost", "errors", "sessions", "scores"]
CLIENTS = pathlib.Path(os.environ.get("TELLTALE_CLIENTS") or pathlib.Path.home() / ".cache/telltale/clients")
HERE = pathlib.Path(__file__).parent


def pytest_configure(config):
    config.addinivalue_line("markers", "client(name, environment, package, language='python'): the client a module is about")
    config.addinivalue_line("markers", "shows(*features): what passing proves")
    config.addinivalue_line("markers", "gap(feature, why): what this client cannot do")


class Client:
    """An installed environment of client packages (see scripts/clients.sh)."""

    def __init__(self, environment):
        self.folder = CLIENTS / environment
        assert self.folder.is_dir(), f"not installed: run scripts/clients.sh install {environment}"

    @property
    def python(self):
        return self.folder / "venv/bin/python"

    def version(self, package, language="python"):
        """The installed version of a Python or npm package: an environment may hold both of one name."""
        if language != "python":
            manifest = self.folder / "node_modules" / package / "package.json"
            return json.loads(manifest.read_text())["version"]
        code = f"import importlib.metadata as m; print(m.version({package!r}))"
        return subprocess.run([self.python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()

    def run(self, script, *arguments, timeout=180, check=True, **settings):
        """Runs a program of this folder (`NAME.py` or `NAME.mjs`) with a clean environment and these variables. Answers its output."""
        clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")}
        path = HERE / script
        if path.suffix == ".py":
            command = [self.python, path]
        else:
            # Modules are resolved from where a program lies: it runs beside the packages.
            copy = self.folder / path.name
            copy.write_bytes(path.read_bytes())
            command = ["node", copy]
        done = subprocess.run(
            [str(part) for part in (*command, *arguments)], env=clean | settings, capture_output=True, text=True, timeout=timeout, cwd=HERE
        )
        if check:
            assert done.returncode == 0, f"{script} failed\n{done.stdout}\n{done.stderr}"
        return done


@pytest.fixture(scope="module")
def client(request):
    return Client(next(request.node.iter_markers("client")).kwargs["environment"])


@functools.cache
def installed_version(environment, package, language="python"):
    try:
        return Client(environment).version(package, language)
    except (AssertionError, OSError, subprocess.CalledProcessError):
        return "not installed"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    marker = item.get_closest_marker("client")
    if marker is None or (report.when != "call" and report.passed):
        return
    features = [feature for shows in item.iter_markers("shows") for feature in shows.args]
    gaps = {gap.args[0]: gap.args[1] for gap in item.iter_markers("gap")}
    unknown = {*features, *gaps} - {*FEATURES}
    assert not unknown, f"unknown features {unknown}: of {FEATURES}"
    version = installed_version(**marker.kwargs)
    # Reports travel from the workers of a parallel run to the process that writes the results.
    report.user_properties.append(("client", [marker.args[0], version, features, gaps]))


RESULTS = {}


def pytest_runtest_logreport(report):
    for name, value in report.user_properties:
        if name == "client" and (report.when == "call" or report.failed):
            client, version, features, gaps = value
            row = RESULTS.setdefault((client, version), {})
            for feature, why in gaps.items():
                row.setdefault(feature, {"gap": why})
            for feature in features:
                row[feature] = {"passed": report.passed and row.get(feature, {}).get("passed", True)}


def pytest_sessionfinish(session):
    target = os.environ.get("TELLTALE_CLIENT_RESULTS")
    if target and not hasattr(session.config, "workerinput"):
        rows = [{"client": name, "version": version, "features": row} for (name, version), row in RESULTS.items()]
        pathlib.Path(target).write_text(json.dumps(sorted(rows, key=lambda row: (row["client"].lower(), row["version"])), indent=1))
