"""client.go-readable against Go itself: the clause says what encoding/json does with the types of the client."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cases import answered, raw
from hypothesis import given, settings
from hypothesis import strategies as st
from subject import BY_ID

from contracts.core.report import State
from contracts.judging.judge import outcomes

pytestmark = pytest.mark.uncounted
SOURCE = Path(__file__).with_name("go_client.go")

#: Bodies at the edges of what Go's decoder takes, each a root.
EDGES = (
    "null", "[]", "0", '""', "true", "{}", '{"a": null}', '{"a": [null, {}]}', '{"a": [[]]}', '{"a": {}}', '{"a": 0}',
    '{"event_categories": [{"id": null, "name": null, "position": null}]}',
    '{"event_categories": [{"position": 1.0}]}', '{"event_categories": [{"position": 1e0}]}',
    '{"event_categories": [{"position": -0}]}', '{"event_categories": [{"position": 9223372036854775807}]}',
    '{"event_categories": [{"position": 9223372036854775808}]}',
    '{"event_categories": [{"position": -9223372036854775808}]}',
    '{"event_categories": [{"position": "1"}]}', '{"event_categories": [{"position": true}]}',
    '{"event_categories": [{"id": 7, "id": "a"}]}', '{"event_categories": [{"id": "a", "id": null}]}',
    '{"event_categories": 0, "event_categories": []}', '{"event_categories": [{"name": []}], "event_categories": []}',
    r'{"event_categories": [{"\u0069d": 7}]}', '{"event_categories": [{"display_name": 7, "x": {"id": 7}}]}',
    '{"a": [{"id": 7}]}', '{"a": null, "a": []}', r'{"a": [{"id": "\ud800"}]}', '\ufeff{"a": []}',
)  # fmt: skip

_texts = st.sampled_from(["id", "name", "position", "x", "event_categories"])
_leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from([2**63, -(2**63), 2**63 - 1]), st.floats(-9, 9), _texts
)


@st.composite
def texts_of_json(draw: st.DrawFn, depth: int = 4) -> str:
    """A JSON text whose objects may repeat names."""
    kind = draw(st.sampled_from(["leaf", "object", "array"] if depth else ["leaf"]))
    if kind == "leaf":
        return json.dumps(draw(_leaves))
    inner = texts_of_json(depth - 1)
    if kind == "array":
        return "[" + ", ".join(draw(st.lists(inner, max_size=3))) + "]"
    pairs = draw(st.lists(st.tuples(_texts, inner), max_size=4))
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in pairs) + "}"


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """A body that is nearly one of the client's, so that both opinions are common."""
    element = st.one_of(texts_of_json(1), st.just('{"id": "a", "name": "b", "position": 1}'))
    values = st.one_of(st.lists(element, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"), texts_of_json(2))
    pairs = draw(st.lists(st.tuples(_texts, values), min_size=1, max_size=3))
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in pairs) + "}"


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A function that asks Go about many bodies in one process; a desk without Go skips, CI does not."""
    if shutil.which("go") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("go is missing")
    folder = tmp_path_factory.mktemp("go")
    environment = {"GOCACHE": str(folder / "cache"), "GO111MODULE": "off", "GOTOOLCHAIN": "local", "HOME": str(folder)}
    build = ["go", "build", "-o", str(folder / "client"), str(SOURCE)]
    path = {"PATH": str(Path(str(shutil.which("go"))).parent) + ":/usr/bin:/bin"}
    subprocess.run(build, env={**environment, **path}, check=True, capture_output=True)

    def ask(texts: list[str]) -> list[bool]:
        lines = "\n".join(base64.b64encode(text.encode("utf-8", "surrogatepass")).decode() for text in texts)
        done = subprocess.run([folder / "client"], input=lines, capture_output=True, text=True, check=True)
        return [line == "true" for line in done.stdout.split()]

    return ask


def is_held(text: str) -> bool:
    """What the clause says; an object without members gives it nothing to look at, and Go reads that."""
    [outcome] = outcomes(answered(raw(text)), [BY_ID["client.go-readable"]])
    return outcome.state is not State.BREACHED


def test_edges(go: Any) -> None:
    """At the edges that are known the clause and Go agree."""
    assert dict(zip(EDGES, go(list(EDGES)), strict=True)) == {text: is_held(text) for text in EDGES}


def test_any_body(go: Any) -> None:
    """Whatever JSON text, Go and the clause agree; the texts are collected first and asked in one process."""
    texts: list[str] = []

    @given(st.one_of(texts_of_json(), bodies()))
    @settings(max_examples=500)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    said = go(texts)
    assert [text for text, reads in zip(texts, said, strict=True) if reads is not is_held(text)] == []
    assert 50 < sum(said) < len(said) - 50
