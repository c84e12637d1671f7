"""What it costs to read a file that somebody made to hurt: little more than its size, whatever is large in it.

A few of each kind, of half a mebibyte; `make cost` tells what all of them cost at four.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_bodies import Parent, measuring
from hostile_files import FILES, File, cost_of

pytestmark = pytest.mark.uncounted

SIZE = 2**19
#: Seconds of CPU, and MiB: what was quadratic passed them at this size by a factor of five.
SECONDS, MEMORY = 3, 130
#: One in so many is read here.
ONE_IN = 6


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parent]:
    """The process whose children run the commands."""
    with measuring(tmp_path_factory.mktemp("parent")) as process:
        yield process


@pytest.mark.parametrize(
    "file",
    [file for file in FILES if file.name.startswith("answer") or zlib.crc32(file.name.encode()) % ONE_IN == 0],
    ids=lambda file: file.name,
)
def test_a_hostile_file_costs_little(file: File, parent: Parent, tmp_path: Path) -> None:
    """It ends in time and memory that nothing quadratic keeps, and never as a fault of the suite."""
    status, seconds, peak, said = cost_of(parent, file, SIZE, tmp_path)
    assert status in (0, 1, 2, 3), said
    assert seconds < SECONDS
    assert peak < MEMORY
    assert max(map(len, said.splitlines())) < 2_000  # nothing of a file fills the terminal
