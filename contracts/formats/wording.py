"""The words that all formats share: how a run, a comparison and several targets are summed up."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from contracts.comparison import gate_of
from contracts.comparison.rules import Impact
from contracts.core.clause import LIST
from contracts.core.contract import Contract
from contracts.core.errors import Reason
from contracts.core.finding import Finding
from contracts.core.identity import Identity
from contracts.core.report import Outcome, Partial, Report, StaleDeviation, State, Verdict
from contracts.core.text import COMMAND, counted, shorten
from contracts.targets.target_entry import Judged, worst

if TYPE_CHECKING:
    from contracts.comparison.difference import Comparison, Difference
    from contracts.comparison.gate import Gate, Source
    from contracts.targets.across import Across

EMBEDDED_MOCK = "the embedded mock"
_PIECE = 2**20
#: The reasons for which fewer clauses are judged than the contract has.
_FEWER = {Partial.FILE, Partial.CLAUSES, Partial.EMPTY_LIST}

#: So many differences are written out for people; all are counted, and the JSON has them all.
SHOWN = 200
#: What flickers is told so many times.
_INSTABILITY = 20
_EMPTY = "the old list is empty, so that nothing could have been broken; --allow-empty accepts that"

_NOT_SENT = "not sent: "
_VERBS = {Verdict.CONFORMS: "conform", Verdict.VIOLATES: "violate", Verdict.INCONCLUSIVE: "inconclusive"}


def contract_name(contract: Contract) -> str:
    """Return what a contract is called within a sentence."""
    return f"{contract.title[0].lower()}{contract.title[1:]} contract"


def encoded(text: str) -> Iterator[bytes]:
    """Iterate over a rendered text in UTF-8, a piece at a time; a lone surrogate comes out as its escape."""
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE].encode("utf-8", "backslashreplace")


def plain(text: str) -> str:
    """Return the text without anything that a terminal or a runner of CI would obey.

    Control, bidirectional and invisible characters come out as their escapes, and so does the second sign of what
    Azure Pipelines, TeamCity and GitHub Actions take for a command wherever in a line it stands.
    """
    text = COMMAND.sub(r"#\\x23", text)
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def place(finding: Finding) -> str:
    """Return where a finding is, in words."""
    answer = f" in the answer to {finding.probe}" if finding.probe != LIST else ""
    through = f" ({finding.through})" if finding.through else ""
    return f"{finding.where or 'the whole body'}{answer}{through}"


def by_cause(report: Report) -> list[Outcome]:
    """Return the broken clauses: what fails the run first, and in each part the causes before what follows."""
    broken = [outcome for outcome in report.outcomes if outcome.findings]
    return sorted(broken, key=lambda outcome: (outcome not in report.failing, outcome.clause.id in report.follows))


def brief(report: Report) -> list[str]:
    """Return one line for each breach, each reason and each stale deviation: nothing when all is well."""
    return [
        *(breach(report, outcome) for outcome in by_cause(report) if outcome.state is State.BREACHED),
        *(f"could not judge {', '.join(ids)}: {plain(reason)}" for reason, ids in unjudged(report).items()),
        *(plain(stale(deviation)) for deviation in report.stale),
        *(brief_comparison(compared) if (compared := gate_of(report)) else ()),
    ]


def breach(report: Report, outcome: Outcome) -> str:
    """Return one broken clause in one line: where, expected and received of its first finding."""
    first = outcome.findings[0]
    more = f" (and {outcome.count - 1:,} more)" if outcome.count > 1 else ""
    warned = "" if outcome in report.failing else " (a warning)"
    cause = report.follows.get(outcome.clause.id)
    follows = f" (follows from {cause})" if cause else ""
    where, expected, received = place(first), first.expected, first.received
    return plain(f"{outcome.clause.id} {where} expected {expected} received {received}{more}{warned}{follows}")


def unjudged(report: Report) -> dict[str, list[str]]:
    """Return the ids of the clauses that could not be judged, under the reason that they share.

    Beside a breach, only what could not be observed is told: that a broken list leaves nothing to judge is no news.
    """
    inconclusive = report.verdict is Verdict.INCONCLUSIVE
    reasons: dict[str, list[str]] = {}
    for outcome in report.outcomes:
        if outcome.state is State.INCONCLUSIVE or (inconclusive and outcome in report.unjudged):
            reasons.setdefault(outcome.reason + _remedy(report, outcome), []).append(outcome.clause.id)
    if inconclusive and not reasons:
        reasons["nothing that was judged held"] = [outcome.clause.id for outcome in report.outcomes]
    return reasons


def _remedy(report: Report, outcome: Outcome) -> str:
    """What a person can do about a reason that does not say it itself."""
    return "; --allow-empty accepts that" if outcome.because is Reason.EMPTY_LIST and not report.allow_empty else ""


def subject(report: Report) -> str:
    """Return what was judged: the URL of the target, the name of a file, or the embedded mock."""
    return EMBEDDED_MOCK if report.scope.embedded else report.target


def identity(who: Identity, implementation: str) -> dict[str, str]:
    """Return what is known of a target beside its URL, by the word for it; what nobody says is left out."""
    known = {"name": who.name, "product": implementation, "environment": who.environment, "CI run": who.ci}
    return {word: text for word, text in known.items() if text}


def headline(report: Report) -> str:
    """Return what the run says of its subject in a few words; one that judged less than the contract says so first."""
    fewer = bool(_FEWER & set(report.partial))
    waived = len(list(report.of(State.WAIVED)))
    if report.verdict is Verdict.CONFORMS and fewer:
        words = f"{_share(report)}, {_kept(report)}: not a verdict on the contract"
    else:
        words = report.verdict.value + (f" with {waived:,} waived" if waived else "")
        words += " over plain HTTP" if report.access.allow_plain_http else ""
        words = f"{words}, {_share(report)}" if fewer else words
        words = f"{EMBEDDED_MOCK} {words}" if _speaks_of_the_mock(report) else words
    words = f"{words}, but {_stale(report)}" if report.stale else words
    return words + _against(report)


def _against(report: Report) -> str:
    compared = gate_of(report)
    if compared is None or not compared.against:
        return ""
    contrary = report.verdict is Verdict.CONFORMS and not report.stale
    return f", {'but' if contrary else 'and'} {compared.against}"


def _speaks_of_the_mock(report: Report) -> bool:
    return report.scope.embedded and report.verdict is not Verdict.INCONCLUSIVE


def _share(report: Report) -> str:
    return f"{report.judged:,} of {counted(report.total, 'clause')} judged"


def _kept(report: Report) -> str:
    counts = {"waived": len(list(report.of(State.WAIVED))), "warned": len(report.warnings)}
    held = len(list(report.of(State.HELD)))
    others = [f"{count:,} {words}" for words, count in counts.items() if count]
    return ", ".join([f"{held:,} held", *others]) if others else "all held"


def _stale(report: Report) -> str:
    return f"{counted(len(report.stale), 'known deviation')} {'is' if len(report.stale) == 1 else 'are'} stale"


def stale(deviation: StaleDeviation) -> str:
    """Return what is wrong with a known deviation."""
    at = "" if deviation.pointer is None else f" at {deviation.pointer or 'the whole body'}"
    why = "matches nothing any more: remove it" if deviation.expired is None else f"expired on {deviation.expired}"
    return f"deviation entry {deviation.number} for {deviation.clause}{at} {why}"


def last_line(report: Report) -> str:
    """Return the one line that can be quoted: verdict, target, counts, requests and time."""
    observed = sum(outcome.observations for outcome in report.of(State.HELD))
    words = headline(report).removeprefix(f"{EMBEDDED_MOCK} ")  # which the subject says
    words = words.replace(report.verdict.value, report.verdict.value.upper(), 1)
    narrowed = f"; a file narrowed {plain(', '.join(report.narrowed))}" if report.narrowed else ""
    compared = gate_of(report)
    told = compared is not None and compared.comparison is not None
    baseline = f"; {compared.counts} against the baseline {plain(compared.old.name)}" if compared and told else ""
    return (
        f"{words}: {plain(subject(report))}: {', '.join(_counts(report))}; {counted(observed, 'observation')}, "
        f"{counted(report.requests.sent, 'request')}, {report.seconds:.1f} s{baseline}{narrowed}"
    )


def _counts(report: Report) -> list[str]:
    counts = {state: len(list(report.of(state))) for state in State}
    parts = [f"{counts[State.HELD]} held"]
    if report.failing or not counts[State.BREACHED]:
        parts.append(f"{len(report.failing)} breached")
    if report.warnings:
        parts.append(f"{len(report.warnings)} warned")
    others = (State.WAIVED, State.INCONCLUSIVE, State.NOT_EXERCISED, State.NOT_APPLICABLE)
    return parts + [f"{counts[state]} {state}" for state in others if counts[state]]


def comparison_verdict(gate: "Gate") -> str:
    """Return the verdict of a gate in one or two words."""
    if gate.status == 3:  # noqa: PLR2004 - could not judge
        return "inconclusive"
    if gate.failing:
        return gate.failing[0].impact.value  # the worst stands first
    return "stale exceptions" if gate.status else f"nothing {gate.fail_on.value}"


def comparison_headline(gate: "Gate") -> str:
    """Return the result in a few words."""
    return f"{comparison_verdict(gate)}: {comparison_reason(gate) or gate.counts}"


def comparison_reason(gate: "Gate") -> str:
    """Return why a gate could not decide, or an empty string."""
    if gate.problem:
        return gate.problem
    if gate.status == 3:  # noqa: PLR2004 - could not judge
        return f"{_EMPTY} ({gate.counts})"
    return ""


def comparison_last_line(gate: "Gate") -> str:
    """Return the one line that can be quoted."""
    words = comparison_headline(gate)
    word = comparison_verdict(gate)
    narrowed = f"; a file narrowed {', '.join(gate.narrowed)}" if gate.narrowed else ""
    return plain(f"{word.upper()}{words[len(word) :]}: {gate.old.name} -> {gate.new.name}{narrowed}")


def called(difference: "Difference") -> str:
    """Return what a difference is about: the element as people know it, or an empty string."""
    element = difference.element
    if element is None:
        return ""
    name, known = (shorten(text, 80) for text in (element.name or "", element.id or ""))
    return f"{name} ({known})" if name and known else name or known


def described(side: "Source") -> str:
    """Return a side in words: what it is, of which target, and when it was observed."""
    parts = [side.kind.value]
    if side.kind.value != "url":
        parts.append(f"of {side.target}")
    if side.taken:
        parts.append(f"at {side.taken}")
    return f"{side.name} ({', '.join(parts)})"


def shown_differences(differences: "tuple[Difference, ...]") -> "tuple[Difference, ...]":
    """Return the differences that are written out for people."""
    return differences[:SHOWN]


def hidden_differences(comparison: "Comparison") -> str:
    """Return how many differences are not written out, or an empty string."""
    left = len(comparison.differences) - SHOWN
    return f"and {counted(left, 'more difference')}: the JSON has them all" if left > 0 else ""


def comparison_notes(comparison: "Comparison") -> Iterator[str]:
    """Iterate over what is worth knowing beside the differences."""
    for side in comparison.read_once:
        yield f"the {side} side was read once: nobody knows what flickers in it"
    yield from (f"flickers: {words}" for words in islice(comparison.instability, _INSTABILITY))
    left = len(comparison.instability) - _INSTABILITY
    if left > 0:
        yield f"and {left:,} more that flicker"


def stale_exceptions(comparison: "Comparison") -> Iterator[str]:
    """Iterate over what is wrong with the exceptions that excuse nothing."""
    for acceptance in comparison.stale:
        yield f"exception {acceptance.number} for {acceptance.rule} {acceptance.words}"


def brief_comparison(gate: "Gate") -> list[str]:
    """Return one line for each difference that fails, each stale exception, and the reason where there is one."""
    lines = [one_line(difference) for difference in shown_differences(gate.failing)]
    if left := len(gate.failing) - len(lines):
        lines.append(f"and {counted(left, 'more difference')}")
    lines += map(plain, stale_exceptions(gate.comparison) if gate.comparison else ())
    return lines + ([f"could not judge: {plain(comparison_reason(gate))}"] if comparison_reason(gate) else [])


def one_line(difference: "Difference") -> str:
    """Return a difference in one line."""
    name = called(difference)
    at = f" {difference.place}" + (f" of {name}" if name else "")
    words = f"{difference.rule.id}{at} before {difference.before} after {difference.after}"
    return plain(f"{difference.impact.value} {words}")


def target_headline(judged: Judged) -> str:
    """Return what is said of one target in a few words."""
    return headline(judged.report) if judged.report else Verdict.INCONCLUSIVE.value


def target_failing(judged: Judged) -> list[str]:
    """Return the ids of the clauses that fail a target."""
    return [outcome.clause.id for outcome in judged.report.failing] if judged.report else []


def target_reasons(judged: Judged) -> dict[str, list[str]]:
    """Return why clauses of a target could not be judged, with their ids; of one without a report, why there is none.

    Why a known deviation is stale stands there, too: it fails the run.
    """
    if judged.report is None:
        return {judged.missing: []}
    return {**unjudged(judged.report), **{stale(entry): [entry.clause] for entry in judged.report.stale}}


def target_causes(judged: Judged) -> list[str]:
    """Return those of the reasons that another one did not lead to: what was not sent, because of what came before."""
    known = list(target_reasons(judged))
    return [
        reason for reason in known if not (reason.startswith(_NOT_SENT) and reason.removeprefix(_NOT_SENT) in known)
    ]


def differs_in(each: "Across") -> str:
    """Return in a few words what a target differs in from the first one, or why nobody knows."""
    if each.comparison is None:
        return f"not compared: {each.problem}"
    counts = Counter(difference.impact for difference in each.comparison.differences)
    return ", ".join(f"{counts[impact]:,} {impact.value}" for impact in Impact if counts[impact]) or "no difference"


def targets_requests(targets: Sequence[Judged]) -> int:
    """Return how many requests were sent to all targets."""
    return sum(judged.report.requests.sent for judged in targets if judged.report)


def targets_started(targets: Sequence[Judged]) -> str:
    """Return when the first run began, or nothing."""
    return min((judged.report.started for judged in targets if judged.report and judged.report.started), default="")


def targets_last_line(targets: Sequence[Judged]) -> str:
    """Return the one line that can be quoted: the worst verdict, how many targets have which, and the requests."""
    counts = {verdict: sum(judged.verdict is verdict for judged in targets) for verdict in Verdict}
    told = [
        f"{count:,} {_VERBS[verdict]}{'s' if count == 1 and verdict is not Verdict.INCONCLUSIVE else ''}"
        for verdict, count in counts.items()
        if count
    ]
    stale = sum(bool(judged.report and judged.report.stale) for judged in targets)
    behind = sum(
        bool(judged.report and judged.report.comparison and judged.report.comparison.status) for judged in targets
    )
    told += [f"{counted(stale, 'target')} with stale deviations"] if stale else []
    told += [f"{counted(behind, 'target')} not held against the baseline"] if behind else []
    words = next(verdict for verdict in Verdict if verdict.status == worst(targets)).value.upper()
    if words == Verdict.VIOLATES.value.upper() and not counts[Verdict.VIOLATES]:
        words = "FAILS"  # no target breaks the contract: what fails is told behind
    sent = counted(targets_requests(targets), "request")
    return plain(f"{words}: {counted(len(targets), 'target')}: {', '.join(told)}; {sent}")
