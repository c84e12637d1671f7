"""``make cost``: what hostile bodies and files of a size cost in seconds of CPU and in memory, reports included."""

import sys
import tempfile
from pathlib import Path

from hostile import raw_server
from hostile_bodies import ROWS, answering, cost, measuring
from hostile_files import FILES, cost_of


def main(size: int, *options: str) -> None:
    """Print a line for each class of attack."""
    print("| body | bytes | exit status | CPU, seconds | peak, MiB |\n| --- | --- | --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as folder, measuring(Path(folder)) as parent:
        for number, row in enumerate(ROWS):
            body = row.make(size)
            reports = Path(folder) / str(number)
            reports.mkdir()
            with raw_server(answering(row, body)) as server:
                status, seconds, peak, _ = cost(parent, server.url, reports, *options)
            print(f"| {row.name} | {len(body):,} | {status} | {seconds:.1f} | {peak} |", flush=True)
        for number, file in enumerate(FILES, len(ROWS)):
            read = Path(folder) / str(number)
            read.mkdir()
            status, seconds, peak, _ = cost_of(parent, file, size, read)
            print(f"| {file.name} | {size:,} | {status} | {seconds:.1f} | {peak} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
