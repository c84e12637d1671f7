"""Write a bundle of a run against a mock that is broken in many ways; noxfile.py hands it from Python to Python."""

import os
import sys
from pathlib import Path

from contracts import bundle
from contracts.event_categories.contract import CONTRACT
from contracts.event_categories.faults import CATALOGUE
from contracts.event_categories.sample import SAMPLE
from contracts.mock.server import MockServer
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.table import Settings

#: Faults whose words, numbers and places one Python might have in another way than the next.
NAMES = ("position-5000-digits", "surrogate-in-value", "name-twice-deep", "display-name-c1-control")


def main(file: str) -> None:
    """Write the bundle of one run."""
    faults = [CATALOGUE.by_name[name].apply for name in NAMES]
    with (
        MockServer(SAMPLE, faults=faults) as server,
        prepare(Settings(target=server.url), CONTRACT, {**os.environ, "BEARER_TOKEN": server.token}) as run,
    ):
        Path(file).write_bytes(bundle.pack(verify(run)))


if __name__ == "__main__":
    main(sys.argv[1])
