"""Masking: no form of a secret that a server may echo survives, and what is judged stays the same."""

import base64
import html
import json
import quopri
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from cases import raw
from door import contracts
from hypothesis import example, given
from hypothesis import strategies as st
from subject import CONTRACT

from contracts.core.errors import BrokenAnswer, UsageError
from contracts.core.exchange import Response
from contracts.judging.judge import said_of
from contracts.masking.secrets import Secrets
from contracts.network.connection import Wire
from contracts.network.credentials import check
from contracts.network.dial import parse
from contracts.network.pace import Budget
from contracts.network.target import Target

TOKEN = 'tk-us-a/b+c=d&"<'
NAMED = {"&": "amp", "/": "sol", "+": "plus", "=": "equals", '"': "quot", "<": "lt"}


def secrets(token: str = TOKEN) -> Secrets:
    """Secrets that know one token."""
    known = Secrets()
    known.add(token, "BEARER_TOKEN")
    return known


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


MIME = base64.encodebytes(f"{'a long beginning ' * 3}{TOKEN}{' and an end' * 9}".encode()).decode()

#: Forms of the token that servers write, by the name under which the README promises them.
FORMS = {
    "as it is": TOKEN,
    "in a sentence": f"Bearer {TOKEN}, again {TOKEN}",
    "upper case": TOKEN.upper(),
    "percent-encoded": quote(TOKEN, safe=""),
    "percent-encoded in lower case": quote(TOKEN, safe="").lower(),
    "percent-encoded here and there": "".join(f"%{ord(c):02X}" if i % 3 else c for i, c in enumerate(TOKEN)),
    "percent-encoded twice": quote(quote(TOKEN, safe=""), safe=""),
    "JSON": json.dumps({"echo": TOKEN}),
    "JSON with escaped slashes": json.dumps(TOKEN).replace("/", "\\/"),
    "JSON escapes": "".join(f"\\u{ord(c):04X}" for c in TOKEN),
    "JSON escapes here and there": "".join(f"\\u{ord(c):04x}" if i % 2 else c for i, c in enumerate(TOKEN)),
    "JSON in JSON": json.dumps(json.dumps(TOKEN)),
    "HTML": html.escape(TOKEN),
    "HTML in JSON, as Go writes it": html.escape(TOKEN).replace("&", "\\u0026"),
    "numeric character references": "".join(f"&#{ord(c)};" for c in TOKEN),
    "named character references": "".join(f"&{NAMED[c]};" if c in NAMED else c for c in TOKEN),
    "quoted-printable": quopri.encodestring(TOKEN.encode(), quotetabs=True).decode(),
    "quoted-printable, every character": "".join(f"={ord(c):02X}" for c in TOKEN),
    "quoted-printable with soft line breaks": "=\r\n".join(f"={ord(c):02X}" for c in TOKEN),
    "hexadecimal": TOKEN.encode().hex(),
    "hexadecimal with colons": TOKEN.encode().hex(":").upper(),
    "hexadecimal with blanks": TOKEN.encode().hex(" "),
    "hexadecimal literals": ", ".join(f"0x{c:02x}" for c in TOKEN.encode()),
    "hexadecimal escapes": "".join(f"\\x{c:02x}" for c in TOKEN.encode()),
    "hexadecimal between other digits": f"a{TOKEN.encode().hex()}b",
    "Base64": base64_of(f"Bearer {TOKEN}."),
    "Base64 for URLs": base64.urlsafe_b64encode(b"??>>" + TOKEN.encode()).decode(),
    "Base64 with MIME line breaks": MIME,
    "Base64 with MIME line breaks in JSON": json.dumps(MIME.replace("\n", "\r\n")),
    "Base64 percent-encoded": quote(base64_of(f"??>>{TOKEN}"), safe=""),
    "Base64 in JSON escapes": base64_of(f"??>>{TOKEN}").replace("/", "\\/").replace("+", "\\u002b"),
    "Base64 twice": base64_of(base64_of(f"Bearer {TOKEN}.")),
    "hexadecimal in Base64": base64_of(TOKEN.encode().hex()),
}
LISTS = {
    "a list of byte values": json.dumps({"echo": list(TOKEN.encode())}),
    "a list of byte values without blanks": json.dumps(list(TOKEN.encode()), separators=(",", ":")),
    "byte values with blanks": " ".join(map(str, TOKEN.encode())),
}


