"""The statuses of HTTP by what they mean for a judgement, and who it is that answers with them: only the API is judged.

Sources: RFC 9110, section 15; RFC 6585 for 429 and 511; 520 to 530 are those of Cloudflare about the server behind it.
"""

from contracts.core.exchange import Response

REDIRECTS = range(300, 400)
CLIENT_ERRORS = range(400, 500)
SERVER_ERRORS = range(500, 600)
#: What refuses the credentials of a request, or asks for some.
REFUSALS = (401, 403)
TOO_MANY = 429
#: What a gateway in front of the target says when it does not reach it.
GATEWAY_ERRORS = frozenset((502, 503, 504, *range(520, 525)))
#: What tells of the moment and not of the contract: asked again, and then could-not-judge.
UNAVAILABLE = frozenset((408, TOO_MANY)) | GATEWAY_ERRORS
#: What an intermediary says of itself, of its certificates or of a name: to ask again would change nothing.
OF_INTERMEDIARIES = frozenset((511, 525, 526, 527, 530))
#: The header fields by which an intermediary signs an answer as its own.
SIGNATURES = ("cf-mitigated", "x-amzn-waf-action")


def may_pass(response: Response) -> bool:
    """Whether an answer tells of the moment, so that it is worth to ask again: not what an intermediary signs."""
    return response.status in UNAVAILABLE and not _signature(response)


def _signature(response: Response) -> str:
    return next((name for name in SIGNATURES if response.first(name) is not None), "")


def intermediary(response: Response) -> str:
    """Return what shows that an answer is not the API's, for example ``502`` or ``403, signed cf-mitigated``.

    The text is empty where the API answered.
    """
    if name := _signature(response):
        return f"{response.status}, signed {name}"
    return str(response.status) if response.status in UNAVAILABLE | OF_INTERMEDIARIES else ""
