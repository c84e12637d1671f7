"""envelope.*: what stands around the list. The schema says it; what it refuses comes back here by clause."""

from contracts.core.check import Note, Steps
from contracts.core.finding import step
from contracts.global_information.checks.elements import shape
from contracts.global_information.checks.registry import CHECKS
from contracts.judging.answer import Answer


@CHECKS.answer("envelope.object")
def root_is_object(answer: Answer) -> Steps:
    yield from shape(answer, "envelope.object")
    key, value = answer.contract.key, answer.require_value()
    if isinstance(value, dict) and (others := sorted(value.keys() - {key})):
        yield Note(f"additional members beside {step(key)}: {', '.join(map(ascii, others[:10]))}")
    return 1