@pytest.mark.parametrize("echo", FORMS.values(), ids=FORMS)
def test_forms(echo: str) -> None:
    """Every form of the token is replaced by the name of its variable, and nothing of the token is left."""
    masked = secrets().mask(echo)
    assert "$BEARER_TOKEN" in masked
    without = masked.replace("$BEARER_TOKEN", "")
    assert all(TOKEN[i : i + 5].lower() not in without.lower() for i in range(len(TOKEN) - 4))
    assert len(without) <= len(echo) - len(TOKEN) + len("(2)")


@pytest.mark.parametrize("token", ["ab12-a/b+c=d&", "3fe0=3fe0-x", "2d-2d-2d-2d", "dead-deadbeef"])
@pytest.mark.parametrize(
    "echo",
    [
        pytest.param(lambda token: f"token={quopri.encodestring(token.encode()).decode()}", id="quoted-printable"),
        pytest.param(lambda token: f"token={token[:2]}=\r\n{token[2:7]}=\n{token[7:]}", id="soft line breaks"),
        pytest.param(lambda token: f"={token[:3]}" + "".join(f"={ord(c):02X}" for c in token[3:]), id="escapes"),
        pytest.param(lambda token: f"100%{token[:3]}" + "".join(f"%{ord(c):02X}" for c in token[3:]), id="percent"),
        pytest.param(lambda token: json.dumps(f"={token[:2]}=\r\n{token[2:]}"), id="in JSON"),
    ],
)
def test_hexadecimal_digits_behind_a_sign_hide_no_token(token: str, echo: Callable[[str], str]) -> None:
    """An equals or percent sign before a token that begins with two of them is no escape of its first character."""
    masked = secrets(token).mask(echo(token))
    assert "$BEARER_TOKEN" in masked
    assert token[3:] not in masked
    assert len(masked) <= len('"token=$BEARER_TOKEN(2)"')


@pytest.mark.parametrize("before", ["", "0", "0000", "T00:00:00.000", "1234,", "12 ", "7: "])
def test_what_stands_before_the_numbers_of_a_token_hides_none_of_them(before: str) -> None:
    """Digits that run into the first number are not a part of it where it has three digits with them."""
    numbers = ",".join(map(str, TOKEN.encode()))
    masked = secrets().mask(f'{{"trace":"{before}{numbers}"}}')
    assert numbers not in masked
    assert numbers.partition(",")[2] not in masked


@pytest.mark.parametrize("echo", LISTS.values(), ids=LISTS)
def test_lists_of_byte_values(echo: str) -> None:
    """The numbers of a token stay numbers, and tell nothing of it."""
    masked = secrets().mask(echo)
    assert masked.endswith((echo[-1], "0"))
    assert "116" not in masked
    assert masked.count("0") >= len(TOKEN) - 1


@given(st.binary(max_size=5), st.binary(max_size=5))
@example(b":", b"")
@example(b"Bearer ", b"")
def test_base64_at_any_alignment(before: bytes, after: bytes) -> None:
    """In Base64 of anything around it, no character remains that depends on the token."""
    token = "canary-0123456789-abcdef"
    encoded = base64.b64encode(before + token.encode() + after).decode()
    masked = secrets(token).mask(encoded)
    assert "$BEARER_TOKEN" in masked
    rest = masked.replace("$BEARER_TOKEN(2)", "").replace("$BEARER_TOKEN(1)", "")
    assert len(rest) <= len(base64.b64encode(before)) + len(base64.b64encode(after))


def test_short_secrets_are_masked_where_they_stand_alone() -> None:
    """A short token does not tear other words apart."""
    assert secrets("abcd").mask("Bearer abcd, abcdef, x-abcd") == "Bearer $BEARER_TOKEN, abcdef, x-abcd"


@pytest.mark.parametrize("token", ["1", "id", "abc"])
def test_what_anybody_could_guess_is_no_secret(token: str) -> None:
    """A token of fewer than four characters is left alone: masking it would rewrite positions and names."""
    assert secrets(token).mask(f'{{"id": "{token}", "position": 1}}') == f'{{"id": "{token}", "position": 1}}'


@pytest.mark.parametrize(
    "token",
    ["name", "NAME", "event_categories", "application", "tion", "conforms", "12345678", "1e10", "Unauthorized"],
)
def test_an_ordinary_word_is_refused(token: str) -> None:
    """A token that answers and reports hold anyway would rewrite the evidence: one clear line, which hides it."""
    with pytest.raises(UsageError, match="too common a word to mask safely") as refused:
        check(token, "BEARER_TOKEN", CONTRACT)
    assert f" {token} " not in str(refused.value)


