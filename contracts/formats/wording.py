"""The words that all writers share: how a run is summed up, and how a text of the target is shown."""

from collections.abc import Iterator

from contracts.comparison.reported import gate_of
from contracts.core.clause import LIST
from contracts.core.contract import Contract
from contracts.core.errors import Reason
from contracts.core.finding import Finding
from contracts.core.identity import Identity
from contracts.core.report import Outcome, Partial, Report, StaleDeviation, State, Verdict
from contracts.core.text import COMMAND, counted

EMBEDDED_MOCK = "the embedded mock"
_PIECE = 2**20
#: The reasons for which fewer clauses are judged than the contract has.
_FEWER = {Partial.FILE, Partial.CLAUSES, Partial.EMPTY_LIST}


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
        *_compared(report),
    ]


def _compared(report: Report) -> list[str]:
    compared = gate_of(report)
    if compared is None:
        return []
    from contracts.formats import comparison_terminal  # only for a run with a baseline

    return comparison_terminal.brief(compared)


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
