"""Where a run of CI can be looked at, from the variables that its service sets."""

from collections.abc import Mapping
from string import Formatter
from urllib.parse import quote

#: The URL of a run as its service makes it: GitHub Actions, GitLab, Buildkite, CircleCI, Azure Pipelines; Jenkins comes
#: last, for its variable has a name that others use, too.
_URLS = (
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{CI_JOB_URL}",
    "{BUILDKITE_BUILD_URL}",
    "{CIRCLE_BUILD_URL}",
    "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    "{BUILD_URL}",
)
#: A longer text is no URL of a run, in characters.
_LONGEST = 2000


def run_url(environ: Mapping[str, str]) -> str:
    """Return the URL of the CI run that this process is a part of, or nothing.

    The variables are somebody's text: what is no http or https URL of one line is left out. What is in a URL may
    still be markup to somebody, and is text to every writer.
    """
    for pattern in _URLS:
        names = [name for _, name, _, _ in Formatter().parse(pattern) if name]
        if all(environ.get(name) for name in names):
            values = {name: environ[name] for name in names}
            if "SYSTEM_TEAMPROJECT" in values:
                values["SYSTEM_TEAMPROJECT"] = quote(values["SYSTEM_TEAMPROJECT"])  # a project may have blanks
            url = pattern.format(**values)
            is_url = url.startswith(("https://", "http://")) and url.isprintable() and " " not in url
            return url if is_url and len(url) <= _LONGEST else ""
    return ""