def test_a_token_longer_than_any_header_is_refused() -> None:
    """It would be looked for in every answer, and no server reads it."""
    with pytest.raises(UsageError, match="more than servers read"):
        check("x1" * 500_000, "the token of the exchange", CONTRACT)


def test_nothing_to_mask() -> None:
    """Without secrets, and without an echo, bytes come back as they are."""
    assert Secrets().mask_bytes(b"\xff\x00") == b"\xff\x00"
    assert secrets().mask_bytes(b"\xff\x00") == b"\xff\x00"
    assert TOKEN not in repr(secrets())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings(encoding: str) -> None:
    """A body in UTF-16 or UTF-32 is none that is judged, but it is stored: the token in it is masked, too."""
    masked = secrets().mask_bytes(f"again {TOKEN}!".encode(encoding))
    assert b"$BEARER_TOKEN" in masked
    assert TOKEN not in masked.replace(b"\0", b"").decode("latin-1")


#: Texts of which no two may become one; those of a row are the same to a JSON decoder, and stay the same.
TEXTS = (
    ("tk-1234567", "\\u0074k-1234567", "tk-12345\\u00367"),
    ("TK-1234567",),
    ("$BEARER_TOKEN", "\\u0024BEARER_TOKEN", "$BEARER\\u005fTOKEN"),
    ("${}BEARER_TOKEN",),
    ("$BEARER_TOKEN(2)",),
    ("tk-1234567(2)", "tk-1234567\\u00282)"),
    ("tk-1234567(3)",),
    ("%74k-1234567",),
    ("\\\\u0074k-1234567",),
    ("tk-1234567tk-1234567",),
    (base64_of("tk-1234567"),),
    (base64_of("xtk-1234567"),),
    (base64_of("ytk-1234567"),),
    ("$tk-1234567",),
    ("tk-123456",),
)


def test_two_values_that_differ_stay_two() -> None:
    """Masking makes no two values one, in whatever form they hold the token or what masks it, and no one value two."""
    literals = [f'"{text}"' for row in TEXTS for text in row]
    masked = secrets("tk-1234567").mask_bytes("\n".join(literals).encode()).decode()
    assert "tk-1234567" not in masked.lower()
    before, after = (list(map(json.loads, text.split("\n"))) for text in ("\n".join(literals), masked))
    assert [before.index(text) for text in before] == [after.index(text) for text in after]
    assert len(set(after)) == len(TEXTS)


_TOKEN = "tk-1234567"
_HOLDERS = st.sampled_from(
    [text for row in TEXTS for text in row] + [_TOKEN.encode().hex(), "snake_case", "", " ", "a-b", f"{_TOKEN}_x"]
)
_STRINGS = _HOLDERS.map(lambda text: f'"{text}"')
_BARE = st.sampled_from(["1", "null", "[]", _TOKEN, f"[{_TOKEN.encode().hex()}]", json.dumps(list(_TOKEN.encode()))])


