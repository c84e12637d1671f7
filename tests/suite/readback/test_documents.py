"""Files that somebody hands over: what is changed in one is found, refused or of no weight, which is named here.

Each begins with a good one of which the outcome is known. A change passes only where nothing that is judged, compared
or excused depends on it.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import reports
from changes import Changed, json_changes, toml_changes, toml_written, with_value, without, written
from subject import CONTRACT

from contracts.comparison.accepted import ACCEPT
from contracts.comparison.gate import Terms, gate
from contracts.comparison.snapshot import CouldNotCompare, Snapshot, render
from contracts.core.errors import ContractsError
from contracts.core.report import Impact, State, Verdict
from contracts.exceptions import deviations
from contracts.exceptions.entry import Entry
from contracts.formats import har, result
from contracts.offline import recording_of, report_of
from contracts.reading import UnforeseenError
from contracts.resources import contract_of
from contracts.sources import read_source
from contracts.targets import file as targets

pytestmark = pytest.mark.uncounted
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REFUSED = 2


def outcome_of(read: Callable[[str], int], text: str) -> int:
    """What reading a text comes to: a status of its own, or that of a refusal in one line."""
    try:
        return read(text)
    except ContractsError as refusal:
        assert not isinstance(refusal, UnforeseenError), f"{refusal}: {text[:2000]}"
        assert "\n" not in str(refusal) and len(str(refusal)) < 1500, text[:2000]
        return REFUSED


def passing(read: Callable[[str], int], changes: Iterable[Changed], honest: str, status: int = 0) -> set[str]:
    """The kinds of places in which a change passes with a status, and is not only another way to write the same."""
    assert outcome_of(read, honest) == status
    return {change.kind for change in changes if change.text != honest and outcome_of(read, change.text) == status}


# Snapshots, results and baselines.

OLD, NEW = reports.conforming(), reports.judged(reports.exchanges(reports.CATEGORIES[1:]))


def compared(old: str, new: str, max_age: float | None = None) -> int:
    """The status of a comparison of two texts, which may be anybody's."""
    sides = []
    for name, text in (("old", old), ("new", new)):
        source, contract = read_source(text.encode("utf-8", "surrogatepass"), name, contract_of)
        sides.append(source)
        if name == "old":
            with suppress(CouldNotCompare):
                source.refuse_unsteady(contract)
    if contract is not CONTRACT:
        return REFUSED
    return gate(CONTRACT, "1", (sides[0], sides[1]), Terms(Impact.BREAKING, max_age), NOW).status


#: What a snapshot says beside the list, and why a comparison may take anything for it.
TOLD = {
    "": "another one altogether",
    "/format": "1.0 is 1",
    "/suite": "by which version it was made: told, for a baseline outlives one",
    "/contract/digest": "likewise, of the contract",
    "/target": "of what: told",
    "/verdict": "what was found then: told as a warning",
    "/partial": "likewise",
    "/source": "of what it was taken",
    "/taken": "when: told, and --max-age makes it fail",
    "/readings": "how often: told where it was once",
}


SNAPSHOTS = [render(Snapshot.from_report(report)) for report in (OLD, NEW)]
RESULTS = [result.render(report) for report in (OLD, NEW)]
#: Of the values that belong nowhere, one in so many is tried in a result: MATRIX=1 tries all.
ONE_IN = int(os.environ.get("MATRIX", "500"))
#: What a comparison is about.
LISTED = ("/list", "/top_level", "/repeat")
OBSERVED = ("/bodies", "/exchanges")


