"""``contracts audit``: judge the exchanges of a bundle again, and compare."""

import argparse
import sys

from contracts import bundle, offline
from contracts.commands import output
from contracts.writers import terminal
from contracts.writers.wording import plain

DIFFERS = 1


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("bundle", metavar="FILE.zip", help="what `contracts verify --bundle` wrote")
    parser.add_argument("--quiet", action="store_true", help="print the last line only")


def run(options: argparse.Namespace) -> int:
    """Audit the bundle. Returns 0 when everything agrees and 1 when something differs."""
    files = bundle.unpack(offline.read_file(options.bundle, bundle.CAP))
    judged, differences = bundle.audit(files)
    if not options.quiet:
        output.write(sys.stdout, terminal.render(judged))
        output.write(sys.stdout, "".join(f"differs   {plain(line)}\n" for line in differences))
    verdict = f"the exchanges give {judged.verdict.value}, {len(judged.outcomes)} clauses"
    words = f"DIFFERS: {len(differences)} differences; {verdict}" if differences else f"AGREES: {verdict}"
    output.write(sys.stdout, f"{words}: {plain(options.bundle)}\n")
    return DIFFERS if differences else 0
