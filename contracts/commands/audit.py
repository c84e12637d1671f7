"""``contracts audit``: judge the exchanges of a bundle again, and compare."""

import argparse
import sys

from contracts import bundle
from contracts.commands import streams
from contracts.reading import read_bytes
from contracts.writers import terminal
from contracts.writers.wording import plain

DIFFERS = 1
STATUSES = "exit status: 0 the bundle agrees with its exchanges; 1 it differs; 2 it cannot be audited"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("bundle", metavar="FILE.zip", help="what `contracts verify --bundle` wrote")
    parser.add_argument("--quiet", action="store_true", help="print the last line only")


def run(options: argparse.Namespace) -> int:
    """Audit the bundle. Returns 0 when everything agrees and 1 when something differs."""
    files = bundle.unpack(read_bytes(options.bundle, bundle.CAP))
    judged, differences = bundle.audit(files)
    if not options.quiet:
        streams.write(sys.stdout, terminal.render(judged))
        streams.write(sys.stdout, "".join(f"differs   {plain(line)}\n" for line in differences))
    verdict = f"the exchanges give {judged.verdict.value}, {len(judged.outcomes)} clauses"
    words = f"DIFFERS: {len(differences)} differences; {verdict}" if differences else f"AGREES: {verdict}"
    streams.write(sys.stdout, f"{words}: {plain(options.bundle)}\n")
    return DIFFERS if differences else 0
