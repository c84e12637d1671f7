"""Bodies that somebody made to hurt, by class of attack, and what a run against a target that sends them costs.

Each is served over a real socket to a process of its own, which tells what it has cost. These processes are the
children of one that has imported everything, for that costs more than most of the bodies.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hostile import Behaviour, message, politely

#: Runs each command that it reads in a child, which has imported all that a run needs, and has cost nothing yet. The
#: child tells its seconds of CPU, and its peak of memory in MiB where the system tells it. An alarm ends it in the end.
MEASURED = """
import json, os, resource, signal, sys
from contextlib import redirect_stdout
from pathlib import Path
from contracts.cli import main
with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
    main(["verify", "--mock", "--reports", ".", "--summary"])
for line in sys.stdin:
    folder, *arguments = json.loads(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    signal.alarm(120)
    os.chdir(folder)
    said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, said), (2, said)):
        os.dup2(file, stream)
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    sys.stdout.flush()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    told = Path("/proc/self/status")
    lines = told.read_text().splitlines() if told.exists() else []
    peak = next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)
    print(f"\\ncost {usage.ru_utime + usage.ru_stime} {peak}", file=sys.stderr)
    raise SystemExit(status)
"""


Parent = subprocess.Popen[str]


@contextmanager
def measuring(folder: Path) -> Iterator[Parent]:
    """The process whose children run the commands."""
    environment = {"PATH": os.environ["PATH"], "BEARER_TOKEN": "canary-7f3a/9+secret==", "LANG": "C.UTF-8"}
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", MEASURED]
    with subprocess.Popen(command, env=environment, cwd=folder, stdin=pipe, stdout=pipe, text=True) as process:
        yield process


def repeated(size: int, piece: bytes, head: bytes, tail: bytes, comma: bytes = b"") -> bytes:
    return head + comma.join([piece] * ((size - len(head) - len(tail)) // len(piece + comma))) + tail


def numbered(size: int, piece: str, head: str, tail: str) -> bytes:
    """Pieces that hold their number, as many as there is room for."""

    def pieces() -> Iterator[str]:
        left, number = size - len(head) - len(tail), 1
        while (left := left - len(text := piece.replace("#", str(number))) - 1) > 0:
            yield text
            number += 1

    return (head + ",".join(pieces()) + tail).encode()


LIST = ('{"event_categories":[', "]}")
GOOD = '{"id":"#","name":"n_#","display_name":"N","position":#}'
ONE = GOOD.replace("#", "1")


def in_list(size: int, piece: bytes) -> bytes:
    return repeated(size, piece, b'{"event_categories":[', b"]}", b",")


def same_hash(size: int) -> bytes:
    """Positions that are all equal modulo 2^61-1, and so have one hash in CPython."""
    positions = (f'{{"position":{number * (2**61 - 1)}}}' for number in range(size // 40))
    return ",".join(positions).join(LIST).encode()


def long_name(size: int, value: bytes) -> bytes:
    """A name of 100 KB above many values, in a list that conforms but for these, with one escape somewhere."""
    values = repeated(size - 100_200, value, b"", b"", b",")
    escape = b'"\\ud83d\\ude00":null'
    return b"".join(
        (
            b'{"event_categories":[',
            ONE.encode(),
            b'],"',
            b"a" * 100_000,
            b'":[',
            values,
            b"],",
            escape,
            b"}",
        )
    )


def side_by_side(size: int) -> bytes:
    return b"[" + b",".join([b"[]"] * max(350_000, size // 3 - 1)) + b"]"


def broken_categories(size: int) -> bytes:
    return numbered(size, '{"id":#,"name":"","display_name":[],"position":"1"}', *LIST)


def long_position(size: int) -> bytes:
    return in_list(size, b'{"position":' + b"9" * (size - 40) + b"}")


def many_errors(size: int) -> bytes:
    return numbered(size, '"#":[1]', '{"errors":{', "}}")


def control_characters(size: int) -> bytes:
    return repeated(size, b"\x01", b'{"event_categories":["', b'"]}')


@dataclass(frozen=True)
class Row:
    """A class of attack: how a body of a size is made, the exit status that it deserves, the status of its answer."""

    name: str
    make: Callable[[int], bytes]
    status: int
    answered: str = "200 OK"


CONFORMS, VIOLATES, INCONCLUSIVE = 0, 1, 3
ROWS = (
    Row("a long list that conforms", lambda size: numbered(size, GOOD, *LIST), CONFORMS),
    Row("colons in its texts", lambda size: numbered(size, GOOD.replace("N", "12:30: #"), *LIST), CONFORMS),
    Row("backslashes", lambda size: repeated(size, b"\\", b'{"a":"', b'"}'), VIOLATES),
    Row("percent signs", lambda size: repeated(size, b"%25", b'{"a":"', b'"}'), VIOLATES),
    Row("character references", lambda size: repeated(size, b"&#0", b'{"a":"', b'"}'), VIOLATES),
    Row("Base64", lambda size: repeated(size, b"QUFB", b'{"a":"', b'"}'), VIOLATES),
    Row("hexadecimal digits", lambda size: repeated(size, b"746b", b'{"a":"', b'"}'), VIOLATES),
    Row("the token, many times", lambda size: repeated(size, b'"canary-7f3a/9+secret=="', b"[", b"]", b","), VIOLATES),
    Row("positions of one hash", same_hash, VIOLATES),
    Row("a long name above many nulls", lambda size: long_name(size, b"null"), CONFORMS),
    Row("a long name above what Go cannot read", lambda size: long_name(size, b'{"ID":1}'), VIOLATES),
    Row("a long string, then NaN", lambda size: repeated(size, b"x", b'["', b'", NaN]'), VIOLATES),
    Row("escaped quotes, then NaN", lambda size: repeated(size, b'\\"', b'["', b'", NaN]'), VIOLATES),
    Row("arrays side by side", side_by_side, INCONCLUSIVE),
    Row("arrays that are never closed", lambda size: b"[" * size, VIOLATES),
    Row("arrays in arrays", lambda size: b"[" * (size // 2) + b"]" * (size // 2), INCONCLUSIVE),
    Row("numbers in the list", lambda size: in_list(size, b"0"), VIOLATES),
    Row(
        "broken categories",
        broken_categories,
        VIOLATES,
    ),
    Row("categories with one id", lambda size: in_list(size, ONE.encode()), VIOLATES),
    Row("one name again and again", lambda size: repeated(size, b'"":0', b"{", b"}", b","), VIOLATES),
    Row("names again in many objects", lambda size: in_list(size, b'{"id":"a","id":"b"}'), VIOLATES),
    Row("lone surrogates", lambda size: repeated(size, b'"\\ud800"', b"[", b"]", b","), VIOLATES),
    Row("control characters", lambda size: b"\x01" * size, VIOLATES),
    Row(
        "control characters in a list",
        control_characters,
        VIOLATES,
    ),
    Row("an emoji in a long string", lambda size: repeated(size, b"x", b'"\xf0\x9f\x98\x80', b'"'), VIOLATES),
    Row("no UTF-8", lambda size: b"\xff" * size, VIOLATES),
    Row(
        "a number of a million digits",
        long_position,
        VIOLATES,
    ),
    Row("large exponents", lambda size: numbered(size, '{"position":1e99999999#}', *LIST), VIOLATES),
    Row("errors of a refusal", many_errors, VIOLATES, "401 Unauthorized"),
)


def answering(row: Row, body: bytes) -> Behaviour:
    """Answer everything with a body of the row; where that is a refusal, only what comes without the token."""
    answer = message(body, status=row.answered)

    def behave(connection: object, request: bytes, stop: object) -> None:
        listed = row.answered != "200 OK" and b"Bearer canary" in request
        politely(message(ONE.join(LIST).encode()) if listed else answer)(connection, request, stop)  # type: ignore[arg-type]

    return behave


def cost(parent: Parent, url: str, folder: Path, *more: str) -> tuple[int, float, int, str]:
    """Return the exit status of a run with all reports, its seconds of CPU, its peak of memory, and what it said."""
    return measured(parent, folder, "verify", url, "--reports", str(folder), "--summary", *more)


def measured(parent: Parent, folder: Path, *arguments: str) -> tuple[int, float, int, str]:
    """Return the exit status of a command in a folder, its seconds of CPU, its peak of memory, and what it said."""
    assert parent.stdin is not None and parent.stdout is not None
    print(json.dumps([str(folder), *arguments]), file=parent.stdin, flush=True)
    status, said = int(parent.stdout.readline()), (folder / "said").read_text("utf-8")
    _, seconds, peak = said.splitlines()[-1].split()
    return status, float(seconds), int(peak), said