@pytest.mark.parametrize(
    ("texts", "about", "one_in"), [(SNAPSHOTS, LISTED, 1), (RESULTS, OBSERVED, ONE_IN)], ids=["snapshot", "result"]
)
def test_a_changed_side_hides_no_difference(texts: list[str], about: tuple[str, ...], one_in: int) -> None:
    """Where something is gone, no change of a side but of the list itself lets the comparison pass."""
    old, new = texts
    for number, changed in enumerate((old, new)):
        every = json_changes(json.loads(changed), [json.loads(texts[1 - number])], one_in=one_in)
        changes = [change for change in every if one_in == 1 or not change.kind.startswith("/clauses/")]

        def read(text: str, number: int = number) -> int:
            return compared(text, new) if number == 0 else compared(old, text)

        assert outcome_of(read, changed) == 1
        hidden = {change.kind for change in changes if outcome_of(read, change.text) == 0}
        assert {kind for kind in hidden if not kind.startswith(about) and kind} == set()


def test_what_a_snapshot_says_beside_its_list() -> None:
    """A changed snapshot is refused, differs, or says something else of what is only told; its age fails."""
    old = SNAPSHOTS[0]
    changes = list(json_changes(json.loads(old), [json.loads(SNAPSHOTS[1])]))
    passed = passing(lambda text: compared(text, old), changes, old)
    assert {kind for kind in passed if not kind.startswith(LISTED)} <= TOLD.keys()
    for taken, status in (("1999-01-01T00:00:00Z", 1), ("2999-01-01T00:00:00Z", 1), ("2026-11-23T08:00:00Z", 0)):
        aged = written({**json.loads(old), "taken": taken})
        assert outcome_of(lambda text: compared(text, old, max_age=86400.0), aged) == status, taken


# Files of exceptions.

ENTRY = {"reason": '"r"', "owner": '"o"', "link": '"https://x"', "expires": "2999-01-31"}
ACCEPTED = {"rule": '"element-removed"', "id": '"5982f139d48c360021b1eb44"', **ENTRY}
OTHER = {"rule": '"element-removed"', "id": '"another"', **ENTRY}
#: What says why an exception is there and who ends it: any text.
WHY = {"reason", "owner", "link"}


def excused(text: str) -> int:
    """The status of a comparison with exceptions."""
    entries: tuple[Entry, ...] = ACCEPT.read(text, "accept.toml")
    sides = tuple(read_source(side.encode(), "x", contract_of)[0] for side in SNAPSHOTS)
    return gate(CONTRACT, "1", (sides[0], sides[1]), Terms(Impact.BREAKING, None, entries=entries), NOW).status


def test_a_changed_exception_excuses_nothing() -> None:
    """Rule, element and member all have to be the ones that an exception names, and its day has to come."""
    assert excused("") == 1
    changes = toml_changes("accept", [ACCEPTED], OTHER, ACCEPT.keys)
    passed = passing(excused, changes, toml_written("accept", [ACCEPTED]))
    # A name that is the right one, too, and a later day; and the entry twice excuses what it does once.
    assert passed <= WHY | {"expires", "entry"}, passed


BROKEN = reports.body_of([{**reports.CATEGORIES[0], "position": "1"}, *reports.CATEGORIES[1:]])
KNOWN = {"clause": '"category.position"', "pointer": '"/event_categories/*/position"', **ENTRY}


def waived(text: str) -> int:
    """The status of a body with known deviations."""
    known = deviations.kind_of(CONTRACT).read(text, "known.toml")
    report = report_of(recording_of(BROKEN, "body.json", CONTRACT), strict=False, allow_empty=False)
    return deviations.apply(report, known, NOW.date()).status


def test_a_changed_deviation_waives_nothing() -> None:
    """Clause and pointer have to be those of a finding; without a pointer the whole clause is meant."""
    follows = {"clause": '"client.go-readable"', **ENTRY}
    honest = [KNOWN, follows]
    assert waived("") == 1
    changes = list(toml_changes("deviation", honest, {"clause": '"category.id"', **ENTRY}))
    passed = passing(waived, changes, toml_written("deviation", honest))
    pointers = {c.what for c in changes if c.kind == "pointer" and outcome_of(waived, c.text) == 0}
    assert passed <= WHY | {"expires", "entry", "pointer"}, passed
    assert pointers <= {"removed"}


