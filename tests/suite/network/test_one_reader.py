"""One reader: the same bytes are read alike from a connection and from a file, and as RFC 9112 has it."""

import gzip
import json
import zlib

import pytest
from hostile import always, raw_server
from subject import CONTRACT, categories

from contracts.core.errors import BrokenAnswer, UsageError
from contracts.core.exchange import Response
from contracts.core.report import Report, State
from contracts.network.http1 import BEHIND, FOLDED, Message, answer_of, read_again, read_answer, request
from contracts.offline import recording_of, report_of
from contracts.prepare import prepare
from contracts.run import verify
from contracts.settings.table import Settings

BODY = json.dumps({"event_categories": categories(3)}).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
WHOLE = HEAD + LENGTH + b"\r\n" + BODY
#: So many bytes of a field fill a head to its limit of 64 KiB.
LEFT = 65536 - len(HEAD + LENGTH + b"X: " + b"\r\n\r\n")
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(BODY), BODY)

#: What is read, with the notes on it.
READ: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "plain": (WHOLE, ()),
    "until-the-end": (HEAD + b"\r\n" + BODY, ()),
    "line-feeds-alone": (WHOLE.replace(b"\r\n", b"\n"), ()),
    "no-reason": (WHOLE.replace(b" OK", b""), ()),
    "version-1.0": (WHOLE.replace(b"1.1", b"1.0"), ()),
    "version-1.0-until-the-end": (b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + BODY, ()),
    "folded": (HEAD + b"X: a\r\n \t b\r\n" + LENGTH + b"\r\n" + BODY, (FOLDED,)),
    "first-field-folded": (b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n" + HEAD[17:] + LENGTH + b"\r\n" + BODY, (FOLDED,)),
    "length-listed": (HEAD + b"Content-Length: %d, %d\r\n\r\n" % (len(BODY), len(BODY)) + BODY, ()),
    "length-twice": (HEAD + LENGTH + LENGTH + b"\r\n" + BODY, ()),
    "length-of-15-digits": (HEAD + b"Content-Length: %015d\r\n\r\n" % len(BODY) + BODY, ()),
    "200-fields": (HEAD + LENGTH + b"X: y\r\n" * 198 + b"\r\n" + BODY, ()),
    "64-KiB": (HEAD + LENGTH + b"X: " + b"y" * LEFT + b"\r\n\r\n" + BODY, ()),
    "bytes-behind": (WHOLE + b"HELLO", (BEHIND,)),
    "another-answer-behind": (WHOLE + WHOLE, (BEHIND,)),
    "line-end-behind": (WHOLE + b"\n", (BEHIND,)),
    "chunked": (CHUNKED + CHUNK + b"0\r\n\r\n", ()),
    "chunked-with-extension-and-trailer": (
        CHUNKED + CHUNK.replace(b"\r\n", b";a=b\r\n", 1) + b"0\r\nX: y\r\n\r\n",
        (),
    ),
    "chunk-size-of-15-digits": (CHUNKED + b"%015X\r\n%s\r\n" % (len(BODY), BODY) + b"0\r\n\r\n", ()),
    "bytes-behind-chunks": (CHUNKED + CHUNK + b"0\r\n\r\nHELLO", (BEHIND,)),
    "gzip": (HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(BODY), ()),
    "gzip-of-two-members": (
        HEAD + b"Content-Encoding: x-gzip\r\n\r\n" + gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]),
        (),
    ),
    "deflate": (HEAD + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(BODY), ()),
    "identity": (HEAD + b"Content-Encoding: identity\r\n" + LENGTH + b"\r\n" + BODY, ()),
    "interim-100": (b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE, ()),
    "interim-101": (b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + WHOLE, ()),
    "interim-folded": (b"HTTP/1.1 103 Early Hints\r\nLink: </v1>;\r\n rel=preload\r\n\r\n" + WHOLE, (FOLDED,)),
    "interim-100-folded": (b"HTTP/1.1 100 Continue\r\nX: a\r\n b\r\n\r\n" + WHOLE, (FOLDED,)),
    "200-interim": (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 200 + WHOLE, ()),
    "interim-199": (b"HTTP/1.1 199 Odd\r\nX: y\r\n\r\n" * 3 + WHOLE, ()),
}

