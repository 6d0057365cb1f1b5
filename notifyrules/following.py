"""Follow rule files while a process runs: what is in force is always a whole version that was checked."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import weakref
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Self, TypeAlias

from notifyrules.compiled.media import DecideEach
from notifyrules.compiled.program import Decide
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.diagnostics.formats import findings_data, format_oneline
from notifyrules.diagnostics.phrases import count, named, why
from notifyrules.document.files import (
    CASES_ENDINGS,
    SHIPPED_PREFIX,
    HeldText,
    Place,
    RealPaths,
    hold,
    is_folder,
    is_ours,
    list_yaml,
    root_for,
    says_ours,
)
from notifyrules.errors import RulesError, UsageError
from notifyrules.graph.builder import Library
from notifyrules.graph.model import Notify
from notifyrules.rules import Rules, build_place, find_place, path_text, shipped_rules

Charts: TypeAlias = Mapping[str, Rules]
"""Rules by the names of their charts."""
Accept: TypeAlias = Callable[[Charts, Charts], Iterable[str]]
"""Say of new charts, and those in force, why the new ones are refused: a sentence a reason, none to let them in."""

_log = logging.getLogger("notifyrules")
_TRIES = 10
"""Times that files are read again at once because they changed meanwhile."""
_PATIENCE_S = 5.0
"""How long `close` waits for an attempt that is under way."""
_MIXED: HeldText = ("", "")
"""What a file is said to hold of which two versions were read: it never holds that."""


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """Rules that are in force together."""

    charts: Charts
    """Never changes."""
    digest: str
    """Of a file that of its rules; of a folder SHA-256 of the names and digests of its charts."""
    since: datetime
    """When they were taken over, in UTC."""


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """Which rules are in force, and what became of the newest attempt to take over others."""

    digest: str
    since: datetime
    tried: datetime
    """When the files were last read because they had changed, in UTC."""
    looked: datetime
    """When it was last seen whether they have: long ago where nothing follows them any more."""
    findings: tuple[Diagnostic, ...] = ()
    """What the newest attempt found in the files, warnings included."""
    refused: tuple[str, ...] = ()
    """Why it was refused, where its files have no errors."""
    taken: int = 0
    """Versions taken over, the first among them."""
    refusals: int = 0
    """Attempts that left the version in force."""

    @property
    def is_current(self) -> bool:
        """Whether what the newest attempt read is in force."""
        return not self.refused and not any(one.is_error for one in self.findings)

    @property
    def age(self) -> timedelta:
        """How long ago the newest attempt was."""
        return datetime.now(UTC) - self.tried

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        instants = {name: getattr(self, name).isoformat() for name in ("since", "tried", "looked")}
        told = {"digest": self.digest, **instants, "is_current": self.is_current, **findings_data(self.findings)}
        return {**told, "refused": list(self.refused), "taken": self.taken, "refusals": self.refusals}


@dataclass(slots=True)
class _Sight:
    """What stands in all files that an attempt read or looked for; two are equal when nothing has changed."""

    files: dict[str, Place] = field(default_factory=dict)
    """The YAML files to follow, by the names that the system knows them by, without what they name."""
    held: dict[Place, HeldText] = field(default_factory=dict)
    led: dict[str, str] = field(default_factory=dict)
    """Where the names led that files give, links resolved."""


@dataclass(slots=True)
class _Reading:
    """What an attempt made of the files."""

    sight: _Sight = field(default_factory=_Sight)
    charts: dict[str, Rules] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()
    trouble: tuple[str, ...] = ()
    """Why there are no charts although no file has an error, and what to do."""


class LiveRules(Mapping[str, Rules]):
    """
    Rules that follow their file, or the charts of a folder by their names; made by :func:`live`.

    Each use takes the version in force; who asks several questions that must agree takes :attr:`rules` or
    :attr:`version` once. A thread looks at the files; in a process that was forked it is started by the first use.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        root: str | os.PathLike[str] | None,
        every: float,
        accept: Accept,
        changed: Callable[[Charts, Charts], object],
    ) -> None:
        """Take the first version, and begin to follow; :func:`live` says by what."""
        if not 0 < every <= threading.TIMEOUT_MAX:
            raise UsageError(f"`every` is {every!r}, not a number of seconds above 0", "leave it out for one second")
        self._shown = path_text(path, "a rule file or a folder")
        self._is_folder = is_folder(self._shown)
        self._root = None if root is None else str(Path(path_text(root, "the root folder")).absolute())
        # Whoever follows files may change its folder meanwhile, as daemons do.
        self._path = str(Path(self._shown).absolute())
        if not self._is_folder and (place := find_place(path, root)).name.startswith(SHIPPED_PREFIX):
            self._path, self._shown, self._root = str(place.path), place.name, str(place.root)
        self._every, self._accept, self._changed = every, accept, changed
        self._tried, self._restless = _Sight(), _Sight()
        now = datetime.now(UTC)
        self._state = LiveVersion({}, "", now), LiveStatus("", now, now, now)
        # What comes with the package does not change.
        self._closed = self._shown.startswith(SHIPPED_PREFIX)
        self._begin()
        if not any(self._try() for _ in range(_TRIES)):
            raise UsageError(f"`{self._shown}` changes while it is read", "load it once nobody writes to it")
        first = self.status
        if any(one.is_error for one in first.findings):
            raise RulesError(first.findings)
        if first.refused:
            raise UsageError(first.refused[0], "; ".join(first.refused[1:]))
        self._follow()
        if hasattr(os, "register_at_fork"):
            forked = weakref.WeakMethod(self._begin)
            os.register_at_fork(after_in_child=lambda: (begin := forked()) and begin())

    def _begin(self) -> None:
        """Forget the thread and the locks of the process that this one was forked from."""
        self._lock, self._stop = threading.RLock(), threading.Event()
        self._thread: threading.Thread | None = None

    # ---- What is in force ----

    @property
    def version(self) -> LiveVersion:
        """What is in force, as one value that never changes."""
        if self._thread is None and not self._closed:
            self._follow()
        return self._state[0]

    @property
    def rules(self) -> Rules:
        """The rules of the file that is followed."""
        charts = self.version.charts
        if self._is_folder:
            advice = f"take one by its name: {named(charts)}"
            raise UsageError(f"`{self._shown}` is a folder of {count(len(charts), 'chart')}", advice)
        return next(iter(charts.values()))

    @property
    def should_notify(self) -> Decide:
        """Decide whether to notify, as the rules of the file do: `live.should_notify(facts)`."""
        return self.rules.should_notify

    @property
    def should_notify_each(self) -> DecideEach:
        """Decide for each medium, as the rules of the file do."""
        return self.rules.should_notify_each

    @property
    def decide(self) -> Decide:
        """Decide, as the rules of the file do, also where they are made to be called."""
        return self.rules.decide

    def __getitem__(self, name: str) -> Rules:
        return self.version.charts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.version.charts)

    def __len__(self) -> int:
        return len(self.version.charts)

    def keys(self) -> KeysView[str]:
        """Give the names of one version."""
        return self.version.charts.keys()

    def values(self) -> ValuesView[Rules]:
        """Give the rules of one version."""
        return self.version.charts.values()

    def items(self) -> ItemsView[str, Rules]:
        """Give the names and the rules of one version."""
        return self.version.charts.items()

    @property
    def status(self) -> LiveStatus:
        """Which rules are in force, and what became of the newest attempt to take over others."""
        return self._state[1]

    def __repr__(self) -> str:
        return f"<LiveRules {', '.join(map(repr, self._state[0].charts))} from {self._shown}>"

    # ---- Following ----

    def refresh(self) -> LiveStatus:
        """Read the files now, whether or not they seem to have changed, and tell what became of it."""
        with self._lock:
            any(self._try() for _ in range(_TRIES))
        return self.status

    def close(self) -> None:
        """Follow no longer; the last version goes on deciding."""
        self._closed = True
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_PATIENCE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _follow(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed:
                poll = weakref.WeakMethod(self._poll)
                name = f"following {self._shown}"
                thread = threading.Thread(target=_watch, args=(poll, self._stop, self._every), name=name, daemon=True)
                thread.start()
                self._thread = thread

    def _poll(self) -> None:
        """
        Look whether the files have changed, and take over what they hold once they are at rest.

        They are when they are the same at two looks: what is being written is left alone even where the part that is
        written already is sound.
        """
        with self._lock:
            try:
                now = self._look(self._tried)
                if now == self._tried or now != self._restless:
                    self._restless = now
                else:
                    self._try()
                self._note(looked=datetime.now(UTC))
            except Exception as error:  # noqa: BLE001 - a thread that dies follows nothing any more
                _log.exception("following %s", self._shown)
                self._note(refused=(f"following the files failed: {type(error).__name__}: {error}",))

    def _note(self, **news: object) -> None:
        version, status = self._state
        self._state = version, replace(status, **news)  # type: ignore[arg-type]

    def _places(self) -> dict[str, Place]:
        """Find the YAML files to follow."""
        found: dict[str, Place] = {}
        if not self._is_folder:
            found[self._path] = replace(find_place(self._path, self._root), name=self._shown)
            for ending in CASES_ENDINGS:
                # They say nothing of the rules, but to whoever refuses rules by them.
                if os.path.isfile(beside := f"{os.path.splitext(self._path)[0]}{ending}"):  # noqa: PTH113, PTH122
                    found[beside] = find_place(beside, self._root)
            return found

        def refuse(error: OSError) -> None:
            raise UsageError(f"`{error.filename}` cannot be listed: {why(error)}")

        folder, real_paths, roots = Path(self._path), RealPaths(), dict[str, Path]()
        for file in map(str, list_yaml(folder, refuse)):
            real = real_paths.find(file)
            around = os.path.dirname(real)  # noqa: PTH120 - for many files, again and again
            if around not in roots:
                roots[around] = find_place(file, root_for(file, self._root, folder)).root
            found[file] = Place(Path(real), f"{self._shown}{file[len(self._path) :]}", roots[around])
        return found

    def _look(self, before: _Sight) -> _Sight:
        """See what stands now in the files that an attempt saw, and in those that came since."""
        now = _Sight()
        try:
            now.files = self._places()
        except UsageError:
            return _Sight(led=before.led)
        now.held = {place: hold(place) for place in (*now.files.values(), *before.held)}
        real_paths = RealPaths()
        now.led = {name: real_paths.find(name) for name in before.led}
        return now

    def _read(self) -> _Reading:
        """Read and check the files; charts are there where nothing is wrong with any of them."""
        read, findings = _Reading(), Findings()
        try:
            files = read.sight.files = self._places()
            held = read.sight.held = {place: hold(place) for place in files.values()}
            for file, place in files.items():
                text = held[place]
                ours = says_ours(text) if isinstance(text, str) else is_ours(Path(file))
                if file == self._path or (ours and not place.name.endswith(CASES_ENDINGS)):
                    self._read_one(place, read, findings)
        except UsageError as error:
            read.trouble = tuple(one for one in (error.message, error.help) if one)
        if findings.errors or read.trouble:
            read.charts = {}
        elif not read.charts:
            read.trouble = f"the folder `{self._shown}` holds no charts", "a rule file begins with `notifyrules: 1`"
        read.findings = findings.sorted()
        return read

    def _read_one(self, place: Place, read: _Reading, findings: Findings) -> None:
        """Read one rule file; of a folder, what is made to be included or called is no chart of its own."""
        library = Library(shipped_rules())
        found, graph = build_place(place, fragments=self._is_folder, library=library)
        findings.extend(found)
        for one, held in library.held.items():
            if read.sight.held.setdefault(one, held) != held:
                read.sight.held[one] = _MIXED
        for name, led in library.led.items():
            if read.sight.led.setdefault(name, led) != led:
                read.sight.led[name] = ""
        if graph is None or (self._is_folder and any(one.notify is Notify.UNSAID for one in graph.outcomes.values())):
            return
        if graph.name in read.charts:
            message = f"`{read.charts[graph.name].graph.path}` and `{place.name}` are both named `{graph.name}`"
            raise UsageError(message, "give one of them another `name`")
        before = self._state[0].charts.get(graph.name)
        same = before is not None and before.digest == graph.digest
        read.charts[graph.name] = before if before is not None and same else Rules(graph, found.sorted())

    def _try(self) -> bool:
        """Read the files, and take over what they hold if it may be; False where they changed meanwhile."""
        read = self._read()
        if self._look(read.sight) != read.sight:
            return False
        version, status = self._state
        now = datetime.now(UTC)
        digest = _digest(read.charts, of_folder=self._is_folder)
        refused = read.trouble
        may_be = not refused and bool(read.charts)
        if may_be and digest != version.digest:
            refused = self._refusal(read.charts, version.charts)
        status = replace(status, tried=now, looked=now, findings=read.findings, refused=refused)
        if refused or not may_be:
            self._state = version, replace(status, refusals=status.refusals + 1)
            if version.charts:
                told = "\n".join([*refused, format_oneline([one for one in read.findings if one.is_error])])
                _log.warning("%s: refused, and what was in force stays so\n%s", self._shown, told.strip())
        elif digest != version.digest:
            new = LiveVersion(MappingProxyType(read.charts), digest, now)
            self._state = new, replace(status, digest=digest, since=now, taken=status.taken + 1)
            _log.info("%s: in force, %s", self._shown, digest)
            if version.charts:
                self._tell(new.charts, version.charts)
        else:
            self._state = version, status
        self._tried = read.sight
        return True

    def _refusal(self, new: Charts, old: Charts) -> tuple[str, ...]:
        """Say why new charts are not taken over, none of which is wrong in itself."""
        if self._is_folder and (gone := [name for name in old if name not in new]):
            return f"{named(gone)} is in force and in no file any more", "start the process anew to do without it"
        try:
            return tuple(self._accept(new, old))
        except Exception as error:  # noqa: BLE001 - whatever the caller's code raises
            _log.exception("%s: `accept`", self._shown)
            return (f"`accept` raised {type(error).__name__}: {error}",)

    def _tell(self, new: Charts, old: Charts) -> None:
        """Call back; what is wrong with the callback is no fault of the rules."""
        try:
            self._changed(new, old)
        except Exception:  # noqa: BLE001 - whatever the caller's code raises
            _log.exception("%s: `changed`", self._shown)


def live(
    path: str | os.PathLike[str],
    *,
    root: str | os.PathLike[str] | None = None,
    every: float = 1.0,
    accept: Accept = lambda _new, _old: (),
    changed: Callable[[Charts, Charts], object] = lambda _new, _old: None,
) -> LiveRules:
    """
    Load a rule file, or the charts of a folder, and follow: a change is in force as soon as it is whole and sound.

    What is broken, half written or gone leaves the version before in force, and :attr:`LiveRules.status` says why. The
    files of a folder are taken over together or not at all, so that no two of its charts are of different versions; a
    chart in force never goes, whatever becomes of its file. Of a folder, files that are made to be included or called
    are no charts of their own; files that they and charts name are followed wherever they are.

    Args:
        path: The file, the name of a shipped one, or a folder.
        root: As for :func:`~notifyrules.load`; for the files of a folder it is as wide as for `notifyrules check`.
        every: Seconds between two looks at the files, by what they hold; a change counts when two looks agree.
        accept: Is given the new charts and those in force, none at first, and says why the new ones are refused:
            sentences, none to take them over.
        changed: Is called with the new charts and those before when they have been taken over.

    Returns:
        Rules to ask like loaded ones, or charts by their names; to be closed, or used in a `with`.

    Raises:
        RulesError: The first version has errors.
        UsageError: The first version is refused, or cannot be had for another reason.
    """
    return LiveRules(path, root, every, accept, changed)


def _digest(charts: Charts, *, of_folder: bool) -> str:
    if not of_folder:
        return "".join(rules.digest for rules in charts.values())
    listed = "".join(f"{name} {charts[name].digest}\n" for name in sorted(charts))
    return hashlib.sha256(listed.encode()).hexdigest()


def _watch(poll: weakref.WeakMethod[Callable[[], None]], stop: threading.Event, every: float) -> None:
    """Look again and again, as long as anybody holds the rules."""
    while not stop.wait(every):
        look = poll()
        if look is None:
            return
        look()
        del look