TARGET = {
    "name": '"a"',
    "url": '"https://a.example"',
    "token": '"CONTRACTS_TOKEN_A"',
    "contract": '"event-types"',
    "account": '"x"',
    "tags": '["t"]',
    "environment": '"production"',
    "vendor": '"v"',
    "product": '"p"',
    "version": '"1"',
    "auth": '"either"',
    "deviations": '"known.toml"',
    "baseline": '"old.json"',
    "accept": '"accept.toml"',
    "auth_url": '"https://auth.example"',
    "header_env": '["X-Key=CONTRACTS_TOKEN_KEY"]',
    "ca_bundle": '"ca.pem"',
    "client_cert": '"cert.pem"',
    "client_key": '"key.pem"',
}


def test_no_change_of_a_file_of_targets_is_passed_over() -> None:
    """Whatever is changed is refused, or means another thing; nothing that somebody wrote is silently not read."""
    second = {"name": '"b"', "url": '"https://b.example"'}
    honest = toml_written("target", [TARGET, second])
    meant = targets.read(honest, "targets.toml", contract_of)
    foreign = {"name": '"c"', "url": '"https://c.example"', "token": '"AWS_SECRET_ACCESS_KEY"'}
    for change in toml_changes("target", [TARGET, second], foreign, targets.SETTINGS):

        def read(text: str, change: Changed = change) -> int:
            found = targets.read(text, "targets.toml", contract_of)
            assert found != meant or change.text == honest, (change.where, change.what)
            variables = [variable for entry in found for variable in entry.variables]
            assert all(variable.startswith("CONTRACTS_TOKEN_") for variable in variables)
            return 0

        outcome_of(read, change.text)


# Recordings: a raw answer and a HAR.

HONEST = reports.body_of(reports.CATEGORIES)
STATUS_LINE = "HTTP/1.1 200 OK"
HEADERS = {
    "Date": "Mon, 23 Nov 2026 09:00:00 GMT",
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": str(len(HONEST)),
    "Cache-Control": "max-age=0",
    "Connection": "close",
}
#: The fields on which the framing of an answer, its coding or a clause depends: nothing else is of weight.
JUDGED = {"content-type", "content-length", "transfer-encoding", "content-encoding"}
FIELD_VALUES = (
    *("", " ", "0", "1", "-1", "+5", "0x10", "9" * 5000, "1e3", "chunked", "gzip", "identity", "gzip, chunked", "br"),
    *("application/xml", "text/html", "application/json; charset=latin-1", "application/jsonx", "APPLICATION/JSON"),
    *(
        "x" * 70_000,
        "\x00",
        "\x1b[31m",
        "a\rb",
        "\u202e",
        "$AWS_SECRET_ACCESS_KEY",
        "cloudflare",
        "https://evil.example",
    ),
)
#: Values that say the same in other words.
SAME_AGAIN = {
    "content-type": {"APPLICATION/JSON"},
    "content-encoding": {"", " ", "identity"},
    "transfer-encoding": set(),
}


def raw(lines: Iterable[str], body: bytes = HONEST) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape") + b"\r\n" + body


def checked(content: bytes) -> int:
    """The status of a file that is judged; could not judge is 3, as it is for the command."""
    try:
        return report_of(recording_of(content, "file", CONTRACT), strict=False, allow_empty=False).status
    except ContractsError as refusal:
        assert not isinstance(refusal, UnforeseenError), (refusal, content[:2000])
        assert "\n" not in str(refusal)
        return REFUSED