#: What is broken, with words of what is said of it.
BROKEN: dict[str, tuple[bytes, str]] = {
    "blank-before-the-colon": (HEAD + b"Server : x\r\n" + LENGTH + b"\r\n" + BODY, '"Server : x" is no header field'),
    "no-colon": (HEAD + b"no field\r\n" + LENGTH + b"\r\n" + BODY, '"no field" is no header field'),
    "name-beyond-ascii": (HEAD + b"\xe9: x\r\n" + LENGTH + b"\r\n" + BODY, "is no header field"),
    "empty-name": (HEAD + b": x\r\n" + LENGTH + b"\r\n" + BODY, '": x" is no header field'),
    "line-of-200-bytes": (HEAD + b"x" * 200 + b"\r\n\r\n" + BODY, f'"{"x" * 200}" is no header field'),
    "line-of-201-bytes": (HEAD + b"x" * 201 + b"\r\n\r\n" + BODY, "a line of 201 bytes is no header field"),
    "bare-cr": (HEAD + b"X: a\rb\r\n" + LENGTH + b"\r\n" + BODY, "is no header field"),
    "nul": (HEAD + b"X: a\0b\r\n" + LENGTH + b"\r\n" + BODY, "is no header field"),
    "control-character": (HEAD + b"X: a\x07b\r\n" + LENGTH + b"\r\n" + BODY, "is no header field"),
    "folded-at-once": (b"HTTP/1.1 200 OK\r\n X: y\r\n\r\n" + BODY, '" X: y" is no header field'),
    "201-fields": (HEAD + LENGTH + b"X: y\r\n" * 199 + b"\r\n" + BODY, "more than 200 header fields"),
    "more-than-64-KiB": (HEAD + LENGTH + b"X: " + b"y" * (LEFT + 1) + b"\r\n\r\n" + BODY, "larger than 64 KiB"),
    "interim-without-end": (b"HTTP/1.1 100 Continue\r\n\r\n" * 201 + WHOLE, "interim answers"),
    "two-lengths": (HEAD + LENGTH + b"Content-Length: 3\r\n\r\n" + BODY, "Content-Length: 3"),
    "lengths-listed": (HEAD + b"Content-Length: 2, 3\r\n\r\n" + BODY, "Content-Length: 2, 3"),
    "length-with-sign": (HEAD + b"Content-Length: +%d\r\n\r\n" % len(BODY) + BODY, "Content-Length: +"),
    "length-with-underscore": (HEAD + b"Content-Length: 1_0\r\n\r\n" + BODY, "Content-Length: 1_0"),
    "length-negative": (HEAD + b"Content-Length: -1\r\n\r\n" + BODY, "Content-Length: -1"),
    "length-empty": (HEAD + b"Content-Length:\r\n\r\n" + BODY, "Content-Length:"),
    "length-of-16-digits": (HEAD + b"Content-Length: %016d\r\n\r\n" % len(BODY) + BODY, "more than 15 digits"),
    "length-of-5000-digits": (HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + BODY, "a line of"),
    "length-beside-chunks": (
        HEAD + LENGTH + CHUNKED[len(HEAD) :] + CHUNK + b"0\r\n\r\n",
        "beside its Transfer",
    ),
    "coding-of-transfer-unknown": (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + CHUNK, "gzip, chunked"),
    "chunk-size-of-16-digits": (CHUNKED + b"%016x\r\n%s\r\n" % (len(BODY), BODY) + b"0\r\n\r\n", "more than 15 digits"),
    "last-chunk-of-16-digits": (CHUNKED + CHUNK + b"0" * 16 + b"\r\n\r\n", "more than 15 digits"),
    "chunk-size-with-sign": (CHUNKED + b"+" + CHUNK + b"0\r\n\r\n", "a chunk of the body"),
    "chunk-size-with-underscore": (CHUNKED + b"0_" + CHUNK + b"0\r\n\r\n", "a chunk of the body"),
    "chunk-size-with-prefix": (CHUNKED + b"0x" + CHUNK + b"0\r\n\r\n", "a chunk of the body"),
    "chunk-size-negative": (CHUNKED + b"-5\r\nabc", "a chunk of the body"),
    "chunk-longer-than-its-size": (CHUNKED + CHUNK[:-2] + b"x\r\n0\r\n\r\n", "a chunk of the body"),
    "no-chunks": (CHUNKED + BODY, "its last chunk"),
    "no-last-chunk": (CHUNKED + CHUNK, "ended before its last chunk"),
    "trailer-that-is-none": (CHUNKED + CHUNK + b"0\r\nX : y\r\n\r\n", "a chunk of the body"),
    "cut-short": (WHOLE[:-1], "ended before its length"),
    "cut-within-a-chunk": (CHUNKED + CHUNK[:-9], "ended before its last chunk"),
    "cut-within-the-header": (HEAD + LENGTH[:9], "ended within its header"),
    "gzip-cut-short": (HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(BODY)[:-9], "compressed body is cut"),
    "gzip-that-is-none": (HEAD + b"Content-Encoding: gzip\r\n\r\n" + BODY, "not what its content coding says"),
    "deflate-called-gzip": (HEAD + b"Content-Encoding: gzip\r\n\r\n" + zlib.compress(BODY), "content coding says"),
    "gzip-called-deflate": (HEAD + b"Content-Encoding: deflate\r\n\r\n" + gzip.compress(BODY), "content coding says"),
    "gzip-and-more": (HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(BODY) + b"x" * 99, "content coding"),
    "deflate-and-more": (HEAD + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(BODY) + b"x", "content coding"),
    "coding-unasked": (HEAD + b"Content-Encoding: br\r\n\r\n" + BODY, '"br"'),
    "coding-twice": (HEAD + b"Content-Encoding: gzip, gzip\r\n\r\n" + BODY, '"gzip, gzip"'),
    "status-of-two-digits": (WHOLE.replace(b"200", b"20"), "is not HTTP/1.1"),
    "status-below-100": (WHOLE.replace(b"200", b"099"), "is not HTTP/1.1"),
    "another-version": (WHOLE.replace(b"HTTP/1.1", b"HTTP/9.9"), 'it begins with "HTTP/9.9 200 OK"'),
}
ALL = {name: content for name, (content, _) in {**READ, **BROKEN}.items()}

