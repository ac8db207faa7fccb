"""Every crate and every npm package that ships is under a licence that deny.toml allows."""

import json
import pathlib
import re
import subprocess
import tomllib

ROOT = pathlib.Path(__file__).parents[2]
ALLOWED = set(tomllib.loads((ROOT / "deny.toml").read_text())["licenses"]["allow"])


def is_allowed(expression):
    """Whether an SPDX expression can be met with allowed licences only."""
    with_exceptions = re.sub(r"[\w.-]+ WITH [\w.-]+", lambda match: str(match[0] in ALLOWED), expression.replace("/", " OR "))
    words = re.sub(r"[\w.-]+", lambda match: match[0].lower() if match[0] in ("AND", "OR") else str(match[0] == "True" or match[0] in ALLOWED), with_exceptions)
    assert re.fullmatch(r"(True|False|and|or|[() ])+", words), expression
    return eval(words)  # only True, False, and, or, parentheses: checked above


def test_expressions_are_read_as_spdx_means_them():
    assert is_allowed("MIT OR GPL-3.0") and is_allowed("(MIT OR GPL-3.0) AND Apache-2.0") and is_allowed("Apache-2.0 WITH LLVM-exception")
    assert not is_allowed("MIT AND GPL-3.0") and not is_allowed("GPL-3.0 WITH LLVM-exception")


def test_crates():
    answer = subprocess.run(["cargo", "metadata", "--format-version", "1", "--locked", "--offline"], cwd=ROOT, capture_output=True, check=True)
    packages = [package for package in json.loads(answer.stdout)["packages"] if package["source"]]
    assert packages
    wrong = [f"{package['name']}: {package['license']}" for package in packages if not is_allowed(package["license"] or "none")]
    assert not wrong, wrong


def test_npm_packages_that_ship():
    packages = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    shipped = {name: package for name, package in packages.items() if name and not package.get("dev") and not package.get("devOptional")}
    assert shipped
    wrong = [f"{name}: {package.get('license')}" for name, package in shipped.items() if not is_allowed(package.get("license") or "none")]
    assert not wrong, wrong
