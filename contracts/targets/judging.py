"""Judging several targets in one process: a thread an account, and in it one target after the other."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from contracts.core.contract import LIST, Contract
from contracts.core.errors import CouldNotJudge, UsageError
from contracts.core.exchange import Exchange, Request
from contracts.core.report import Report, Scope, StaleDeviation
from contracts.exceptions import deviations
from contracts.formats.wording import target_headline
from contracts.global_information.clauses import needed
from contracts.judging.evidence import Evidence
from contracts.judging.judge import report_of
from contracts.masking.secrets import Secrets
from contracts.network.credentials import API, BEARER, Variables
from contracts.network.dial import parse
from contracts.network.pace import Pace
from contracts.prepare import ci_url, prepare
from contracts.run import Run, verify
from contracts.settings.table import Settings
from contracts.targets.target_entry import Entry, Judged

#: The exchanges of which the list of a target is compared with that of another.
_COMPARED = (LIST, "repeat")


@dataclass
class Targets:
    """Targets that are ready to be judged; ``interrupted`` counts those that were not, because the user ended the run.

    ``entries`` are all of a file, ``wanted`` those that are judged. ``settings`` hold for all, as far as an entry says
    nothing else; ``contract_of`` gives the contract of a name. ``secrets`` are those of all of them: the reports of
    each hold none of any. ``finish`` is given the entry, its run, None where it could not even begin, and its report;
    it returns the report as it was written. ``say`` is told how far the run is.
    """

    entries: Sequence[Entry]
    wanted: Sequence[Entry]
    settings: Settings
    environ: Mapping[str, str]
    contract_of: Callable[[str], Contract]
    secrets: Secrets
    finish: Callable[[Entry, Run | None, Report], Report]
    say: Callable[[str], None]
    interrupted: int = 0
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _reports: dict[str, Report] = field(default_factory=dict)
    _unused: dict[str, tuple[StaleDeviation, ...]] = field(default_factory=dict)
    _bodies: dict[bytes, bytes] = field(default_factory=dict)
    _problems: list[BaseException] = field(default_factory=list)

    def judge(self) -> tuple[Judged, ...]:
        """Judge the targets and return what became of each, in the order of the entries.

        The threads are daemons: Ctrl-C does not wait for a target that hangs.

        Raises:
            BaseException: what a thread raised; it is a fault of the suite, not of a target.
        """
        accounts: dict[str, list[Entry]] = {}
        for entry in self.wanted:
            accounts.setdefault(entry.account_key, []).append(entry)
        threads = [threading.Thread(target=self._account, args=item, daemon=True) for item in accounts.items()]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            self._end()
        for problem in self._problems:
            raise problem
        judged = tuple(Judged(entry, self._reports[entry.name]) for entry in self.wanted)
        return with_stale(judged, self._unused, self._deviations())

    def _deviations(self) -> dict[str, str]:
        """Return the file of known deviations of each target of the file that has one, wanted or not."""
        named = {entry.name: entry.settings.get("deviations", self.settings.deviations) for entry in self.entries}
        return {name: file for name, file in named.items() if file}

    def _shared(self, report: Report) -> Report:
        """Return the report; where its deviations are those of several targets, without those that it does not use."""
        files, name = self._deviations(), report.identity.name
        if list(files.values()).count(files.get(name, "")) < 2:  # noqa: PLR2004 - more than this one target
            return report
        report, self._unused[name] = deviations.shared(report)
        return report

    def _end(self) -> None:
        """Let the targets that were judged stand, and the others be inconclusive; no thread writes after this."""
        with self._writing:
            left = [entry for entry in self.wanted if entry.name not in self._reports]
            self.interrupted = len(left)
            for entry in left:
                report = self._unjudged(entry, "the run was interrupted before this target was judged")
                self._reports[entry.name] = self.finish(entry, None, report)

    def pace(self, account: str) -> Pace:
        """Return the pace of an account, which says when it has to wait."""
        return Pace(say=lambda seconds: self._say(f"the account {account} waits {seconds:.0f} s"))

    def _say(self, words: str) -> None:
        self.say(f"{len(self._reports)} of {len(self.wanted)} targets judged; {words}")

    def _account(self, name: str, entries: Iterable[Entry]) -> None:
        try:
            pace = self.pace(name)
            for entry in entries:
                self._judge(entry, pace)
        except BaseException as problem:  # noqa: BLE001 - it is raised again by the thread that waits for this one
            self._problems.append(problem)

    def _judge(self, entry: Entry, pace: Pace) -> None:
        try:
            with prepare(
                settings_of(entry, self.settings),
                self.contract_of(entry.contract),
                self.environ,
                identity=entry.identity,
                pace=pace,
                tokens=tokens_of(entry, self.environ),
                secrets=self.secrets,
            ) as run:
                pace.wait_for_capacity(run.requests)  # before the deadline of the target begins
                self._finish(entry, run, self._shared(_named(verify(run), entry)))
        except UsageError as error:
            self._finish(entry, None, self._unjudged(entry, str(error)))

    def _finish(self, entry: Entry, run: Run | None, report: Report) -> None:
        with self._writing:
            if entry.name not in self._reports:  # else the run was interrupted meanwhile
                report = self.finish(entry, run, report)
                self._reports[entry.name] = slim(report, self._bodies)
                self._say(f"{entry.name} {target_headline(Judged(entry, report))}")

    def _unjudged(self, entry: Entry, why: str) -> Report:
        """Return the report on a target that could not even be asked: every clause is inconclusive, for this reason."""
        settings, contract = settings_of(entry, self.settings), self.contract_of(entry.contract)
        address = parse(entry.url, contract.path, allow_plain_http=True)
        probes = needed(contract, contract.clauses, plaintext=False, unsafe=False, burst=False)
        failure = CouldNotJudge(why)
        exchanges = tuple(Exchange(probe.name, Request(probe.method, address.url), failure=failure) for probe in probes)
        evidence = Evidence(address.url, exchanges, Scope(settings.auth, live=not address.loopback), contract)
        return replace(
            report_of(evidence),
            settings=settings.shown(),
            strict=settings.strict,
            implementation=entry.identity.implementation,
            identity=replace(entry.identity, ci=ci_url(self.environ)),
            started=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        )


def slim(report: Report, bodies: dict[bytes, bytes]) -> Report:
    """Return what a report over all needs: of the exchanges those of the list, and each of all their bodies once."""
    kept = []
    for exchange in report.exchanges:
        if exchange.probe in _COMPARED:
            body = exchange.response.body if exchange.response else b""
            response = exchange.response and replace(exchange.response, body=bodies.setdefault(body, body))
            kept.append(replace(exchange, response=response))
    return replace(report, exchanges=tuple(kept))


def with_stale(
    targets: Sequence[Judged], unused: Mapping[str, tuple[StaleDeviation, ...]], files: Mapping[str, str]
) -> tuple[Judged, ...]:
    """Return the targets, and with each as stale what none of those that share its deviations has any use for.

    ``unused`` says it for each target by its name, ``files`` whose deviations are the same: one that says to share its
    own with nobody's shares them with itself. Where one of them was not judged nobody can say it.
    """
    sharing: dict[str, list[str]] = {}
    for name, file in files.items():
        sharing.setdefault(file, []).append(name)
    stale: dict[str, tuple[StaleDeviation, ...]] = {}
    for names in sharing.values():
        first, *others = (unused.get(name, ()) for name in names)
        nobody = tuple(each for each in first if all(each in other for other in others))
        stale |= dict.fromkeys(names, nobody)
    return tuple(
        replace(judged, report=replace(judged.report, stale=(*judged.report.stale, *stale[judged.entry.name])))
        if judged.report and judged.entry.name in stale
        else judged
        for judged in targets
    )


def settings_of(entry: Entry, settings: Settings) -> Settings:
    """Return the settings of one target: what its entry says, and for the rest what holds of all."""
    own = {
        "target": entry.url,
        "contract": entry.contract,
        "name": entry.name,
        "environment": entry.environment,
        "implementation": entry.identity.implementation,
    }
    given: dict[str, Any] = {**{name: value for name, value in own.items() if value}, **entry.settings}
    narrowed = tuple(name for name in settings.narrowed if name not in given)
    origins = {**settings.origins, **dict.fromkeys(given, settings.targets or "")}
    return replace(settings, **given, origins=origins, narrowed=narrowed)


def tokens_of(entry: Entry, environ: Mapping[str, str]) -> Variables:
    """Return the variable that holds the token of one target, and no other.

    Raises:
        UsageError: the variable is not set.
    """
    for variable in filter(None, (entry.token, entry.api_token)):
        if not environ.get(variable):
            raise UsageError(f"{variable} is not set: it is to hold the token of this target")
    return Variables(entry.token, entry.api_token)


def _named(report: Report, entry: Entry) -> Report:
    """Return the report with a note of which variable the masks and the lines to paste stand for."""
    for own, variable in ((BEARER, entry.token), (API, entry.api_token)):
        if variable and variable != own:
            return replace(report, notes=(*report.notes, f"{own} stands here for what {variable} holds"))
    return report
