"""``contracts explain``: the contract for a reader at a terminal."""

import json

import pytest
from door import contracts
from subject import CLAUSES, CONTRACT

from contracts import __version__
from contracts.commands.explain import whole
from contracts.comparison.rules import RULES, Rule
from contracts.core.contract import Clause


def test_every_clause_has_its_line() -> None:
    """Without an id it lists all clauses in the order of the contract, each with its level, within the terminal."""
    done = contracts("explain", environment={"COLUMNS": "80"})
    assert done.status == 0
    lines = done.out.splitlines()
    assert [line.split()[:2] for line in lines] == [[clause.id, str(clause.level)] for clause in CLAUSES]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("clause", CLAUSES, ids=[clause.id for clause in CLAUSES])
def test_a_clause_is_told_whole(clause: Clause) -> None:
    """With an id it says what is asked, why, what a breach looks like, the probes, the source, and how to judge it."""
    told = contracts("explain", clause.id)
    assert told.status == 0
    assert told.out == "".join(f"{line}\n" for line in whole(clause, CONTRACT))
    one_line = " ".join(told.out.split())
    assert all(" ".join(text.split()) in one_line for text in (clause.asks, clause.why, clause.breach))
    assert all(source.url in told.out for source in clause.sources)
    assert all(f"{probe}: " in told.out for probe in clause.probes)
    assert f"contracts verify URL --clause {clause.id}" in told.out
    assert max(map(len, told.out.splitlines())) <= 120


def test_a_beginning_names_several() -> None:
    """The beginning of ids lists those, and one that begins none is refused with a hint."""
    listed = contracts("explain", "category.")
    assert {line.split()[0] for line in listed.out.splitlines()} == {
        clause.id for clause in CLAUSES if clause.id.startswith("category.")
    }
    refused = contracts("explain", "categories.none")
    assert refused.status == 2
    assert "categories.none" in refused.err


def test_tools_read_the_clauses() -> None:
    """--json gives every clause with its level and sources, and the digest that reports have; an id chooses some."""
    told = json.loads(contracts("explain", "--json").out)
    assert (told["suite"], told["contract"], told["digest"]) == (__version__, CONTRACT.name, CONTRACT.digest)
    assert [(each["id"], each["level"], each["asks"]) for each in told["clauses"]] == [
        (clause.id, clause.level.value, clause.asks) for clause in CLAUSES
    ]
    for each in told["clauses"]:
        assert all(source["title"] and source["url"].startswith("https://") for source in each["sources"])
    [one] = json.loads(contracts("explain", "client.go-readable", "--json").out)["clauses"]
    assert one["detail"] == CONTRACT.clause["client.go-readable"].detail


def test_what_the_short_sentence_leaves_out_is_told() -> None:
    """A clause whose sentence is short for its detail tells that, too."""
    told = " ".join(contracts("explain", "client.go-readable").out.split())
    assert CONTRACT.clause["client.go-readable"].detail in told


def test_the_rules_of_a_comparison_are_listed() -> None:
    """``explain rules`` has a line for each: how bad it is and who notices; --json has them for tools."""
    lines = contracts("explain", "rules").out.splitlines()
    assert [line.split(maxsplit=2) for line in lines] == [[r.id, r.impact.value, r.audience.value] for r in RULES]
    for arguments in (("explain", "--json"), ("explain", "rules", "--json")):
        told = json.loads(contracts(*arguments).out)
        assert [(each["id"], each["impact"], each["mirror"]) for each in told["rules"]] == [
            (rule.id, rule.impact.value, rule.mirror) for rule in RULES
        ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_told_whole(rule: Rule) -> None:
    """With the id of a rule it says how bad it is, what it says, who notices and what an exception names."""
    told = contracts("explain", rule.id)
    assert told.status == 0
    assert told.out.startswith(f"{rule.id} ({rule.impact})\n")
    assert rule.audience.value in told.out
    assert all(f"{about}: {about.keys}" in told.out for about in rule.about)
    assert "{" not in told.out
    assert max(map(len, told.out.splitlines())) <= 100


def test_a_rule_is_known_by_its_former_name() -> None:
    """Whoever reads an old file of exceptions learns what the rule is called today."""
    assert contracts("explain", "type-narrowed").out.startswith("became-null (breaking)\n")
