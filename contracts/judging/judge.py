"""From evidence to a report: every selected clause is judged by its check, and by nothing else."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from contracts import __version__
from contracts.core.contract import LIST, Clause, Contract, Level
from contracts.core.errors import ContractsError, Late, NotExercised, Reason
from contracts.core.exchange import Response
from contracts.core.finding import Finding, step
from contracts.core.report import Item, Listing, Outcome, Report, State
from contracts.core.text import shorten
from contracts.judging.answer import Answer, Column, late, outcome_of, unjudged
from contracts.judging.evidence import Evidence, in_words
from contracts.judging.json_scan import locate
from contracts.judging.schema import error_schema
from contracts.judging.values import ABSENT, describe

#: A long list is shown so far; of what comes later, only as many elements as are marked.
SHOWN, MARKED = 200, 50

_TEXT, _NUMBER = 120, 24

#: What findings say of elements, by the index of each.
_Marks = Mapping[int, list[str]]


def listing(evidence: Evidence, outcomes: Iterable[Outcome]) -> Listing:
    """Return the list that the documented request was answered with, marked with what the outcomes say of it.

    Raises:
        Late: the time of the run is over.
    """
    try:
        answer = evidence.answer(LIST)
        elements = answer.require_list()
        placed = _placed(answer, elements)
    except Late:
        raise
    except ContractsError as problem:
        return Listing(reason=str(problem))
    contract = evidence.contract
    marks = _marks(contract, outcomes)
    unplaced = sorted(set(range(len(elements))).difference(placed.indexes))
    in_order = [index for _, index in sorted(zip(placed.values, placed.indexes, strict=True))]
    shown, omitted = _bounded(in_order, marks)

    def item(index: int, skipped: int = 0) -> Item:
        place, title, *codes = _texts(elements[index], contract)
        return Item(index, place, title, tuple(filter(None, codes)), tuple(marks.get(index, ())), skipped)

    return Listing(
        contract.display.order,
        tuple(item(index, skipped) for index, skipped in shown),
        tuple(item(index) for index in unplaced[:MARKED]),
        len(elements),
        omitted,
        len(unplaced[MARKED:]),
        reason="",
    )


def _placed(answer: Answer, elements: list[Any]) -> Column:
    """Return the values by which the elements are ordered: where there is no such member, their indexes."""
    order = answer.contract.display.order
    if not order:
        return Column(range(len(elements)), range(len(elements)))
    return Column(range(len(elements)), elements).objects.member(order).whole_numbers


def _marks(contract: Contract, outcomes: Iterable[Outcome]) -> _Marks:
    """Return what findings about the list say of each element, by its index."""
    place = re.compile(re.escape(step(contract.key)) + r"/([0-9]+)(?:/|$)")
    marks: dict[int, list[str]] = defaultdict(list)
    for outcome in outcomes:
        for finding in outcome.findings:
            match = place.match(finding.where) if finding.probe == LIST else None
            mark = contract.display.marks.get(outcome.clause.id, outcome.clause.id)
            if match and mark not in marks[int(match[1])]:
                marks[int(match[1])].append(mark)
    return marks


def _bounded(order: list[int], marks: _Marks) -> tuple[list[tuple[int, int]], int]:
    """Return what is shown: the first indices and the first later ones that are marked.

    Each comes with the number of those left out before it; the second value is the number left out at the end.
    """
    shown = [(index, 0) for index in order[:SHOWN]]
    skipped = 0
    for index in order[SHOWN:]:
        if marks.get(index) and len(shown) < SHOWN + MARKED:
            shown.append((index, skipped))
            skipped = 0
        else:
            skipped += 1
    return shown, skipped


def _texts(element: Any, contract: Contract) -> list[str]:
    """Return the texts of an element: its place, its title, and its codes."""
    if not isinstance(element, dict):
        return ["", shorten(describe(element), _TEXT)]
    display = contract.display
    place = shorten(describe(element[display.order]), _NUMBER) if display.order in element else ""
    return [place, *(_text(element[name]) if name in element else "" for name in (display.title, *display.codes))]


def _text(value: Any) -> str:
    return shorten(value if isinstance(value, str) else describe(value), _TEXT)


def report_of(
    evidence: Evidence, clauses: Iterable[Clause] | None = None, is_late: Callable[[Clause], bool] = lambda _: False
) -> Report:
    """Judge the evidence and return the report on it, without what only whoever made the run knows.

    The arguments are those of :func:`outcomes`.
    """
    judged = outcomes(evidence, clauses, is_late)
    listed = Listing(reason=Reason.LATE.sentence)
    if not any(outcome.because is Reason.LATE for outcome in judged):
        try:
            listed = listing(evidence.decisive, judged)
        except Late:  # a report without its list is not whole: nobody could make the same one of the exchanges
            judged = tuple(late(outcome.clause) for outcome in judged)
    return Report(
        contract=evidence.contract,
        suite=__version__,
        digest=evidence.contract.digest,
        target=evidence.url,
        outcomes=judged,
        exchanges=evidence.exchanges,
        scope=evidence.scope,
        listing=listed,
        locate=locate,
    )


def outcomes(
    evidence: Evidence, clauses: Iterable[Clause] | None = None, is_late: Callable[[Clause], bool] = lambda _: False
) -> tuple[Outcome, ...]:
    """Return the outcome of each clause, by default of all, in the order given.

    Of two observations the second is judged; a MUST clause that an answer of the first alone broke is inconclusive.
    Where the answers of one observation differ, and no second was completed, the breaches of the documented answer
    stand, and what another answer broke is inconclusive. ``is_late`` is asked before each clause whether the time of
    the run is over; one during which a deadline passes is not judged either.
    """
    chosen = tuple(evidence.contract.clauses if clauses is None else clauses)
    judged = evidence.decisive
    found = tuple(_judged(judged, clause, is_late) for clause in chosen)
    if judged.earlier is not None:
        before = tuple(_judged(judged.earlier, clause, is_late) for clause in chosen)
        lasting, lasting_at_all = _broken(judged, found)
        once, once_at_all = _broken(judged.earlier, before)
        passing = {id_: finding for id_, finding in once_at_all.items() if id_ not in lasting_at_all}
        passing |= {id_: finding for id_, finding in once.items() if id_ not in lasting}
        return tuple(_doubted(outcome, passing, "in the first observation alone") for outcome in found)
    if judged.difference is not None:
        broken = _broken(judged, found)[1]
        return tuple(_doubted(outcome, broken, "by one of several answers that differ") for outcome in found)
    return found


def _broken(evidence: Evidence, outcomes: Iterable[Outcome]) -> tuple[dict[str, Finding], dict[str, Finding]]:
    """Return by id the MUST clauses that an answer breaks, each with a finding: one is enough, whatever was asked.

    First those that fail a run, then also those that an answer breaks for which a SHOULD clause alone is breached.
    """
    must = {outcome.clause.id: outcome.clause for outcome in outcomes if outcome.clause.level is Level.MUST}
    failing: dict[str, Finding] = {}
    for probe, answer in evidence.plain():
        for clause in must.values():
            if not evidence.contract.checks[clause.id].of_run:
                for finding in answer.outcome(clause).findings[:1]:
                    failing.setdefault(clause.id, replace(finding, probe=probe))
    warned: dict[str, Finding] = {}
    for outcome in outcomes:
        for finding in outcome.findings:
            broken = failing if outcome.clause.id in must else warned
            broken.setdefault(outcome.clause.id, finding)
            broken.setdefault(finding.through or outcome.clause.id, finding)
    return failing, {id_: finding for id_, finding in (warned | failing).items() if id_ in must}


def _doubted(outcome: Outcome, doubtful: Mapping[str, Finding], when: str) -> Outcome:
    """Return the outcome of a clause; as inconclusive where all that broke it may have been the moment."""
    finding = doubtful.get(outcome.clause.id)
    if finding is None or outcome.because is Reason.LATE or any(not found.through for found in outcome.findings):
        return outcome
    return Outcome(outcome.clause, State.INCONCLUSIVE, reason=f"it was broken {when}: {in_words(finding)}")


def _judged(evidence: Evidence, clause: Clause, is_late: Callable[[Clause], bool]) -> Outcome:
    if not _shows(evidence, clause):
        return unjudged(clause, NotExercised(Reason.BEYOND_FILE))
    if is_late(clause):
        return late(clause)
    try:
        return _checked(evidence, clause)
    except Late:  # half a judgement is none
        return late(clause)


def _checked(evidence: Evidence, clause: Clause) -> Outcome:
    check = evidence.contract.checks[clause.id]
    if check.of_run:
        return outcome_of(clause, check.steps(evidence))
    try:
        answer = evidence.answer(LIST)
    except ContractsError as problem:
        return unjudged(clause, problem)
    return answer.outcome(clause)


def _shows(evidence: Evidence, clause: Clause) -> bool:
    """Whether the evidence can show the clause at all; a file holds some exchanges, or a body alone."""
    if not evidence.scope.offline:
        return True
    if clause.any_probe:  # the check says when there is none
        return not evidence.scope.body_only
    return set(clause.probes) <= set(evidence.by_probe) and not (evidence.scope.body_only and clause.header)


def said_of(response: Response, contract: Contract) -> object:
    """Return what can be said of one answer: what each clause finds in it, and whether it is a documented error."""
    answer = Answer(response, contract)
    value = answer.document.value
    documented = value is not ABSENT and error_schema().accepts(value)
    judged = (answer.outcome(clause) for clause in contract.clauses if not contract.checks[clause.id].of_run)
    return documented, [(outcome.clause.id, outcome.state, outcome.observations, outcome.because) for outcome in judged]
