"""``make fuzz``: inputs that nobody would write, against everything that reads what others hand over.

Each reader gets mutations of valid examples for a while. It has to take them, or refuse them in one line of its own
(UsageError, CouldNotJudge): another exception, or an input that costs seconds, is printed with the seed that makes it
again. Time-boxed: ``python -m tests.endurance.fuzz SECONDS [SEED]``.
"""

import json
import random
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from contracts import bundle
from contracts.audit import audit
from contracts.comparison import snapshot
from contracts.comparison.accepted import ACCEPT
from contracts.core.errors import CouldNotJudge, UsageError
from contracts.event_categories.contract import CONTRACT
from contracts.event_categories.sample import categories
from contracts.exceptions import deviations
from contracts.formats import har, html, junit, markdown, result, terminal
from contracts.judging.strict_json import decode, value_of
from contracts.offline import recording_of, report_of
from contracts.prepare import prepare
from contracts.reading import UnforeseenError
from contracts.resources import contract_of
from contracts.run import verify
from contracts.settings.sources import resolve
from contracts.targets import file as targets

#: No input of a few kilobytes may cost more, in seconds of the processor.
SLOW = 5.0
BODY = json.dumps({"event_categories": categories(3)}).encode()
RESPONSE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n0\r\n\r\n"
)
TRANSCRIPT = (
    b"* Connected to x\n> GET / HTTP/1.1\r\n> \r\n< HTTP/1.1 200 OK\r\n< X: y\r\n< \r\n{ [25 bytes data]\n"
    b'{"event_categories": []}\n* Connection #0 to host x left intact\n'
)
ENTRIES = b'[[deviation]]\nclause = "category.id"\npointer = "/a/*"\nreason = "x"\nowner = "y"\nexpires = 2030-01-31\n'
TARGETS = (
    b'[[target]]\nname = "a"\nurl = "https://a.example"\ntoken = "A_TOKEN"\ntags = ["x"]\nauth = "public"\n'
    b'[[target]]\nname = "b"\nurl = "[::1]:8080"\ncontract = "event-types"\n'
)
ACCEPTED = (
    b'[[accept]]\nrule = "value-changed"\nid = "1"\nmember = "name"\nreason = "x"\nowner = "y"\nexpires = 2030-01-31\n'
)
SETTINGS = b'timeout = 3\nclause = ["json", "list"]\nmax-body = "1MiB"\nstrict = true\nauth = "public"\n'
#: Pieces that mean something to one of the readers.
TOKENS = (
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b"\\",
        b"\\u",
        b"\\ud800",
        b",",
        b":",
        b"null",
        b"-",
        b"1e400",
        b"9" * 5000,
        b"NaN",
    ),
    *(b"\xff", b"\xef\xbb\xbf", b"\0", b"\r\n", b"\r\n\r\n", b"HTTP/1.1 100 x", b"Content-Length: -1", b"ffffffff\r\n"),
    *(b"PK\x03\x04", b"[[", b"]]", b"= ", b"/*" * 40, b"[" * 300, b'{"a":' * 300, b'"id":', b'"position":', b"##[x]"),
)


def judged(content: bytes) -> None:
    """Judge a file and render it in every format."""
    report = report_of(recording_of(content, "fuzz", CONTRACT), strict=False, allow_empty=False)
    for writer in (result, html, junit, markdown, terminal, har):
        writer.render(report)


def audited(content: bytes) -> None:
    """Audit an archive."""
    audit(content, contract_of, datetime.now(UTC))


def resolved(content: bytes) -> None:
    """Read a settings file."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "contracts.toml").write_bytes(content)
        resolve({}, {}, Path(folder))


@cache
def archive() -> bytes:
    """A bundle of a run against the embedded mock."""
    with prepare(resolve({"mock": True}, {}, Path("/")), CONTRACT, {}) as run:
        return bundle.pack(verify(run), ENTRIES.decode())


def archived(content: bytes) -> None:
    """Put the content into a well-formed archive, so that what reads its files is reached."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        files = {**bundle.unpack(archive()), bundle.DEVIATIONS: content}
        for name, text in files.items():
            opened.writestr(name, text)
    audited(stream.getvalue())


def examples() -> dict[str, tuple[Callable[[bytes], object], list[bytes]]]:
    """Every reader by its name, with valid inputs to begin from."""
    report = report_of(recording_of(BODY, "fuzz", CONTRACT), strict=False, allow_empty=False)
    return {
        "decoder": (decode, [BODY, b'{"a": [1.5, -0, "\\ud83d\\ude00"], "a": null}']),
        "check": (judged, [BODY, RESPONSE, har.render(report).encode()]),
        "response": (judged, [RESPONSE, TRANSCRIPT, RESPONSE.decode().encode("utf-16")]),
        "har": (
            lambda content: har.read(value_of(content, "the HAR"), CONTRACT.probe, lambda _: True),
            [har.render(report).encode()],
        ),
        "result": (
            lambda content: result.read(value_of(content, "the report"), contract_of),
            [result.render(report).encode()],
        ),
        "bundle": (audited, [archive()]),
        "bundled deviations": (archived, [ENTRIES]),
        "deviations": (
            lambda content: deviations.kind_of(CONTRACT).read(content.decode("utf-8", "replace"), "fuzz"),
            [ENTRIES],
        ),
        "settings": (resolved, [SETTINGS]),
        "targets": (lambda content: targets.read(content.decode("utf-8", "replace"), "fuzz", contract_of), [TARGETS]),
        "accepted": (lambda content: ACCEPT.read(content.decode("utf-8", "replace"), "fuzz"), [ACCEPTED]),
        "snapshot": (
            lambda content: snapshot.read(content.decode("utf-8", "replace"), "fuzz"),
            [snapshot.render(snapshot.Snapshot.from_report(report)).encode()],
        ),
    }


def mutations(content: bytes, chance: random.Random) -> bytes:
    """Return the content after a few changes."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        start = chance.randrange(len(changed) + 1)
        end = min(len(changed), start + chance.choice((0, 1, 1, 4, 64)))
        piece = chance.choice((chance.choice(TOKENS), chance.randbytes(2), bytes(changed[start:end]) * 2, b""))
        changed[start:end] = piece
    return bytes(changed)


def failures(seed: int, rounds: int | None = None, seconds: float = 0.0) -> Iterator[str]:
    """Yield in words every input that a reader neither took nor refused, or that was slow."""
    chance = random.Random(seed)
    readers = examples()
    ends = time.monotonic() + seconds
    done = 0
    while (rounds is not None and done < rounds) or time.monotonic() < ends:
        done += 1
        for name, (read, valid) in readers.items():
            content = mutations(chance.choice(valid), chance)
            before = time.process_time()
            try:
                read(content)
            except (UsageError, CouldNotJudge) as refusal:
                if isinstance(refusal, UnforeseenError):
                    yield f"{name}: {refusal}: {content!r}"
                if "\n" in str(refusal):
                    yield f"{name}: refused in more than one line: {content!r}"
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                yield f"{name}: {type(error).__name__}: {error}: {content!r}"
            if time.process_time() - before > SLOW:
                yield f"{name}: {time.process_time() - before:.0f} s: {content!r}"


if __name__ == "__main__":
    seconds_, seed_ = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    print(f"seed {seed_}, {seconds_:.0f} s")
    found = list(failures(seed_, seconds=seconds_))
    print("\n".join(found) or "nothing found")
    sys.exit(bool(found))