#: The clauses that are judged by the documented answer alone.
CLAUSES = ("http.status", "http.content-type", "json", "envelope", "category", "list", "client")


def judged_live(content: bytes) -> Report:
    """The report on a server that answers with these bytes and nothing else."""
    with raw_server(always(content)) as server:
        settings = Settings(target=server.url, clause=CLAUSES, timeout=5.0)
        with prepare(settings, CONTRACT, {"BEARER_TOKEN": "a-token-of-somebody"}, sleep=lambda _: None) as run:
            return verify(run)


@pytest.mark.parametrize("name", ALL)
def test_the_same_bytes_get_the_same_verdict_at_both_doors(name: str) -> None:
    """What comes over a connection, and the same bytes in a file: clauses, verdict and notes are the same."""
    content = ALL[name]
    live = judged_live(content)
    saved = report_of(recording_of(content, "answer.http", CONTRACT), strict=False, allow_empty=False)
    counts = {o.clause.id: (o.state, o.observations, o.count) for o in live.outcomes}
    assert counts == {o.clause.id: (o.state, o.observations, o.count) for o in saved.outcomes if o.clause.id in counts}
    assert (live.verdict, live.notes) == (saved.verdict, saved.notes)
    assert {State.INCONCLUSIVE} == {o.state for o in live.outcomes} if name in BROKEN else live.status == 0


@pytest.mark.parametrize("name", READ)
def test_what_is_read(name: str) -> None:
    """Framing and coding are undone, and what is odd and no breach is a note."""
    content, notes = READ[name]
    answer = answer_of(content, cap=2**20)
    assert (answer.response.status, answer.response.body, answer.response.notes) == (200, BODY, notes)


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken(name: str) -> None:
    """Nothing is accepted that is cut short or ambiguous, and the message says what it was."""
    content, words = BROKEN[name]
    with pytest.raises(BrokenAnswer) as broken:
        answer_of(content, cap=2**20)
    assert words in str(broken.value)


