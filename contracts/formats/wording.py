"""The words that all formats share: how a run, a comparison and several targets are summed up.

They are texts as they are: what a target said in them is escaped where a format ends.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from contracts.core.contract import LIST, REPEAT, Contract
from contracts.core.errors import Reason
from contracts.core.finding import Finding
from contracts.core.report import Identity, Impact, Outcome, Partial, Report, StaleDeviation, State, Verdict, worst
from contracts.core.text import counted, expiring, shorten

if TYPE_CHECKING:
    from contracts.comparison.compare import Difference
    from contracts.comparison.gate import Gate, Source
    from contracts.targets.across import Across
    from contracts.targets.target_entry import Judged

EMBEDDED_MOCK = "the embedded mock"
#: The reasons for which fewer clauses are judged than the contract has.
_FEWER = {Partial.FILE, Partial.CLAUSES, Partial.EMPTY_LIST}
#: So many clauses that could not be judged are named in a line; of more their number is.
_NAMED = 3
#: So many differences are written out for people; all are counted, and the JSON has them all.
SHOWN = 200
#: The verdicts that a run or a target of several is told by, the worst first: of one, and of many.
CONCLUSIONS = {
    "violates": ("violates", "violate"),
    "inconclusive": ("inconclusive", "inconclusive"),
    "partial": ("partial", "partial"),
    "conforms": ("conforms", "conform"),
}


# A run


def contract_name(contract: Contract) -> str:
    """Return what a contract is called within a sentence."""
    return f"{contract.title[0].lower()}{contract.title[1:]} contract"


def subject(report: Report) -> str:
    """Return what was judged: the URL of the target, the name of a file, or the embedded mock."""
    return EMBEDDED_MOCK if report.scope.embedded else report.target


def identity(who: Identity, implementation: str) -> dict[str, str]:
    """Return what is known of a target beside its URL, by the word for it; what nobody says is left out."""
    known = {"name": who.name, "product": implementation, "environment": who.environment, "CI run": who.ci}
    return {word: text for word, text in known.items() if text}


def headline(report: Report) -> str:
    """Return what the run says of its subject in a few words; one that judged less than the contract says so first."""
    words = report.conclusion
    if report.partial:
        words += f" ({', '.join(report.partial)})"
    if _FEWER & set(report.partial):
        words += f": {report.judged:,} of {counted(report.total, 'clause')} judged"
    joint = "but" if report.verdict is Verdict.CONFORMS else "and"
    if report.stale:
        words += f", {joint} {counted(len(report.stale), 'known deviation is', 'known deviations are')} stale"
    if (compared := gate_of(report)) and compared.against:
        words += f", {joint} {compared.against}"
    return words


def gate_of(report: Report) -> "Gate | None":
    """Return the comparison of a run with its baseline, None when there was no baseline."""
    return cast("Gate | None", report.comparison)  # to the vocabulary it is a status


def last_line(report: Report) -> str:
    """Return the one line that can be quoted: verdict, target, counts, requests and time.

    That of an inconclusive run begins with its reason.
    """
    words = report.conclusion.upper() + headline(report).removeprefix(report.conclusion)
    if report.verdict is Verdict.INCONCLUSIVE:
        words += f": {main_reason(report)}"
    observed = sum(outcome.observations for outcome in report.of(State.HELD))
    done = f"{counted(observed, 'observation')}, {counted(report.requests.sent, 'request')}, {report.seconds:.1f} s"
    if compared := gate_of(report):
        if compared.comparison:
            done += f"; {compared.counts} against the baseline {compared.old.name}"
        done += "".join(f"; {warning}" for warning in compared.warnings)
    if report.expiring:
        done += f"; {expiring(report.expiring, 'deviation')}"
    if unsteady(report):
        done += "; observed twice, for the answers did not agree"
    if report.narrowed:
        done += f"; a file narrowed {', '.join(report.narrowed)}"
    return f"{words}: {subject(report)}: {counts(report)}; {done}"


def counts(report: Report) -> str:
    """Return how many clauses are in which state; what follows from a breach is counted apart."""
    followers = len(report.followers)
    numbers = {
        "breached": len(report.causes),
        "follows" if followers == 1 else "follow": followers,
        "warned": len(causes(report)) - len(report.causes),
        **{state.value: len(list(report.of(state))) for state in State if state is not State.BREACHED},
    }
    return ", ".join(f"{number:,} {word}" for word, number in numbers.items() if number or word == State.HELD)


def by_cause(report: Report) -> list[Outcome]:
    """Return the broken clauses: what fails the run, then warnings and waivers, and last what follows from others."""
    broken = [outcome for outcome in report.outcomes if outcome.findings]
    return sorted(broken, key=lambda outcome: (outcome.clause.id in report.follows, outcome not in report.failing))


def causes(report: Report) -> list[Outcome]:
    """Return the breached clauses that follow from no other: what fails the run, then the warnings."""
    return [*report.causes, *(outcome for outcome in report.warnings if outcome not in report.followers)]


def group_of(report: Report, outcome: Outcome) -> str:
    """Return the state of a clause in a word, where a breach that only warns, or follows, has one of its own."""
    if outcome in report.followers:
        return "following"
    return "warned" if outcome in report.warnings else outcome.state.value


def following(report: Report) -> Iterator[str]:
    """Iterate over a line for each cause that others follow from, which it names."""
    of_cause: dict[str, list[str]] = {}
    for outcome in report.followers:
        of_cause.setdefault(report.follows[outcome.clause.id], []).append(outcome.clause.id)
    for cause, ids in of_cause.items():
        yield f"{counted(len(ids), 'follows', 'follow')} from {cause}: {', '.join(ids)}"


def place(finding: Finding) -> str:
    """Return where a finding is, in words."""
    answer = f" in the answer to {finding.probe}" if finding.probe != LIST else ""
    through = f" ({finding.through})" if finding.through else ""
    return f"{finding.where or 'the whole body'}{answer}{through}"


def first_finding(outcome: Outcome) -> str:
    """Return where a clause is broken first, what was expected and received there, and how many more there are."""
    first = outcome.findings[0]
    more = f", and {outcome.count - 1:,} more" if outcome.count > 1 else ""
    return f"{place(first)}: expected {first.expected}, received {first.received}{more}"


def breach(report: Report, outcome: Outcome) -> str:
    """Return one broken clause in one line."""
    cause = report.follows.get(outcome.clause.id)
    aside = f" (follows from {cause})" if cause else "" if outcome in report.failing else " (a warning)"
    return f"{outcome.clause.id} {first_finding(outcome)}{aside}"


def brief(report: Report) -> list[str]:
    """Return a line for each cause, what follows from it, each reason, each stale deviation, and what was unsteady.

    Nothing when all is well; an inconclusive run begins with its reason.
    """
    broken = [*(breach(report, outcome) for outcome in causes(report)), *following(report)]
    reasons = [could_not_judge(reason, ids) for reason, ids in unjudged(report).items()]
    told = [*reasons, *broken] if report.verdict is Verdict.INCONCLUSIVE else [*broken, *reasons]
    compared = gate_of(report)
    return [*told, *unsteady(report), *map(stale, report.stale), *(brief_comparison(compared) if compared else ())]


def unjudged(report: Report) -> dict[str, list[str]]:
    """Return the ids of the clauses that could not be judged, under the reason that they share.

    That a probe was not sent has the reason for which it was not. Beside a breach, only what could not be observed is
    told: that a broken list leaves nothing to judge is no news.
    """
    inconclusive = report.verdict is Verdict.INCONCLUSIVE
    reasons: dict[str, list[str]] = {}
    for outcome in report.outcomes:
        if outcome.state is State.INCONCLUSIVE or (inconclusive and outcome in report.unjudged):
            reason = outcome.reason.removeprefix("not sent: ")
            if outcome.because is Reason.EMPTY_LIST and not report.allow_empty:
                reason += "; --allow-empty accepts that"
            reasons.setdefault(reason, []).append(outcome.clause.id)
    if inconclusive and not reasons:
        reasons["nothing that was judged held"] = [outcome.clause.id for outcome in report.outcomes]
    return reasons


def main_reason(report: Report) -> str:
    """Return why a run is inconclusive: the first reason, and how many others there are."""
    first, *others = unjudged(report)
    return first + (f", and {counted(len(others), 'other reason')}" if others else "")


def unsteady(report: Report) -> list[str]:
    """Return what is said of the answers that did not agree, where they called for a second observation."""
    if all(exchange.observation == 1 for exchange in report.exchanges):
        return []
    return [f"{o.clause.id}: {note}" for o in report.outcomes if REPEAT in o.clause.probes for note in o.notes]


def could_not_judge(reason: str, ids: Sequence[str]) -> str:
    """Return a reason in one line, with the clauses that it left without a judgement; of many only their number."""
    named = ", ".join(ids) if len(ids) <= _NAMED else counted(len(ids), "clause")
    return f"could not judge {named}: {reason}" if ids else f"could not judge: {reason}"


def stale(deviation: StaleDeviation) -> str:
    """Return what is wrong with a known deviation."""
    at = "" if deviation.pointer is None else f" at {deviation.pointer or 'the whole body'}"
    why = "matches nothing any more: remove it" if deviation.expired is None else f"expired on {deviation.expired}"
    return f"deviation entry {deviation.number} for {deviation.clause}{at} {why}"


# A comparison


def sides(gate: "Gate") -> list[tuple[str, str]]:
    """Return what each side is, of which target, when it was observed, and of the old one what was found."""
    return [("old", _described(gate.old, gate.baseline)), ("new", _described(gate.new, ""))]


def _described(side: "Source", found: str) -> str:
    of = "" if side.kind.value == "url" else f"of {side.target}"
    at = f"at {side.taken}" if side.taken else ""
    return f"{side.name} ({', '.join(filter(None, (side.kind.value, of, at, found)))})"


def comparison_reason(gate: "Gate") -> str:
    """Return why a gate could not decide, or an empty string."""
    if gate.status != 3:  # noqa: PLR2004 - could not judge
        return ""
    return f"{gate.reason} ({gate.counts})" if gate.comparison else gate.reason


def comparison_headline(gate: "Gate") -> str:
    """Return the result in a few words."""
    return f"{gate.verdict}: {comparison_reason(gate) or gate.counts}"


def comparison_last_line(gate: "Gate") -> str:
    """Return the one line that can be quoted."""
    words = gate.verdict.upper() + comparison_headline(gate).removeprefix(gate.verdict)
    narrowed = f"; a file narrowed {', '.join(gate.terms.narrowed)}" if gate.terms.narrowed else ""
    warnings = "".join(f"; {warning}" for warning in gate.warnings)
    return f"{words}: {gate.old.name} -> {gate.new.name}{narrowed}{warnings}"


def differences(gate: "Gate") -> "Sequence[Difference]":
    """Return the differences that are written out; none where nothing was compared."""
    return gate.comparison.differences[:SHOWN] if gate.comparison else ()


def hidden_differences(gate: "Gate") -> str:
    """Return how many differences are not written out, or an empty string."""
    comparison = gate.comparison
    left = comparison.total - len(differences(gate)) if comparison else 0
    if comparison is None or not left:
        return ""
    listed = len(comparison.differences)
    where = "has them all" if listed == comparison.total else f"has the first {listed:,}"
    return f"and {counted(left, 'more difference')}: the JSON {where}"


def called(difference: "Difference") -> str:
    """Return what a difference is about: the element as people know it, or an empty string."""
    element = difference.element
    if element is None:
        return ""
    name, known = (shorten(text, 80) for text in (element.name or "", element.id or ""))
    return f"{name} ({known})" if name and known else name or known


def stale_exceptions(gate: "Gate") -> list[str]:
    """Return what is wrong with the exceptions that excuse nothing."""
    stale = gate.comparison.stale if gate.comparison else ()
    return [f"exception {acceptance.number} for {acceptance.rule} {acceptance.words}" for acceptance in stale]


def brief_comparison(gate: "Gate") -> list[str]:
    """Return the reason of an inconclusive one, and a line for each difference that fails, and all that is unstable."""
    lines = [f"could not judge: {comparison_reason(gate)}"] if comparison_reason(gate) else []
    lines += map(one_line, gate.failing[:SHOWN])
    if left := gate.failures - len(gate.failing[:SHOWN]):
        lines.append(f"and {counted(left, 'more difference')}")
    unstable = gate.comparison.instability if gate.comparison else ()
    return [*lines, *stale_exceptions(gate), *(f"changes from answer to answer: {words}" for words in unstable)]


def one_line(difference: "Difference") -> str:
    """Return a difference in one line."""
    name = called(difference)
    at = f"{difference.place}{f' of {name}' if name else ''}"
    words = f"{difference.rule.id} {at} before {difference.before} after {difference.after}"
    return f"{difference.impact.value} {words}"


# Several targets


def target_headline(judged: "Judged") -> str:
    """Return what is said of one target in a few words."""
    return headline(judged.report) if judged.report else Verdict.INCONCLUSIVE.value


def target_causes(judged: "Judged") -> list[str]:
    """Return the ids of the clauses that fail a target and follow from no other one."""
    return [outcome.clause.id for outcome in judged.report.causes] if judged.report else []


def target_reasons(judged: "Judged") -> dict[str, list[str]]:
    """Return why clauses of a target could not be judged, with their ids; of one without a report, why there is none.

    Why a known deviation is stale stands there, too: it fails the run.
    """
    if judged.report is None:
        return {judged.missing: []}
    return {**unjudged(judged.report), **{stale(entry): [entry.clause] for entry in judged.report.stale}}


def differs_in(each: "Across") -> str:
    """Return in a few words what a target differs in from the first one, or why nobody knows."""
    if each.comparison is None:
        return f"not compared: {each.problem}"
    numbers = {impact: each.comparison.of(impact) for impact in Impact}
    return ", ".join(f"{numbers[impact]:,} {impact.value}" for impact in Impact if numbers[impact]) or "no difference"


def by_verdict(targets: Sequence["Judged"]) -> tuple[list["Judged"], list["Judged"]]:
    """Return the targets of which something has to be told, the worst first, and those that conform."""
    order = [*CONCLUSIONS]
    by_badness = sorted(targets, key=lambda each: ((1, 3, 0).index(each.status), order.index(each.conclusion)))
    conforming = [each for each in targets if each.conclusion == "conforms" and not each.status]
    return by_badness[: len(targets) - len(conforming)], conforming


def targets_requests(targets: "Sequence[Judged]") -> int:
    """Return how many requests were sent to all targets."""
    return sum(judged.report.requests.sent for judged in targets if judged.report)


def targets_started(targets: "Sequence[Judged]") -> str:
    """Return when the first run began, or nothing."""
    return min((judged.report.started for judged in targets if judged.report and judged.report.started), default="")


def targets_headline(targets: "Sequence[Judged]") -> str:
    """Return the worst verdict over all targets; where all that was judged was kept in part, what narrowed it."""
    numbers = Counter(judged.conclusion for judged in targets)
    status = worst(judged.status for judged in targets)
    if status == 1:
        return "violates" if numbers["violates"] else "fails"  # without a breach: what fails is counted behind
    if status:
        return "inconclusive"
    reasons = dict.fromkeys(reason for judged in targets if judged.report for reason in judged.report.partial)
    return f"partial ({', '.join(reasons)})" if reasons else "conforms"


def targets_counts(targets: Sequence["Judged"]) -> str:
    """Return how many targets have which verdict, and what fails beside the verdicts."""
    numbers = Counter(judged.conclusion for judged in targets)
    told = [counted(numbers[word], *words) for word, words in CONCLUSIONS.items() if numbers[word]]
    reports = [judged.report for judged in targets if judged.report]
    if number := sum(bool(report.stale) for report in reports):
        told.append(f"{counted(number, 'target')} with stale deviations")
    if number := sum(bool(report.comparison and report.comparison.status) for report in reports):
        told.append(f"{counted(number, 'target')} not held against the baseline")
    return f"{counted(len(targets), 'target')}: {', '.join(told)}"


def targets_last_line(targets: "Sequence[Judged]") -> str:
    """Return the one line that can be quoted: the worst verdict, how many targets have which, and the requests."""
    word, _, narrowed = targets_headline(targets).partition(" ")
    words = f"{word.upper()} {narrowed}".rstrip()
    return f"{words}: {targets_counts(targets)}; {counted(targets_requests(targets), 'request')}"
