"""The smallest set of moves that makes one order of another."""

from collections.abc import Sequence
from operator import itemgetter

#: How good a chain is (its length, then the weights of its members), and which member it ends with.
_Chain = tuple[int, int, int]


def moved(ranks: Sequence[int], weights: Sequence[int]) -> set[int]:
    """Return the fewest places of a sequence of distinct ranks without which it is ascending.

    Where several sets are equally small, the heaviest stays in place. Weights that hardly ever add up to the same
    make the choice one and the same from either side. Time is that of sorting.
    """
    best: list[_Chain] = []
    tree: list[_Chain] = [(0, 0, -1)] * (len(ranks) + 1)  # of prefix maxima (Fenwick, 1994), by rank
    order = {rank: number for number, rank in enumerate(sorted(ranks), 1)}
    before: list[int] = []
    for place, rank in enumerate(ranks):
        length, weight, last = _best_below(tree, order[rank] - 1)
        chain = (length + 1, weight + weights[place], place)
        best.append(chain)
        before.append(last)
        _improve(tree, order[rank], chain)
    place = max(best, key=itemgetter(0, 1), default=(0, 0, -1))[2]
    left = set(range(len(ranks)))
    while place >= 0:
        left.discard(place)
        place = before[place]
    return left


def _best_below(tree: list[_Chain], number: int) -> _Chain:
    best = tree[0]
    while number:
        best = max(best, tree[number], key=itemgetter(0, 1))
        number &= number - 1
    return best


def _improve(tree: list[_Chain], number: int, chain: _Chain) -> None:
    while number < len(tree):
        tree[number] = max(tree[number], chain, key=itemgetter(0, 1))
        number += number & -number
