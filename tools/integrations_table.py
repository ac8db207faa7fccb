"""Writes the table of clients into docs/integrations/README.md from the results of the client tests (tests/clients).

usage: integrations_table.py [--check] RESULTS.json     --check: fails when the page does not say what the results say
"""

import json
import pathlib
import sys

PAGE = pathlib.Path(__file__).parent.parent / "docs/integrations/README.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
FEATURES = ["traces", "messages", "tools", "streaming", "usage", "cost", "errors", "sessions", "scores"]


def cell(result):
    if result is None:
        return "·"
    if "gap" in result:
        return "–"
    return "✓" if result["passed"] else "✗"


def table(rows):
    lines = ["| client | version | " + " | ".join(FEATURES) + " |", "|---|---|" + ":-:|" * len(FEATURES)]
    for row in rows:
        cells = " | ".join(cell(row["features"].get(feature)) for feature in FEATURES)
        lines.append(f"| {row['client']} | {row['version']} | {cells} |")
    gaps = [
        f"- {row['client']} {row['version']}, {feature}: {result['gap']}"
        for row in rows
        for feature, result in row["features"].items()
        if "gap" in result
    ]
    return "\n".join(lines + ([""] + gaps if gaps else []))


def main():
    check = "--check" in sys.argv
    rows = json.loads(pathlib.Path(sys.argv[-1]).read_text())
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    wanted = f"{before}{BEGIN}\n{table(rows)}\n{END}{after}"
    if wanted == page:
        return
    if check:
        sys.exit(f"{PAGE.name} is not current: run python3 tools/integrations_table.py {sys.argv[-1]}")
    PAGE.write_text(wanted)


main()
