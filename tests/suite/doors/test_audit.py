"""The audit: a bundle is held against the plan of its settings, and whoever dresses one up is found."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import reports
from archives import zipped
from door import contracts
from subject import BY_NAME, CONTRACT, SAMPLE

from contracts import bundle
from contracts.audit import Audit, audit
from contracts.core.contract import LIST, REPEAT
from contracts.core.errors import BrokenAnswer, CouldNotJudge, Reason, UsageError
from contracts.core.exchange import Exchange, Headers
from contracts.core.report import Report, State
from contracts.judging.evidence import Evidence
from contracts.judging.judge import report_of
from contracts.mock.server import MockServer
from contracts.resources import contract_of

Change = Callable[[Report], Report]


def packed(folder: Path, *faults: str, options: tuple[str, ...] = ()) -> bytes:
    """The bundle of a run against a mock with these faults."""
    with MockServer(SAMPLE, faults=[BY_NAME[name].apply for name in faults]) as server:
        arguments = ("verify", server.url, "--bundle", "run.zip", *options)
        done = contracts(*arguments, environment={"BEARER_TOKEN": server.token}, folder=folder)
    assert done.status in (0, 1, 3), done.err
    return (folder / "run.zip").read_bytes()


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bundle of a run that conforms."""
    return packed(tmp_path_factory.mktemp("honest"))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bundle of a run in which a MUST and two SHOULD clauses are breached."""
    return packed(tmp_path_factory.mktemp("broken"), "id-number", "unknown-path-listed", "names-shared")


def audited(content: bytes) -> Audit:
    """The audit of a bundle."""
    return audit(content, contract_of, datetime.now(UTC))


def read(content: bytes) -> tuple[Report, dict[str, str]]:
    """The report of a bundle, and its files of deviations and exceptions."""
    files = bundle.unpack(content)
    texts = {name: files[name].decode() for name in (bundle.DEVIATIONS, bundle.ACCEPT) if name in files}
    return reports.reread(files[bundle.RESULT].decode()), texts


def dressed(content: bytes, change: Change) -> bytes:
    """The bundle of a changed report, judged and written again as its maker would, so that everything in it fits."""
    report, texts = read(content)
    changed = change(report)
    if changed.outcomes == report.outcomes:
        evidence = Evidence(changed.target, changed.exchanges, changed.scope, CONTRACT)
        judged = report_of(evidence, CONTRACT.select(changed.scope.selected))
        changed = replace(changed, outcomes=judged.outcomes, listing=judged.listing, locate=judged.locate)
    return bundle.pack(changed, texts.get(bundle.DEVIATIONS), texts.get(bundle.ACCEPT))


def of(report: Report, probe: str) -> Exchange:
    """The first exchange of a probe."""
    return next(exchange for exchange in report.exchanges if exchange.probe == probe)


def each(change: Callable[[Exchange], Exchange], *probes: str) -> Change:
    """A change of the exchanges of some probes, or of all."""

    def changed(report: Report) -> Report:
        return replace(
            report,
            exchanges=tuple(change(e) if not probes or e.probe in probes else e for e in report.exchanges),
        )

    return changed


def without(*probes: str) -> Change:
    """A report without the exchanges of some probes."""
    return lambda r: replace(r, exchanges=tuple(e for e in r.exchanges if e.probe not in probes))


def mended(report: Report) -> tuple[Exchange, ...]:
    """The exchanges of a report with good lists in them."""
    return tuple(
        replace(e, response=e.response and replace(e.response, body=e.response.body.replace(b'"id": 7', b'"id": "7"')))
        for e in report.exchanges
    )


def requested(change: Callable[[str], str]) -> Callable[[Exchange], Exchange]:
    """A change of the URL of a request."""
    return lambda e: replace(e, request=replace(e.request, url=change(e.request.url)))


def with_fields(*fields: tuple[str, str]) -> Callable[[Exchange], Exchange]:
    """A request with these header fields in the place of those of the same name, or beside its own."""

    def changed(exchange: Exchange) -> Exchange:
        names = {name for name, _ in fields}
        kept: Headers = tuple((name, value) for name, value in exchange.request.headers if name not in names)
        return replace(exchange, request=replace(exchange.request, headers=(*kept, *fields)))

    return changed


def with_settings(**texts: str) -> Change:
    """A report that shows other settings."""
    return lambda r: replace(r, settings={**r.settings, **{n: (t, "default") for n, t in texts.items()}})


def twice(report: Report) -> Report:
    """A report with a second observation, all good, behind a first one."""
    second = (e for e in report.exchanges if e.probe not in ("plaintext", "burst"))
    repeats = [replace(of(report, REPEAT), observation=2)] * 3
    return replace(report, exchanges=(*report.exchanges, *(replace(e, observation=2) for e in second), *repeats))


def late(report: Report) -> Report:
    """A report that was late for whatever was breached."""
    return replace(
        report,
        outcomes=tuple(
            replace(o, state=State.INCONCLUSIVE, because=Reason.LATE, findings=(), count=0, observations=0)
            if o.state is State.BREACHED
            else o
            for o in report.outcomes
        ),
    )


def failing(*probes: str, words: str = "the connection broke") -> Change:
    """A report in which the answers to some probes are there, and failures stand over them."""
    return each(lambda e: replace(e, failure=CouldNotJudge(words)), *probes)


DRESSED: dict[str, tuple[Change, str]] = {
    "a good list in front": (lambda r: replace(r, exchanges=(mended(r)[0], *r.exchanges)), "list is there 2 times"),
    "a good list behind": (lambda r: replace(r, exchanges=(*r.exchanges, mended(r)[0])), "list is there 2 times"),
    "a foreign probe": (
        lambda r: replace(r, exchanges=(*r.exchanges, replace(r.exchanges[0], probe="like-list"))),
        "like-list is there 1 times in observation 1, and 0 are planned",
    ),
    "another host": (each(requested(lambda url: url.replace("127.0.0.1", "127.0.0.2"))), "127.0.0.2"),
    "another host for one": (each(requested(lambda url: url.replace("127", "128")), "xml"), "xml was sent as GET"),
    "another path": (each(requested(lambda url: f"{url}/x"), LIST), "list was sent as GET"),
    "a parameter that is known": (each(requested(lambda url: url.partition("?")[0]), "unknown-query"), "unknown-query"),
    "HEAD sent as GET": (
        each(lambda e: replace(e, request=replace(e.request, method="GET")), "head"),
        "head was sent as",
    ),
    "anonymous with the token": (
        each(with_fields(("Authorization", "Bearer $BEARER_TOKEN")), "anonymous"),
        "anonymous",
    ),
    "the token in place of a made-up one": (
        each(with_fields(("Authorization", "Bearer $BEARER_TOKEN")), "invalid-token"),
        "another token than the seed makes up",
    ),
    "a made-up token of one's own": (
        each(with_fields(("Authorization", "Bearer not-a-token")), "invalid-token"),
        "another token than the seed makes up",
    ),
    "no token at all": (
        each(lambda e: replace(e, request=replace(e.request, headers=())), "invalid-token"),
        "another token than the seed makes up",
    ),
    "JSON asked for in place of XML": (each(with_fields(("Accept", "application/json")), "xml"), "header fields"),
    "a field beside": (each(with_fields(("X-Conform", "please"))), "other header fields than planned: X-Conform"),
    "a failure over an answer": (failing("unknown-path", "xml"), "the answer to xml is there, and is not judged"),
    "a broken answer that is whole": (
        each(lambda e: replace(e, failure=BrokenAnswer("x")), "head"),
        "the answer to head is there, and is not judged",
    ),
    "not sent, although the list was answered": (
        each(lambda e: replace(e, response=None, failure=CouldNotJudge("not sent: x")), "unknown-path"),
        "unknown-path was not sent, although the list was answered",
    ),
    "neither answer nor failure": (each(lambda e: replace(e, response=None), "xml"), "has neither an answer nor"),
    "a second observation that nothing called for": (twice, "in a second observation, and the answers of the first"),
    "made in 2999": (lambda r: replace(r, started="2999-01-01T00:00:00Z"), "made in the future"),
    "made tomorrow by its length": (lambda r: replace(r, seconds=86400.0), "made in the future"),
    "a policy of its own": (lambda r: replace(r, scope=replace(r.scope, policy="public")), "result.json"),
    "embedded no more": (lambda r: replace(r, scope=replace(r.scope, live=True, plaintext=True)), "result.json"),
    "some clauses": (lambda r: replace(r, scope=replace(r.scope, selected=("json",))), "category.id is missing"),
    "an empty list allowed": (lambda r: replace(r, allow_empty=True), "result.json"),
    "strict no more": (lambda r: replace(r, strict=not r.strict), "result.json"),
    "another target": (lambda r: replace(r, target="https://api.example/v1/event_categories"), "result.json"),
    "more requests planned": (lambda r: replace(r, requests=replace(r.requests, planned=99)), "result.json"),
    "called otherwise": (
        lambda r: replace(r, identity=replace(r.identity, name="production")),
        "result.json: is not what the exchanges give",
    ),
    "deviations named": (with_settings(deviations="known.toml"), "deviations.toml: the settings name one, and it is"),
    "a baseline named": (with_settings(baseline="old.json"), "baseline.json: the settings name one, and it is missing"),
    "more repetitions": (with_settings(repeat="3"), "result.json"),
    "more sent than allowed": (
        lambda r: replace(with_settings(max_requests="1")(r), requests=replace(r.requests, limit=1)),
        "requests: 8 were sent, and 1 are allowed",
    ),
    "another seed": (with_settings(seed="7"), "unknown-path was sent as"),
    "credentials named": (with_settings(credentials="none"), "list was sent with other header fields"),
    "late over a breach": (late, "category.id: inconclusive"),
}


@pytest.mark.uncounted
@pytest.mark.parametrize("name", DRESSED)
def test_a_dressed_bundle_is_found(name: str, broken: bytes, honest: bytes, tmp_path: Path) -> None:
    """Whatever its maker puts in the place of what the settings plan, all files fitting: one clear sentence, exit 1."""
    change, words = DRESSED[name]
    for content in (broken, honest) if name != "late over a breach" else (broken,):
        (tmp_path / "x.zip").write_bytes(dressed(content, change))
        done = contracts("audit", str(tmp_path / "x.zip"), "--expect", "conforms", "--quiet")
        assert done.status in (1, 3) if name == "more repetitions" else done.status == 1, done.out
        assert words in done.out or name == "more repetitions"
        assert "CONFORMS" not in done.last_line


def test_honest_bundles_agree(honest: bytes, broken: bytes) -> None:
    """What nobody has touched agrees, also when it was judged and written again."""
    for content in (honest, broken):
        for each_ in (content, dressed(content, lambda report: report)):
            found = audited(each_)
            assert (found.differences, found.missing) == ((), ())


@pytest.mark.parametrize("probes", [("unknown-path",), ("unknown-path", "unknown-query"), ("xml",), (LIST,), (REPEAT,)])
def test_missing_answers_are_inconclusive(probes: tuple[str, ...], honest: bytes, tmp_path: Path) -> None:
    """What the settings plan and the bundle lacks is named, whether or not it could have failed the run: exit 3."""
    (tmp_path / "x.zip").write_bytes(dressed(honest, without(*probes)))
    done = contracts("audit", str(tmp_path / "x.zip"), "--quiet")
    assert done.status == 3, done.out
    assert f"missing   the answer to {probes[0]} of observation 1" in done.out
    assert done.last_line.startswith(f"INCOMPLETE: {len(probes)} answer")


def test_no_exchange_is_no_verdict(honest: bytes, tmp_path: Path) -> None:
    """A bundle without any exchange says nothing."""
    (tmp_path / "x.zip").write_bytes(dressed(honest, lambda r: replace(r, exchanges=())))
    assert contracts("audit", str(tmp_path / "x.zip")).status == 3


def test_a_second_observation_is_called_for(tmp_path: Path) -> None:
    """Where the answers of the first differ a second one is planned: whole it agrees, without it is inconclusive."""
    content = packed(tmp_path, "second-answer-shorter", options=("--settle", "0.2"))
    assert (audited(content).differences, audited(content).missing) == ((), ())
    report, _ = read(content)
    assert {exchange.observation for exchange in report.exchanges} == {1, 2}
    left = dressed(content, lambda r: replace(r, exchanges=tuple(e for e in r.exchanges if e.observation == 1)))
    assert "the answer to list of observation 2" in audited(left).missing
    ended = max(exchange.began + exchange.seconds for exchange in report.exchanges if exchange.observation == 1)
    early = min(exchange.began for exchange in report.exchanges if exchange.observation == 2) - ended - 0.1
    soon = dressed(content, each(lambda e: replace(e, began=e.began - early * (e.observation - 1))))
    assert any("and has to wait 0.2 s (--settle)" in line for line in audited(soon).differences)
    good = dressed(content, lambda r: replace(r, exchanges=(*r.exchanges, r.exchanges[-1])))
    assert any("in observation 2, and 4 are planned" in line for line in audited(good).differences)


@pytest.mark.parametrize(
    "change", [lambda r: replace(r, started="1999-01-01T00:00:00Z"), lambda r: r], ids=["old", "new"]
)
def test_the_age_is_told(change: Change, honest: bytes, tmp_path: Path) -> None:
    """How old a run is stands in the last line, and --max-age lets one that is too old fail."""
    (tmp_path / "x.zip").write_bytes(content := dressed(honest, change))
    is_old = audited(content).made.year == 1999
    done = contracts("audit", str(tmp_path / "x.zip"))
    assert done.status == 0, done.out
    assert re.search(r"\d,?\d{3} days ago: CONFORMS" if is_old else r"\d minutes? ago: CONFORMS", done.last_line)
    done = contracts("audit", str(tmp_path / "x.zip"), "--max-age", "30")
    assert done.status == is_old
    assert ("and --max-age allows 30 days" in done.out) == is_old
    assert contracts("audit", str(tmp_path / "x.zip"), "--max-age", "soon").status == 2
    by_variable = contracts("audit", str(tmp_path / "x.zip"), environment={"CONTRACTS_MAX_AGE": "30d"})
    assert (by_variable.status, by_variable.out) == (done.status, done.out)


def test_clocks_may_differ_by_five_minutes(honest: bytes) -> None:
    """What was made a little later than now is forgiven."""
    for minutes, differs in ((4, False), (6, True)):
        started = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="seconds").replace("+00:00", "Z")
        content = dressed(honest, lambda r, started=started: replace(r, started=started))  # type: ignore[misc]
        assert bool(audited(content).differences) is differs


@pytest.mark.parametrize(
    ("change", "words"),
    ids=count(),
    argvalues=[
        (lambda r: replace(r, suite="9.9"), "version 9.9"),
        (lambda r: replace(r, digest="sha256:beef"), "sha256:beef"),
        (lambda r: replace(r, started=""), "does not say when the run was made"),
        (lambda r: replace(r, started="2026-01-01"), "does not say when the run was made"),
        (with_settings(timeout="soon"), "settings: timeout"),
        (with_settings(timeout="1e1"), "settings: timeout"),
        (with_settings(clause="no.such"), "no clause matches"),
        (with_settings(target="https://user@x"), "user name"),
        (with_settings(target="127.0.0.1"), "settings: "),
        (with_settings(seed="a new one in each run"), "settings: "),
        (with_settings(contract="event-types"), "settings: "),
        (with_settings(more="x"), "settings: "),
        (lambda r: replace(r, settings={}), "settings: the setting"),
    ],
)
def test_what_cannot_be_judged_again(change: Change, words: str, honest: bytes) -> None:
    """Another version, another contract, no time and settings that are none are refused in one sentence."""
    with pytest.raises(UsageError, match=words):
        audited(dressed(honest, change))


def test_what_is_the_makers_is_told(tmp_path: Path) -> None:
    """Deviations, exceptions and baseline are not known to whoever reads: the verdict stands with them, and says so."""
    (tmp_path / "known.toml").write_text(
        '[[deviation]]\nclause = "list.names-unique"\nreason = "r"\nowner = "o"\nexpires = 2999-01-31\n'
    )
    with MockServer(SAMPLE) as server:
        old = ("snapshot", server.url, "-o", "old.json")
        assert contracts(*old, environment={"BEARER_TOKEN": server.token}, folder=tmp_path).status == 0
    content = packed(tmp_path, "names-shared", options=("--deviations", "known.toml", "--baseline", "old.json"))
    done = contracts("audit", "run.zip", "--quiet", folder=tmp_path)
    assert done.status == 0, done.out
    assert "note      the known deviations and the baseline are those of whoever made the bundle" in done.out
    for name in ("deviations.toml", "baseline.json"):
        files = bundle.unpack(content)
        del files[name]
        assert any(line.startswith(f"{name}: the settings name one") for line in audited(zipped(files)).differences)


@pytest.mark.parametrize("name", ["deviations.toml", "accept.toml", "baseline.json"])
def test_what_no_setting_names_is_found(name: str, honest: bytes) -> None:
    """A file that excuses something and that the run did not have is none of the bundle."""
    files = bundle.unpack(honest) | {name: b"" if name != "baseline.json" else b"{}"}
    if name == "baseline.json":
        with pytest.raises(UsageError, match="the baseline"):
            audited(zipped(files))
        return
    assert any(
        line == f"{name}: the settings name none, and it is there" for line in audited(zipped(files)).differences
    )
