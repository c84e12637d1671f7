"""``python -m bench`` measures, prints, and writes RESULTS.md.

It ends with 1 when a goal is missed, and with 3 when something else went wrong and nothing is written.
"""

import argparse
import sys
from pathlib import Path

from bench import judging, others, whole
from bench.report import page
from bench.samples import CouldNotMeasure

PARTS = {"whole": whole.measure, "judging": judging.measure, "others": others.measure}
RESULTS = Path(__file__).with_name("RESULTS.md")


def main(arguments: list[str] | None = None) -> int:
    """Run the parts that are asked for, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure what users wait for.",
        epilog="exit status: 0 every goal is met; 1 a goal is missed; 2 usage; 3 it could not be measured",
    )
    parser.add_argument("--only", choices=PARTS, help="one part, printed and not written")
    parser.add_argument("--rounds", type=_rounds, default=5, metavar="N", help="turns of each contender (default: 5)")
    asked = parser.parse_args(arguments)
    if sys.platform != "linux":
        parser.error("it reads memory and processor from /proc, which Linux alone has")
    try:
        parts = [PARTS[name](asked.rounds) for name in ([asked.only] if asked.only else PARTS)]
    except CouldNotMeasure as reason:
        print(f"could not measure: {reason}", file=sys.stderr)
        return 3
    text = page(parts, asked.rounds)
    print(f"\n{text}")
    if not asked.only:
        RESULTS.write_text(text, encoding="utf-8")
    missed = [goal for part in parts for goal in part.goals if not goal.is_met]
    for goal in missed:
        print(f"MISSED: {goal.what}: {goal.ratio:.2f}, asked {goal.asked}")
    return 1 if missed else 0


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rounds: give 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
