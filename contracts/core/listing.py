"""The list as a person would see it: in its order, with the elements marked that a finding is about."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """An element of the list: its ``index`` in the answer, its texts, and what is wrong with it.

    ``place`` is the value that gives the order, ``title`` what a person reads, ``codes`` what a program does.
    ``skipped`` is the number of elements that are left out before it.
    """

    index: int
    place: str
    title: str
    codes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    skipped: int = 0


@dataclass(frozen=True)
class Listing:
    """What is shown of a list of ``total`` elements, in the order of a member, or as they came when there is none.

    ``unplaced`` are those without a value to sort by, ``omitted`` the number of those left out at the end. Without a
    list, ``reason`` says why there is none.
    """

    order: str = ""
    items: tuple[Item, ...] = ()
    unplaced: tuple[Item, ...] = ()
    total: int = 0
    omitted: int = 0
    unplaced_omitted: int = 0
    reason: str = "no answer was judged"
