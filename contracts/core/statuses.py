"""The statuses of HTTP by what they mean for a judgement (RFC 9110, section 15)."""

from http import HTTPStatus

CLIENT_ERRORS = range(400, 500)
#: What a gateway in front of the target says when it does not reach it.
GATEWAY_ERRORS = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
#: What tells of the moment and not of the contract: retried, and then could-not-judge.
UNAVAILABLE = (HTTPStatus.TOO_MANY_REQUESTS, *GATEWAY_ERRORS)