@pytest.mark.parametrize("name", ALL)
def test_pieces_make_no_difference(name: str) -> None:
    """Bytes that drip one by one are read as those that come at once."""

    def read(size: int) -> object:
        pieces = iter([content[at : at + size] for at in range(0, len(content), size)])
        try:
            answer = read_answer(lambda: next(pieces, b""), "GET", cap=2**20)
        except BrokenAnswer as error:
            return str(error)
        return answer.response.status, answer.response.headers, answer.response.body

    content = ALL[name]
    assert read(1 + len(content) // 4096) == read(7) == read(len(content))


def test_fields_are_kept_in_their_order_and_apart() -> None:
    """Names keep their letters, values their order, and two fields of one name stay two."""
    head = b"HTTP/1.1 200 OK\r\nB: 1\r\na: x\r\nB:  2 \r\nC: \xe9\r\n\r\n"
    assert answer_of(head, cap=0).response.headers == (("B", "1"), ("a", "x"), ("B", "2"), ("C", "\xe9"))


@pytest.mark.parametrize("head", [HEAD + LENGTH, HEAD + b"Transfer-Encoding: chunked\r\n"])
def test_the_answer_to_head_ends_with_its_header(head: bytes) -> None:
    """What follows it is told apart; nothing may follow over the same connection then."""
    alone, followed = (answer_of(head + b"\r\n" + behind, "HEAD", cap=99) for behind in (b"", BODY))
    assert (alone.response.body, alone.behind, alone.kept) == (b"", b"", True)
    assert (followed.response.body, followed.behind, followed.kept) == (b"", BODY, False)
    assert followed.response.notes == ()


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_some_statuses_have_no_body(status: bytes) -> None:
    """Answers of these statuses end with their header, whatever it says (RFC 9112, section 6.3)."""
    answer = answer_of(WHOLE.replace(b"200 OK", status), cap=2**20)
    assert (answer.response.body, answer.behind) == (b"", BODY)


def test_a_body_has_a_cap() -> None:
    """A body of the size of the cap is read, and one that is larger, coded or not, is given up."""
    assert answer_of(WHOLE, cap=len(BODY)).response.body == BODY
    zeros = HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"0" * 10_000)
    for content, cap in ((WHOLE, len(BODY) - 1), (zeros, 9_999), (zeros, 20)):
        with pytest.raises(BrokenAnswer, match="--max-body"):
            answer_of(content, cap=cap)
    assert answer_of(zeros, cap=10_000).response.body == b"0" * 10_000


def test_a_cap_holds_for_what_is_packed_as_well() -> None:
    """A small body that is packed in many bytes is given up beyond the cap, and no byte at all is an empty body."""
    packed = gzip.compress(b"0", compresslevel=0)
    coded = HEAD + b"Content-Encoding: gzip\r\n\r\n"
    assert answer_of(coded + packed, cap=len(packed)).response.body == b"0"
    with pytest.raises(BrokenAnswer, match="--max-body"):
        answer_of(coded + packed, cap=len(packed) - 1)
    assert answer_of(coded, cap=0).response.body == b""


def test_a_connection_is_kept_where_the_answer_says_its_end() -> None:
    """A connection serves another request after an answer of a known length, unless the peer ends it."""
    kept = [WHOLE, CHUNKED + CHUNK + b"0\r\n\r\n"]
    ended = [WHOLE.replace(b"1.1", b"1.0"), HEAD + b"Connection: close\r\n" + LENGTH + b"\r\n" + BODY, WHOLE + b"x"]
    assert [answer_of(content, cap=2**20).kept for content in (*kept, *ended)] == [True] * 2 + [False] * 3
    assert not answer_of(HEAD + b"\r\n" + BODY, cap=2**20).kept


@pytest.mark.parametrize("size", [2**16, 2**16 - 1, 9_999], ids=["at a piece", "before a piece", "within a piece"])
def test_whatever_is_behind_a_file_is_told(size: int) -> None:
    """Bytes behind an answer in a file are all told, wherever its pieces end; behind that to HEAD without a note."""
    head = HEAD + b"Content-Length: %05d\r\n\r\n"
    whole = head % (size - len(head % 0)) + b" " * (size - len(head % 0))
    assert answer_of(whole, cap=2**20).kept
    behind = b"x" * 200_000
    answer = answer_of(whole + behind, cap=2**20)
    assert (answer.behind, answer.kept, answer.response.notes) == (behind, False, (BEHIND,))
    asked = answer_of(HEAD + b"X: " + b"y" * (size - len(HEAD) - 7) + b"\r\n\r\n" + behind, "HEAD", cap=0)
    assert (asked.behind, asked.kept, asked.response.notes) == (behind, False, ())


