"""envelope.*: what stands around the list. The schema says it; its departures come back here by clause."""

from contracts.core.finding import step
from contracts.event_categories.checks.registry import Note, Steps, answer_check
from contracts.event_categories.checks.shape import breaches
from contracts.event_categories.clauses import KEY
from contracts.event_categories.evidence import Answer


@answer_check("envelope.object")
def root_is_object(answer: Answer) -> Steps:
    yield from breaches(answer, "envelope.object")
    if isinstance(answer.value, dict) and (others := sorted(answer.value.keys() - {KEY})):
        yield Note(f"additional members beside {step(KEY)}: {', '.join(map(ascii, others[:10]))}")
    return 1


@answer_check("envelope.event-categories")
def list_is_array(answer: Answer) -> Steps:
    _ = answer.members
    yield from breaches(answer, "envelope.event-categories")
    return 1
