"""Several targets for a person at a terminal: a table that fits 80 columns, why, and the last line."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from contracts.comparison.across import across
from contracts.core.report import Verdict
from contracts.formats import wording as of_one
from contracts.formats.several.wording import causes, differences, failing, headline, last_line
from contracts.formats.wording import plain
from contracts.targets.target_entry import Judged

_COLUMNS = 80
#: Name, verdict and failing clauses share what the two numbers and the gaps leave.
_NAME, _VERDICT, _REQUESTS, _SECONDS, _GAPS = 18, 18, 8, 7, 8
_COLOURS = {Verdict.CONFORMS: "32", Verdict.VIOLATES: "31", Verdict.INCONCLUSIVE: "33"}


def render(targets: Sequence[Judged], *, colour: bool = False) -> str:
    """Return the table, the reasons of what could not be judged, and the last line."""
    lines = [*_table(targets, colour), *_reasons(targets), *_differences(targets), "", last_line(targets)]
    return "".join(f"{line}\n" for line in lines)


def brief(targets: Sequence[Judged]) -> list[str]:
    """Return one line for each breach, reason and stale deviation, each with its target: nothing when all is well."""
    lines = []
    for judged in targets:
        told = of_one.brief(judged.report) if judged.report else [f"could not judge: {plain(judged.missing)}"]
        lines += [f"{plain(judged.entry.name)}: {line}" for line in told]
    return lines


def _table(targets: Sequence[Judged], colour: bool) -> Iterator[str]:  # noqa: FBT001
    widths = (
        _width("target", (judged.entry.name for judged in targets), _NAME),
        _width("verdict", (headline(judged) for judged in targets), _VERDICT),
    )
    rest = _COLUMNS - sum(widths) - _REQUESTS - _SECONDS - _GAPS
    every = (*widths, rest)
    yield _line(("target", "verdict", "failing clauses"), ("requests", "seconds"), every)
    for judged in targets:
        report = judged.report
        cells = (judged.entry.name, headline(judged), " ".join(failing(judged)) or "-")
        numbers = (f"{report.requests.sent:,}", f"{report.seconds:.1f}") if report else ("-", "-")
        columns = [textwrap.wrap(plain(text), width) for text, width in zip(cells, every, strict=True)]
        for number, parts in enumerate(zip_longest(*columns, fillvalue="")):
            line = _line(parts, ("", "") if number else numbers, every)
            yield f"\x1b[{_COLOURS[judged.verdict]}m{line}\x1b[0m" if colour else line


def _width(title: str, texts: Iterator[str], most: int) -> int:
    return min(max(len(title), *map(len, texts)), most)


def _line(texts: Sequence[str], numbers: Sequence[str], widths: Sequence[int]) -> str:
    cells = (f"{text:<{width}}" for text, width in zip(texts, widths, strict=True))
    return "  ".join((*cells, f"{numbers[0]:>{_REQUESTS}}", f"{numbers[1]:>{_SECONDS}}")).rstrip()


def _reasons(targets: Sequence[Judged]) -> Iterator[str]:
    for judged in targets:
        for reason in causes(judged):
            yield ""
            yield from _wrapped(f"{plain(judged.entry.name)}: {plain(reason)}")


def _differences(targets: Sequence[Judged]) -> Iterator[str]:
    told = [each for each in across(targets) if each.comparison and each.comparison.differences]
    if told:
        yield ""
    for each in told:
        yield from _wrapped(f"{plain(each.name)} differs from {plain(each.base)}: {differences(each)}")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _COLUMNS, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
