"""The words that all reports over several targets share."""

from collections import Counter
from collections.abc import Sequence

from contracts.comparison.across import Across
from contracts.comparison.rules import Impact
from contracts.core.report import Verdict
from contracts.core.text import counted
from contracts.formats import wording
from contracts.formats.wording import plain
from contracts.targets.target_entry import Judged, worst

_NOT_SENT = "not sent: "
_VERBS = {Verdict.CONFORMS: "conform", Verdict.VIOLATES: "violate", Verdict.INCONCLUSIVE: "inconclusive"}


def headline(judged: Judged) -> str:
    """Return what is said of one target in a few words."""
    return wording.headline(judged.report) if judged.report else Verdict.INCONCLUSIVE.value


def failing(judged: Judged) -> list[str]:
    """Return the ids of the clauses that fail a target."""
    return [outcome.clause.id for outcome in judged.report.failing] if judged.report else []


def reasons(judged: Judged) -> dict[str, list[str]]:
    """Return why clauses of a target could not be judged, with their ids; of one without a report, why there is none.

    Why a known deviation is stale stands there, too: it fails the run.
    """
    if judged.report is None:
        return {judged.missing: []}
    stale = {wording.stale(deviation): [deviation.clause] for deviation in judged.report.stale}
    return {**wording.unjudged(judged.report), **stale}


def causes(judged: Judged) -> list[str]:
    """Return those of the reasons that another one did not lead to: what was not sent, because of what came before."""
    known = list(reasons(judged))
    return [
        reason for reason in known if not (reason.startswith(_NOT_SENT) and reason.removeprefix(_NOT_SENT) in known)
    ]


def differences(each: Across) -> str:
    """Return in a few words what a target differs in from the first one, or why nobody knows."""
    if each.comparison is None:
        return f"not compared: {each.problem}"
    counts = Counter(difference.impact for difference in each.comparison.differences)
    return ", ".join(f"{counts[impact]:,} {impact.value}" for impact in Impact if counts[impact]) or "no difference"


def requests(targets: Sequence[Judged]) -> int:
    """Return how many requests were sent to all targets."""
    return sum(judged.report.requests.sent for judged in targets if judged.report)


def started(targets: Sequence[Judged]) -> str:
    """Return when the first run began, or nothing."""
    return min((judged.report.started for judged in targets if judged.report and judged.report.started), default="")


def last_line(targets: Sequence[Judged]) -> str:
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
    sent = counted(requests(targets), "request")
    return plain(f"{words}: {counted(len(targets), 'target')}: {', '.join(told)}; {sent}")
