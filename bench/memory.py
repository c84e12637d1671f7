"""``python -m bench.memory judging|reading FILE`` prints the bytes that judging a body needs, or json.loads leaves.

A process does one of them only: what an earlier action has freed would be used again, and not be seen. Linux only.
"""

import json
import re
import sys
from pathlib import Path

from bench import subject
from bench.categories import body

_KIBI = 1024


def resident(field: str) -> int:
    """Return a field of /proc/self/status in bytes: VmRSS is what is held now, VmHWM the most that ever was."""
    found = re.search(rf"^{field}:\s*(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    if not found:
        raise SystemExit(f"/proc/self/status has no {field}: memory cannot be measured on this system")
    return int(found[1]) * _KIBI


def main(what: str, file: str) -> None:
    """Do it once and print what it took beyond what was held before: the body, and all modules, already used."""
    content = Path(file).read_bytes()
    if what == "judging":
        subject.judge(body(10))
        before = resident("VmRSS")
        subject.judge(content)
        print(resident("VmHWM") - before)
    else:
        before = resident("VmRSS")
        value = json.loads(content)
        print(resident("VmRSS") - before)
        del value  # held until here, to be measured


if __name__ == "__main__":
    main(*sys.argv[1:])