def answers() -> Iterator[tuple[str, str, bytes]]:
    """Every change of a raw answer: the field, the value, and the bytes."""
    lines = [STATUS_LINE, *(f"{name}: {value}" for name, value in HEADERS.items())]
    for number, line in enumerate(lines):
        name = line.partition(":")[0].lower() if number else "status"
        yield name, "removed", raw([*lines[:number], *lines[number + 1 :]])
        yield name, "doubled", raw([*lines[: number + 1], *lines[number:]])
        for value in FIELD_VALUES:
            changed = f"{line.partition(':')[0]}: {value}" if number else f"HTTP/1.1 {value}"
            yield name, value, raw([*lines[:number], changed, *lines[number + 1 :]])
            if number:
                yield name, f"{value} behind", raw([*lines[: number + 1], changed, *lines[number + 1 :]])
                yield name, f"{value} in front", raw([*lines[:number], changed, *lines[number:]])
        if number:
            yield (
                name,
                "a blank before the colon",
                raw([*lines[:number], line.replace(":", " :", 1), *lines[number + 1 :]]),
            )
            yield name, "no colon", raw([*lines[:number], line.replace(":", "", 1), *lines[number + 1 :]])
    for name in sorted(JUDGED - {header.lower() for header in HEADERS}):
        for value in FIELD_VALUES:
            yield name, value, raw([*lines, f"{name}: {value}"])
    for status in ("HTTP/1.1 2000 OK", "HTTP/1.1 20 OK", "HTTP/1.1 500 OK", "HTTP/1.1 401 OK", "HTTP/9.9 200 OK", "x"):
        yield "status", status, raw([status, *lines[1:]])
    yield "body", "a byte less", raw(lines, HONEST[:-1])
    yield "body", "empty", raw(lines, b"")
    yield "body", "NULs", raw(lines, bytes(len(HONEST)))


def test_a_changed_answer_is_judged_or_refused() -> None:
    """Only fields of which nothing depends may say anything; of the others what says the same passes."""
    assert checked(raw([STATUS_LINE, *(f"{name}: {value}" for name, value in HEADERS.items())])) == 0
    passed = [(name, what) for name, what, content in answers() if checked(content) == 0]
    for name, what in passed:
        if name in ("date", "cache-control", "connection"):
            continue
        if name == "content-length":  # without one the file ends where the answer does; the same twice is one
            assert what in ("removed", "doubled"), what
        else:
            assert what in SAME_AGAIN.get(name, set()) or what == "doubled", (name, what)


HAR = json.loads(har.render(OLD))


def test_a_changed_har_is_judged_or_refused() -> None:
    """Nothing brings the reader down, and the answer to the documented request never passes with another content."""
    assert checked(json.dumps(HAR).encode()) == 0
    listed = next(n for n, entry in enumerate(HAR["log"]["entries"]) if entry["_probe"] == "list")
    for change in json_changes(HAR, [json.loads(har.render(reports.violating()))], one_in=8):
        checked(change.text.encode("utf-8", "surrogatepass"))
    text = ("log", "entries", listed, "response", "content", "text")
    for what, content in (("broken", BROKEN.decode()), ("none", ""), ("NaN", "NaN"), ("XML", "<x/>")):
        assert checked(json.dumps(with_value(HAR, text, content)).encode()) != 0, what
    for steps in (("status",), ("content",), ("headers",)):
        assert checked(written(without(HAR, (*text[:4], *steps))).encode()) != 0, steps


def test_what_a_result_says_of_its_verdict_is_not_believed() -> None:
    """Whoever calls a breach held hands over a baseline that violates the contract, and so it is told."""
    report = reports.judged(reports.exchanges(json.loads(BROKEN)["event_categories"]))
    held = tuple(replace(each, state=State.HELD, findings=(), count=0) for each in report.outcomes)
    claimed = replace(report, outcomes=held)
    assert (report.verdict, claimed.verdict) == (Verdict.VIOLATES, Verdict.CONFORMS)
    source, _ = read_source(result.render(claimed).encode(), "old.json", contract_of)
    assert source.snapshot is not None
    assert source.snapshot.verdict == Verdict.VIOLATES
