"""Make the pictures of the README: a violating run at a terminal, and its page. `make pictures` runs this.

What is judged is the mock with two faults; its address is shown as that of an example. The page needs Chromium.
"""

import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from html import escape
from itertools import groupby
from pathlib import Path

from contracts.event_categories.contract import CONTRACT
from contracts.event_categories.faults import CATALOGUE
from contracts.event_categories.sample import SAMPLE
from contracts.formats import html, terminal
from contracts.mock.server import MockServer
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.sources import resolve

FOLDER = Path(__file__).with_name("pictures")
FAULTS = ("position-text", "order-reversed")
COLUMNS, LINE, MARGIN = 100, 19, 16
#: The SGR codes of a report, as they look on a dark terminal.
COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "2": "#8b949e"}
STYLE = "text { font: 14px ui-monospace, 'DejaVu Sans Mono', monospace; fill: #e6edf3; white-space: pre }"


def main() -> None:
    """Write both pictures."""
    FOLDER.mkdir(exist_ok=True)
    with MockServer(SAMPLE, faults=[CATALOGUE.by_name[name].apply for name in FAULTS]) as server:
        settings = resolve({"target": server.url}, {}, Path.cwd())
        with prepare(settings, CONTRACT, {"BEARER_TOKEN": server.token}) as run:
            report = replace(verify(run), seconds=0.2)
    address = server.url, "https://api.example"
    told = terminal.render(report, colour=True).replace(*address)
    (FOLDER / "terminal.svg").write_text(svg(f"$ contracts verify api.example\n{told}"), "utf-8")
    screenshot(html.render(report).replace(*address), FOLDER / "page.png")


def svg(text: str) -> str:
    """Return what a terminal of so many columns would show."""
    rows = [row for line in text.splitlines() for row in wrapped(line)]
    lines = (f'<text x="{MARGIN}" y="{MARGIN + LINE * (n + 1) - 5}">{row}</text>\n' for n, row in enumerate(rows))
    width, height = MARGIN * 2 + round(COLUMNS * 8.43), MARGIN * 2 + LINE * len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img">\n'
        f"<title>A violating run at a terminal</title>\n<style>{STYLE}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="#0d1117"/>\n{"".join(lines)}</svg>\n'
    )


def wrapped(line: str) -> list[str]:
    """Return a line in as many as it takes, with its colours."""
    code, signs = "", []
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        code = part[2:-1].strip("0") if part.startswith("\x1b") else code
        signs += [(sign, code) for sign in part if not part.startswith("\x1b")]
    return [coloured(signs[start : start + COLUMNS]) for start in range(0, len(signs) or 1, COLUMNS)]


def coloured(signs: list[tuple[str, str]]) -> str:
    """Return characters, each with its code, as text of SVG."""
    spans = ((code, escape("".join(sign for sign, _ in group))) for code, group in groupby(signs, lambda each: each[1]))
    return "".join(f'<tspan fill="{COLOURS.get(c.split(";")[-1], "#fff")}">{t}</tspan>' if c else t for c, t in spans)


def screenshot(page: str, file: Path) -> None:
    """Write what a browser shows of the top of a page."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("docs/pictures.py: the picture of the page needs chromium")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(page, "utf-8")
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
        ]
        command = [browser, *options, "--window-size=1000,900", f"--screenshot={file}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - our own page


if __name__ == "__main__":
    main()
