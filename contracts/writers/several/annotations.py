"""Workflow commands of GitHub Actions over several targets: one for each that does not conform."""

from collections.abc import Sequence

from contracts.core.entry import Judged
from contracts.writers import wording
from contracts.writers.annotations import entitled
from contracts.writers.several.wording import headline


def render(targets: Sequence[Judged]) -> str:
    """Return an ``::error`` for every target that fails the run or could not be judged."""
    return "".join(map(_command, (judged for judged in targets if judged.status)))


def _command(judged: Judged) -> str:
    message = wording.last_line(judged.report) if judged.report else wording.plain(judged.missing)
    return entitled("error", f"{judged.entry.contract}: {judged.entry.name} {headline(judged)}", message) + "\n"
