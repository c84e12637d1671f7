"""A script as somebody writes it who wants nothing but the answers: the requests of a plan, on one session.

It is started with the address of the server and, for TLS, the file of its authority; the plan comes on standard
input, a JSON list of method, target and header fields. It knows nothing of the bench.
"""

import json
import sys

import requests


def main(address: str, authority: str | None = None) -> None:
    """Send the requests one after the other."""
    session = requests.Session()
    session.verify = authority or True
    for method, target, headers in json.load(sys.stdin):
        answer = session.request(method, address + target, headers=headers, allow_redirects=False, timeout=30)
        print(answer.status_code, len(answer.content))


if __name__ == "__main__":
    main(*sys.argv[1:])