def _bodies(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lists and error bodies in whose names and values the token stands in many forms."""
    names = st.sampled_from(["id", "name", "display_name", "position"]) | _HOLDERS
    objects = st.lists(st.tuples(names, values), max_size=5).map(
        lambda pairs: "{" + ", ".join(f'"{name}": {value}' for name, value in pairs) + "}"
    )
    lists = st.lists(objects, min_size=1, max_size=3).map(lambda some: f'{{"event_categories": [{", ".join(some)}]}}')
    return lists | objects.map(lambda one: f'{{"errors": {one}}}')


def _list(*ids: str) -> str:
    elements = (f'{{"id": "{id_}", "name": "n{i}", "display_name": "N", "position": {i}}}' for i, id_ in enumerate(ids))
    return f'{{"event_categories": [{", ".join(elements)}]}}'


def by_clause(answer: Response) -> dict[str, object]:
    """What is said of an answer by each clause, and under no name whether it is a documented error."""
    documented, said = said_of(answer, CONTRACT)  # type: ignore[misc]
    return {"": documented, **{name: rest for name, *rest in said}}


@given(_bodies(_STRINGS), st.sampled_from([200, 401]))
@example(_list(_TOKEN, "$BEARER_TOKEN"), 200)
@example(_list(_TOKEN, _TOKEN.upper()), 200)
@example(_list(_TOKEN, "\\u0074k-1234567"), 200)
def test_masking_changes_no_verdict(body: str, status: int) -> None:
    """Wherever the strings of a body hold the token, each clause says the same of the masked body.

    The one that looks at the words of a name is judged by the words of the mask: the target compares, see below.
    """
    answer = raw(body, status=status)
    masked = replace(answer, body=secrets(_TOKEN).mask_bytes(answer.body))
    assert _TOKEN.encode() not in masked.body.lower()
    exact, other = by_clause(answer), by_clause(masked)
    styles = exact.pop("category.name-style"), other.pop("category.name-style")
    assert exact == other
    assert styles[0] == styles[1] or '"name": ' in body


@given(_bodies(_STRINGS | _BARE), st.sampled_from([200, 401]))
@example('{"event_categories": [{"position": 746b2d31323334353637}]}', 200)
@example(_list(_TOKEN).replace("n0", "tk_" + _TOKEN[3:]), 200)
def test_what_masking_would_judge_otherwise_is_not_judged(body: str, status: int) -> None:
    """Where the token is a name, or no string at all, the target gives the same judgement or a reason."""
    answer = raw(body, status=status)
    force = replace(answer, body=secrets(_TOKEN).mask_bytes(answer.body))
    judged = partial(said_of, contract=CONTRACT)
    target = Target(parse("http://127.0.0.1:9"), Wire(cap=1), Budget(0), secrets(_TOKEN), judged=judged)
    try:
        masked = target._masked(answer)
    except BrokenAnswer as reason:
        assert "repeats the token" in str(reason)
        assert said_of(force, CONTRACT) != said_of(answer, CONTRACT)
    else:
        assert said_of(masked, CONTRACT) == said_of(answer, CONTRACT)
        assert _TOKEN.encode() not in masked.body.lower()


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "backslashes": lambda n: b"\\" * n,
    "backslashes before an escape": lambda n: (b"\\" * 1000 + b"u007z") * (n // 1000),
    "percent signs": lambda n: b"%25" * (n // 3),
    "references": lambda n: b"&#0" * (n // 3),
    "a reference of zeros": lambda n: b"&#" + b"0" * n,
    "ampersands of ampersands": lambda n: b"&" + b"amp;" * (n // 4),
    "quoted-printable": lambda n: b"=74" * (n // 3),
    "soft line breaks": lambda n: b"=\r\n" * (n // 3),
    "line ends": lambda n: b"a\n" * (n // 2),
    "zeros": lambda n: b"\0a" * (n // 2),
    "Base64": lambda n: b"QUFB" * (n // 4),
    "hexadecimal": lambda n: b"746b" * (n // 4),
    "hexadecimal with blanks": lambda n: b"74 6b-" * (n // 6),
    "numbers": lambda n: b"116,107, " * (n // 9),
    "a number": lambda n: b"1" * n,
    "numbers and blanks": lambda n: b"1" + b" " * n + b"1",
    "the token but its end": lambda n: TOKEN[:-1].encode() * (n // 15),
    "the token": lambda n: f"{TOKEN} ".encode() * (n // 17),
    "the token in hexadecimal": lambda n: TOKEN.encode().hex().encode() * (n // 32),
    "the token in escapes": lambda n: "".join(f"\\u{ord(c):04X}" for c in TOKEN).encode() * (n // 96),
    "the token in Base64": lambda n: base64.b64encode(TOKEN.encode() * (n // 22)),
    "the token in numbers": lambda n: json.dumps(list(TOKEN.encode() * (n // 64))).encode(),
}


@pytest.mark.uncounted
@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_masking_is_linear(make: Callable[[int], bytes]) -> None:
    """No content costs more than its size: 400 KB take less than a second or two, where 20 KB took as long."""
    content = make(400_000)
    started = time.process_time()
    secrets().mask_bytes(content)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", ["BEARER_TOKEN", "SCALINGO_API_TOKEN"])
def test_check_masks_too(tmp_path: Path, name: str) -> None:
    """A file that was saved with the token of the environment does not pass it on into a report."""
    token = "tk-us-saved-0123456789"
    (tmp_path / "body.json").write_text(_list(token).replace("N", f"a {base64_of(token)}"))
    done = contracts("check", str(tmp_path / "body.json"), "--json", "-", environment={name: token})
    assert (done.status, token in done.out, base64_of(token) in done.out) == (0, False, False)
    assert f"${name}" in done.out