def test_other_methods_have_bodies_as_get_has() -> None:
    """The answer to POST is unpacked, and what is behind it is told; of that to CONNECT the head alone is read."""
    packed = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(BODY))
    answer = answer_of(packed + gzip.compress(BODY) + b"x", "POST", cap=2**20)
    assert (answer.response.body, answer.behind, answer.response.notes) == (BODY, b"x", (BEHIND,))
    filling = HEAD + b"Content-Length: 65000\r\n\r\n"
    filled = answer_of(filling + b" " * 65000 + b"x" * 200_000, "POST", cap=2**20)
    assert (len(filled.behind), filled.response.notes) == (200_000, (BEHIND,))
    with pytest.raises(BrokenAnswer, match="more than 15 digits"):
        answer_of(CHUNKED + b"%016x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY), "POST", cap=2**20)
    with pytest.raises(BrokenAnswer, match="content coding"):
        read_again(Response(200, (("Content-Encoding", "br"),), b""), "POST")
    tunnel = answer_of(HEAD + LENGTH + b"\r\nx", "CONNECT", cap=0)
    assert (tunnel.response.body, tunnel.behind, tunnel.kept) == (b"", b"x", True)


KEPT: dict[str, tuple[Response, str]] = {
    "plain": (Response(200, (("A", "1"), ("b", "2"), ("A", "3")), b"{}", "OK"), "GET"),
    "coded": (Response(200, (("Content-Encoding", "gzip"),), b"{}"), "GET"),
    "an answer to HEAD in any coding": (Response(200, (("Content-Encoding", "br"),), b""), "HEAD"),
    "a name in which a token was masked": (Response(200, (("$BEARER_TOKEN", "x"),), b"{}"), "GET"),
    "longer than it was, being masked": (Response(200, (("X", "$BEARER_TOKEN" * 6000),), b"{}"), "GET"),
}
NEVER_READ: dict[str, Response] = {
    "a status that is none": Response(99, (), b""),
    "an interim answer": Response(100, (), b""),
    "a blank before the colon": Response(200, (("X ", "y"),), b""),
    "a line end in a value": Response(200, (("X", "y\r\nZ: 1"),), b""),
    "a letter beyond Latin-1": Response(200, (("X", "\u20ac"),), b""),
    "white space around a value": Response(200, (("X", " y "),), b""),
    "a coding that nobody asked for": Response(200, (("Content-Encoding", "br"),), b""),
    "two lengths": Response(200, (("Content-Length", "1"), ("Content-Length", "2")), b""),
    "a length beside chunks": Response(200, (("Content-Length", "1"), ("Transfer-Encoding", "chunked")), b""),
}


@pytest.mark.parametrize("name", KEPT)
def test_the_head_of_a_kept_answer_can_have_been_read(name: str) -> None:
    """What was kept of an answer from the wire is read again as the same."""
    read_again(*KEPT[name])


@pytest.mark.parametrize("name", NEVER_READ)
def test_the_head_of_no_answer_is_found(name: str) -> None:
    """What no reader of HTTP would have read cannot have come from the wire."""
    with pytest.raises(BrokenAnswer):
        read_again(NEVER_READ[name], "GET")


def test_a_request_as_it_is_sent() -> None:
    """A request has its line, Host, the fields in their order, and a length where the method expects a body."""
    get = Message("GET", "http://[::1]:8/v1/x?a=b", (("Accept", "*/*"), ("X", "y")))
    assert request(get, "/v1/x?a=b") == b"GET /v1/x?a=b HTTP/1.1\r\nHost: [::1]:8\r\nAccept: */*\r\nX: y\r\n\r\n"
    for method, length in (("POST", True), ("PUT", True), ("PATCH", True), ("DELETE", False)):
        assert (b"Content-Length: 0\r\n" in request(Message(method, "http://h/", ()), "/")) is length
    assert b"Content-Length: 0\r\n" in request(Message("POST", "http://h/", (("X", "y"),)), "/")
    sized = request(Message("POST", "http://h/", (("content-length", "7"),)), "/")
    assert sized.lower().count(b"content-length") == 1
    for headers in ((("X", "a\nb"),), (("X Y", "a"),), (("X", "é"),)):
        with pytest.raises(UsageError, match="cannot be sent as it is"):
            request(Message("GET", "http://h/", headers), "/")
