"""Metrics as OpenMetrics text, for the folder that a node exporter's textfile collector reads.

That collector reads the older text format of Prometheus: so there are gauges only, which both formats know, and no
times beside the samples, which it refuses. A state is a label, and the value of the one that holds is 1.
"""

from collections.abc import Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.exposition import generate_latest

from contracts.core.report import Report
from contracts.core.text import plain
from contracts.formats.wording import CONCLUSIONS, subject
from contracts.targets.target_entry import Entry, Judged


def render(report: Report) -> str:
    """Return the metrics of one run; the target is called by its name, or else by its URL."""
    name = report.identity.name or subject(report)
    return render_targets([Judged(Entry(name, report.target, contract=report.contract.name), report)])


def render_targets(targets: Sequence[Judged]) -> str:
    """Return the metrics of several targets."""
    registry = CollectorRegistry()
    own = ("target", "contract")

    def gauge(name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"contract_{name}", text, (*own, *labels), registry=registry)

    verdict = gauge(
        "verdict",
        "1 for the verdict on the target, 0 for the others; partial conforms in less than the whole.",
        "verdict",
    )
    narrowed = gauge("run_narrowed", "1 for each reason why less than the whole contract was judged.", "reason")
    status = gauge("run_status", "The exit status that the target gives: 0, 1, or 3 for inconclusive.")
    time = gauge("run_timestamp_seconds", "When the run began, in seconds since 1970 (UTC).")
    duration = gauge("run_duration_seconds", "How long the run took.")
    state = gauge("clause_state", "1 for the state of the clause.", "clause", "level", "state")
    seen = gauge("clause_observations", "How many things the clause was judged on.", "clause", "level")
    for judged in targets:
        names = (plain(judged.entry.name), judged.entry.contract)
        for each in CONCLUSIONS:
            verdict.labels(*names, each).set(each == judged.conclusion)
        status.labels(*names).set(judged.status)
        if (report := judged.report) is None:
            continue
        for reason in report.partial:
            narrowed.labels(*names, reason.value).set(1)
        if report.started:
            time.labels(*names).set(datetime.fromisoformat(report.started).timestamp())
        duration.labels(*names).set(report.seconds)
        for outcome in report.outcomes:
            labels = (*names, outcome.clause.id, outcome.clause.level.value)
            state.labels(*labels, outcome.state.value).set(1)
            seen.labels(*labels).set(outcome.observations)
    return str(generate_latest(registry).decode("utf-8"))  # type: ignore[no-untyped-call]
