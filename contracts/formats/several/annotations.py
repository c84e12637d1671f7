"""Workflow commands of GitHub Actions over several targets: one for each that does not conform."""

from collections.abc import Sequence

from contracts.formats import wording
from contracts.formats.annotations import entitled
from contracts.formats.several.wording import headline
from contracts.targets.target_entry import Judged


def render(targets: Sequence[Judged]) -> str:
    """Return an ``::error`` for every target that fails the run or could not be judged."""
    return "".join(map(_command, (judged for judged in targets if judged.status)))


def _command(judged: Judged) -> str:
    message = wording.last_line(judged.report) if judged.report else wording.plain(judged.missing)
    return entitled("error", f"{judged.entry.contract}: {judged.entry.name} {headline(judged)}", message) + "\n"
