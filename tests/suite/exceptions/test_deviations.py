"""Deviations: narrow, with a reason and an end; stale ones fail, and nothing excuses an inconclusive run."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cases import ok, raw, run
from door import contracts
from reports import CATEGORIES, exchanges
from subject import BY_NAME as FAULTS
from subject import CONTRACT, PROBES, SAMPLE

from contracts.core.errors import UsageError
from contracts.core.exchange import Response
from contracts.core.report import Report, Scope, StaleDeviation, State, Verdict
from contracts.exceptions import deviations, proposal
from contracts.exceptions.entry import Entry
from contracts.formats import html, junit, markdown, result, terminal
from contracts.formats.wording import headline, stale
from contracts.global_information.clauses import READING
from contracts.judging import judge
from contracts.judging.evidence import Evidence
from contracts.judging.judge import outcomes
from contracts.mock.faults.lists import changed
from contracts.mock.reply import Change
from contracts.mock.server import MockServer

TODAY = date(2030, 1, 15)
KIND = deviations.kind_of(CONTRACT)
ENTRY = 'clause = "category.id"\nreason = "being fixed"\nowner = "team"\nexpires = 2030-01-31\n'


def report_of(*broken: int) -> Report:
    """A report of a list in which the ids at these places are numbers; only the list itself is judged."""
    elements = [{**c, "id": 7} if i in broken else c for i, c in enumerate(CATEGORIES)]
    evidence = Evidence(
        "http://127.0.0.1", tuple(e for e in exchanges(elements) if e.probe in READING), Scope(), CONTRACT
    )
    return Report(CONTRACT, "0", CONTRACT.digest, "http://127.0.0.1", outcomes(evidence), evidence.exchanges)


def state_of(report: Report, clause: str) -> State:
    """The state of one clause."""
    return next(outcome.state for outcome in report.outcomes if outcome.clause.id == clause)


def entries(*texts: str) -> tuple[Entry, ...]:
    """The entries of these texts."""
    return KIND.read("".join(f"[[deviation]]\n{text}\n" for text in texts), "deviations.toml")


def test_a_match_is_waived_and_says_so() -> None:
    """A waived breach does not fail the run, and is shown with its reason, owner and end."""
    before = report_of(1)
    assert "category.id" in [outcome.clause.id for outcome in before.failing]
    both = ENTRY, ENTRY.replace("category.id", "client.go-readable")
    after = deviations.apply(before, entries(*both), TODAY)
    waived = next(outcome for outcome in after.outcomes if outcome.clause.id == "category.id")
    assert waived.state is State.WAIVED
    assert waived.notes == ("waived until 2030-01-31: being fixed (team)",)
    assert after.failing == ()
    assert after.stale == ()


def test_what_follows_from_a_waived_breach_stays_a_breach() -> None:
    """An entry excuses its own clause: that a client cannot read the same id fails the run until it is waived, too."""
    after = deviations.apply(report_of(1), entries(ENTRY), TODAY)
    assert [outcome.clause.id for outcome in after.causes] == ["client.go-readable"]


def judged(answers: dict[str, Response]) -> Report:
    """A report of these answers, in which every clause is judged."""
    return judge.report_of(run(answers))


TEXTS = [{**category, "position": str(category["position"])} for category in CATEGORIES]
POSITION, GO = (ENTRY.replace("category.id", clause) for clause in ("category.position", "client.go-readable"))


def test_what_a_waived_breach_leaves_nothing_to_judge_is_waived_with_it() -> None:
    """Positions that are all text leave nothing to sort by: no entry could excuse that, and it is waived with them."""
    before = judged(dict.fromkeys(PROBES, ok(*TEXTS)))
    left = {"list.positions-distinct", "client.js-exact"}
    assert {outcome.clause.id for outcome in before.unjudged if outcome.because is None} >= left
    after = deviations.apply(before, entries(POSITION, GO), TODAY)
    assert {outcome.clause.id for outcome in after.of(State.WAIVED)} == left | {
        "category.position",
        "client.go-readable",
    }
    told = next(outcome.notes for outcome in after.outcomes if outcome.clause.id == "client.js-exact")
    why = "the answer holds nothing to judge it on"
    assert told == (f"waived with category.position, client.go-readable: {why}",)
    assert not [outcome for outcome in after.unjudged if outcome.clause.probes == ("list",)]
    for format_ in (terminal, markdown, junit, html, result):
        assert format_.render(after)


def test_what_another_breach_leaves_nothing_to_judge_is_not_waived() -> None:
    """Beside a breach that is not waived nobody knows which of the two it was; and an empty list is no breach."""
    broken = [{**category, "id": 7} for category in TEXTS]
    after = deviations.apply(judged({"list": ok(*broken)}), entries(POSITION, GO), TODAY)
    assert state_of(after, "client.js-exact") is State.NOT_EXERCISED
    empty = raw('{"event_categories": []}', ("Content-Type", "text/html"))
    after = deviations.apply(judged({"list": empty}), entries(ENTRY.replace("category.id", "http.content-type")), TODAY)
    assert state_of(after, "client.js-exact") is State.NOT_EXERCISED


def test_what_was_not_asked_is_not_waived_with_anything() -> None:
    """A clause whose request was not sent stays unjudged, whatever is waived of the list."""
    after = deviations.apply(judged({"list": ok(*TEXTS)}), entries(POSITION, GO), TODAY)
    assert state_of(after, "http.head") is State.NOT_EXERCISED


def test_a_breach_in_the_body_as_a_whole_is_proposed_without_a_place() -> None:
    """Which byte a decoder stops at is an accident: an entry for it would excuse nothing tomorrow."""
    text = proposal.deviations(judged({"list": raw("{")}), TODAY)
    assert "pointer" not in text.partition('clause = "json.well-formed"')[2]
    assert "byte" not in text


@pytest.mark.parametrize("pointer", ["/event_categories/1/id", "/event_categories/*/id"])
def test_a_pointer_narrows(pointer: str) -> None:
    """An entry with a pointer excuses the finding there; a star stands for one step."""
    narrow = f'{ENTRY}pointer = "{pointer}"\n'
    assert state_of(deviations.apply(report_of(1), entries(narrow), TODAY), "category.id") is State.WAIVED
    both = deviations.apply(report_of(1, 3), entries(narrow), TODAY)
    expected = State.WAIVED if "*" in pointer else State.BREACHED
    assert state_of(both, "category.id") is expected


def test_a_new_breach_elsewhere_is_not_hidden() -> None:
    """What is left after an entry was applied is what fails, and nothing else."""
    narrow = f'{ENTRY}pointer = "/event_categories/1/id"\n'
    after = deviations.apply(report_of(1, 3), entries(narrow), TODAY)
    left = next(outcome for outcome in after.outcomes if outcome.clause.id == "category.id")
    assert [finding.where for finding in left.findings] == ["/event_categories/3/id"]
    assert left.count == 1


def test_a_star_stops_at_a_slash() -> None:
    """A star is one step of a pointer, not any text."""
    wide = f'{ENTRY}pointer = "/*/id"\n'
    assert state_of(deviations.apply(report_of(1), entries(wide), TODAY), "category.id") is State.BREACHED


def test_stale_entries_fail_the_run() -> None:
    """An entry that matches nothing any more fails a run in which its clause was judged."""
    after = deviations.apply(report_of(), entries(ENTRY), TODAY)
    assert after.stale == (StaleDeviation(1, "category.id"),)
    assert after.status == 1


def test_stale_entries_leave_the_verdict_alone() -> None:
    """The target is not accused of what is wrong with a file: it conforms, and the words say what fails the run."""
    after = deviations.apply(report_of(), entries(ENTRY), TODAY)
    assert after.verdict is Verdict.CONFORMS
    assert headline(after) == "conforms, but 1 known deviation is stale"
    assert "matches nothing any more" in stale(after.stale[0])


def test_expired_entries_excuse_nothing() -> None:
    """From the day after its expiry on an entry fails the run, and so does the breach it excused."""
    on_the_day = deviations.apply(report_of(1), entries(ENTRY), date(2030, 1, 31))
    assert state_of(on_the_day, "category.id") is State.WAIVED
    after = deviations.apply(report_of(1), entries(ENTRY), date(2030, 2, 1))
    assert state_of(after, "category.id") is State.BREACHED
    assert [entry.expired for entry in after.stale] == [date(2030, 1, 31)]
    assert "expired on 2030-01-31" in stale(after.stale[0])


def test_nothing_excuses_an_inconclusive_run() -> None:
    """A clause that could not be judged stays inconclusive, and its entry is not called stale."""
    evidence = Evidence("http://127.0.0.1", (), Scope(), CONTRACT)
    report = Report(CONTRACT, "0", CONTRACT.digest, "http://127.0.0.1", outcomes(evidence), ())
    after = deviations.apply(report, entries(ENTRY), TODAY)
    assert after.verdict is Verdict.INCONCLUSIVE
    assert after.stale == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[deviation]\n", "deviations.toml"),
        ("[[waiver]]\n", "only \\[\\[deviation"),
        ('deviation = "x"\n', "only"),
        ("[[deviation]]\n" + ENTRY.replace("category.id", "category.ids"), "there is no clause 'category.ids'"),
        ("[[deviation]]\n" + ENTRY.replace("being fixed", " "), "reason is missing"),
        ("[[deviation]]\n" + ENTRY.replace("owner", "reviewer"), "no key 'reviewer'"),
        ("[[deviation]]\n" + ENTRY.replace('owner = "team"', 'owner = ""'), "owner or link"),
        ("[[deviation]]\n" + ENTRY.replace("2030-01-31", '"soon"'), "expires must be a date"),
        ("[[deviation]]\n" + ENTRY.replace("2030-01-31", "2030-01-31T10:00:00"), "expires must be a date"),
        ("[[deviation]]\n" + ENTRY + "pointer = 7\n", "pointer must be text"),
        ("[[deviation]]\n" + ENTRY + "[[deviation]]\nreason = 'x'\n", "entry 2: clause is missing"),
    ],
)
def test_malformed_files(text: str, words: str) -> None:
    """A file that cannot be understood is a usage error that names the entry and the key."""
    with pytest.raises(UsageError, match=words):
        KIND.read(text, "deviations.toml")


def completed(text: str) -> tuple[Entry, ...]:
    """The entries of a proposal after somebody filled it in."""
    filled = text.replace('reason = ""', 'reason = "x"').replace('owner = ""', 'owner = "me"')
    return KIND.read(filled, "filled")


def test_the_proposal_needs_only_a_reason_and_an_owner() -> None:
    """What a failing run proposes is refused as it stands, and excuses everything once it is filled in."""
    report = report_of(0, 2)
    text = proposal.deviations(report, TODAY)
    with pytest.raises(UsageError, match="reason is missing"):
        KIND.read(text, "proposal")
    after = deviations.apply(report, completed(text), TODAY)
    assert after.failing == ()
    assert after.stale == ()


def test_the_proposal_counts_and_generalises() -> None:
    """One entry covers all elements that break a clause in the same way, and says how many there are."""
    text = proposal.deviations(report_of(0, 2), TODAY)
    assert '# 2 findings\n[[deviation]]\nclause = "category.id"\npointer = "/event_categories/*/id"\n' in text
    assert text.count('clause = "category.id"') == 1


def test_the_proposal_ends_on_several_days() -> None:
    """Entries that expire on one day would fail every run at once."""
    ends = [entry.expires for entry in completed(proposal.deviations(report_of(0), TODAY))]
    assert len(ends) > 1
    assert len(set(ends)) == len(ends)


def test_more_than_is_known_is_proposed_whole() -> None:
    """Where only the first findings of a clause are kept, no pointer covers the others for certain."""
    report = report_of(1)
    many = tuple(replace(o, count=1000) if o.clause.id == "category.id" else o for o in report.outcomes)
    [entry] = [
        e
        for e in completed(proposal.deviations(replace(report, outcomes=many), TODAY))
        if e.names["clause"] == "category.id"
    ]
    assert "pointer" not in entry.names


@pytest.mark.parametrize("where", ['/a"b', "/a\\b", "/new\nline", "/\x1b[31m", "/\ud800", "/é~1"])
def test_hostile_names_in_a_proposal(where: str) -> None:
    """Whatever a target names its members, the proposal is valid TOML."""
    report = report_of(1)
    [broken, *_] = report.failing
    hostile = replace(broken, findings=(replace(broken.findings[0], where=where),), count=1)
    assert len(completed(proposal.deviations(replace(report, outcomes=(hostile,)), TODAY))) == 1


@pytest.mark.parametrize(
    ("days", "words"), [(0, "today is the last day"), (1, "only 1 day left"), (14, "only 14 days left")]
)
def test_an_end_that_is_near_is_told(days: int, words: str) -> None:
    """From 14 days before its expiry on, the clause that an entry excuses says so."""
    end = date(2030, 1, 31)
    near = deviations.apply(report_of(1), entries(ENTRY), end - timedelta(days=days))
    assert any(words in note for o in near.of(State.WAIVED) for note in o.notes)
    far = deviations.apply(report_of(1), entries(ENTRY), end - timedelta(days=15))
    assert not any("left" in note for o in far.of(State.WAIVED) for note in o.notes)


def test_many_stars_cost_nothing() -> None:
    """A star stands for one step: a pointer of many is compared step by step."""
    report = report_of(1)
    [outcome] = [each for each in report.failing if each.clause.id == "category.id"]
    for where, state in (("/a" * 5001, State.BREACHED), ("/a" * 5000, State.WAIVED)):
        deep = replace(outcome, findings=(replace(outcome.findings[0], where=where),), count=1)
        after = deviations.apply(
            replace(report, outcomes=(deep,)), entries(ENTRY + f'pointer = "{"/*" * 5000}"\n'), TODAY
        )
        assert state_of(after, "category.id") is state


def test_entries_take_linear_time() -> None:
    """Tens of thousands of entries are read, matched and found stale within the time of a test."""
    texts = (f'{ENTRY}pointer = "/event_categories/{n}/{step}"\n' for n in range(10_000) for step in ("id", "*"))
    many = entries(*texts)
    after = deviations.apply(report_of(1), many, TODAY)
    assert state_of(after, "category.id") is State.WAIVED
    assert len(after.stale) == len(many) - 2


@pytest.mark.parametrize(
    "change", [FAULTS["id-number"].apply, changed("position", lambda index, _: str(index))], ids=["id", "positions"]
)
def test_entries_are_written_to_a_new_file(tmp_path: Path, change: Change) -> None:
    """--write-deviations writes what is to be completed, never over a file, and nothing where nothing fails.

    Completed, they end the run, also where what they excuse leaves other clauses nothing to judge.
    """
    file = tmp_path / "new.toml"
    with MockServer(SAMPLE, faults=[change]) as server:
        environment = {"BEARER_TOKEN": server.token}
        done = contracts("verify", server.url, "--write-deviations", str(file), environment=environment)
        assert done.status == 1
        assert completed(file.read_text())
        again = contracts("verify", server.url, "--write-deviations", str(file), environment=environment)
        assert again.status == 2
        assert "exists already" in again.err
        text = file.read_text().replace('reason = ""', 'reason = "x"').replace('owner = ""', 'owner = "me"')
        file.write_text(text)
        waived = contracts("verify", server.url, "--deviations", str(file), environment=environment)
    assert waived.status == 0, waived.out
    assert waived.last_line.startswith("PARTIAL (breaches are waived): ")
    assert contracts("verify", "--mock", "--write-deviations", str(tmp_path / "none.toml")).status == 0
    assert not (tmp_path / "none.toml").exists()


def test_files_have_deviations_too(tmp_path: Path) -> None:
    """Check --deviations waives what is known of a file, and a stale entry fails it."""
    body, known = tmp_path / "body.json", tmp_path / "known.toml"
    body.write_text(json.dumps({"event_categories": [{**CATEGORIES[0], "id": 7}, CATEGORIES[1]]}))
    known.write_text(f"[[deviation]]\n{ENTRY}[[deviation]]\n{ENTRY.replace('category.id', 'client.go-readable')}")
    done = contracts("check", str(body), "--deviations", str(known))
    assert done.status == 0, done.out
    body.write_text(json.dumps({"event_categories": CATEGORIES}))
    stale = contracts("check", str(body), "--deviations", str(known), "--quiet")
    assert stale.status == 1
    assert "matches nothing any more" in stale.out
    assert "VIOLATES" not in stale.out


@pytest.mark.parametrize("value", ["[" * 2000, "9" * 5000, "{a=" * 2000])
def test_hostile_toml_is_one_line(value: str) -> None:
    """Deep nesting and endless numbers are refused as any other mistake."""
    with pytest.raises(UsageError, match=r"deviations\.toml: ") as refusal:
        KIND.read(f"[[deviation]]\nreason = {value}\n", "deviations.toml")
    assert "\n" not in str(refusal.value)


def test_prune_keeps_everything_else() -> None:
    """Pruning takes out the stale entries with their comments, and leaves the rest as it was written."""
    text = (
        "# Known deviations of the staging server\n\n"
        f"# about ids\n[[deviation]]\n{ENTRY}\n"
        f"# about names\n[[ deviation ]]  # kept\n{ENTRY.replace('category.id', 'category.name')}"
    )
    pruned = KIND.prune(text, {1}, "deviations.toml")
    assert "about ids" not in pruned
    assert "# about names\n[[ deviation ]]  # kept\n" in pruned
    assert [entry.names["clause"] for entry in KIND.read(pruned, "x")] == ["category.name"]
    assert KIND.prune(text, set(), "x") == text


def test_prune_refuses_what_it_cannot_rewrite() -> None:
    """A file in another notation is left alone rather than damaged."""
    inline = "deviation = [" + json.dumps({"x": 1}).replace('"x": 1', ENTRY.strip().replace("\n", ", ")) + "]\n"
    assert len(KIND.read(inline, "x")) == 1
    with pytest.raises(UsageError, match="by hand"):
        KIND.prune(inline, {1}, "x")


def test_prune_takes_the_stale_entries_out_of_the_file(tmp_path: Path) -> None:
    """The run that finds them stale still fails; the next one, by the file as it then is, conforms."""
    known = tmp_path / "known.toml"
    known.write_text(f"# about ids\n[[deviation]]\n{ENTRY}")
    found = contracts("verify", "--mock", "--deviations", str(known), "--prune-deviations")
    assert found.status == 1
    assert found.last_line == f"{known}: 1 stale entry removed"
    assert "[[deviation]]" not in known.read_text()
    again = contracts("verify", "--mock", "--deviations", str(known), "--prune-deviations")
    assert again.status == 0, again.out
    assert again.last_line == f"{known}: 0 stale entries removed"
