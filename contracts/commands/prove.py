"""``contracts prove``: every fault and every variant of the mock, judged by the whole suite, as a matrix."""

import argparse
import json
import os
from collections.abc import Iterator

from contracts.commands import output, writing
from contracts.core.errors import UsageError
from contracts.prove import Expectation, Proof, cases, prove

UNPROVEN = 1
STATUSES = "exit status: 0 proven; 1 not proven; 2 usage; 4 a fault of the suite itself"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    output.add_named(parser, "contract")
    parser.add_argument(
        "--clause", metavar="ID", help="only the faults that break this clause, and what must breach nothing"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes; default: cores")
    parser.add_argument("--json", metavar="FILE", help="write the matrix as JSON; - is standard output")
    parser.add_argument("--markdown", metavar="FILE", help="write the matrix as Markdown; - is standard output")


def run(options: argparse.Namespace) -> int:
    """Prove the suite. Returns 0 when everything is proven, and 1 when anything is not."""
    contract = output.contract(options)
    if options.clause and options.clause not in contract.clause:
        raise UsageError(f"there is no clause {options.clause!r}; `contracts explain` lists them")
    if options.jobs < 1:
        raise UsageError(f"--jobs is {options.jobs}, and must be a whole number from 1 on")
    outputs = output.Outputs({name: file for name in ("json", "markdown") if (file := getattr(options, name))})
    writing.claim({f"--{name}": file for name, file in outputs.files.items()})
    outputs.clear()
    console = writing.Console(quiet=False, to_stderr=outputs.take_output)

    def bar(done: int, of: int) -> None:
        width = 40 * done // of
        console.progress(f"[{'#' * width}{'.' * (40 - width)}] {done} of {of}")

    clauses = (options.clause,) if options.clause else tuple(contract.clause)
    proof = prove(contract, cases(contract, options.clause), clauses, jobs=options.jobs, say=bar)
    console.done()
    for name, file in outputs.files.items():
        with outputs.attempt():
            writing.write(file, as_json(proof) if name == "json" else as_markdown(proof))
    console.write("".join(f"{line}\n" for line in _lines(proof)))
    return outputs.end(UNPROVEN if proof.problems else 0, console)


def _lines(proof: Proof) -> Iterator[str]:
    for clause, names in proof.killers.items():
        meant = [result.case.name for result in proof.results if clause in result.breaks]
        mark = "✓" if names and len(names) == len(meant) else "✗"
        level = proof.contract.clause[clause].level
        yield f"{mark} {clause:<32}{level:<8}killed {len(names)} of {len(meant)}: {_some(names)}"
    if proof.problems:
        yield ""
        yield from (f"✗ {problem}" for problem in proof.problems)
    yield ""
    yield summary(proof)


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown  # noqa: PLR2004 - one line a clause


def summary(proof: Proof) -> str:
    """Return the proof in one line."""
    killed = sum(bool(names) for names in proof.killers.values())
    verdict = "NOT PROVEN" if proof.problems else "PROVEN"
    return (
        f"{verdict}: {killed} of {len(proof.clauses)} clauses killed by {proof.count(Expectation.FAULT)} faults; "
        f"{proof.count(Expectation.VARIANT)} conforming variants and {proof.count(Expectation.NULL)} null responders; "
        f"{len(proof.problems)} problems"
    )


def as_json(proof: Proof) -> str:
    """Return the matrix as JSON: a case a row, with the clauses it breaks and those that tripped."""
    rows = [
        {
            "kind": str(result.case.expectation),
            "name": result.case.name,
            "sentence": result.case.fault.sentence,
            "breaks": sorted(result.breaks),
            "tripped": sorted(result.tripped),
            "problems": list(result.problems),
        }
        for result in proof.results
    ]
    return json.dumps({"summary": summary(proof), "killers": proof.killers, "cases": rows}, indent=2) + "\n"


def as_markdown(proof: Proof) -> str:
    """Return the matrix as Markdown: a clause a row, a fault a row."""
    lines = [summary(proof), "", "| clause | level | faults that it catches |", "|---|---|---|"]
    lines += [
        f"| {clause} | {proof.contract.clause[clause].level} | {', '.join(names)} |"
        for clause, names in proof.killers.items()
    ]
    lines += ["", "| case | what it does | breaks | tripped |", "|---|---|---|---|"]
    lines += [
        f"| {r.case.name} | {r.case.fault.sentence} | {', '.join(sorted(r.breaks)) or 'nothing'} "
        f"| {', '.join(sorted(r.tripped)) or 'nothing'} |"
        for r in proof.results
    ]
    return "\n".join(lines) + "\n"
