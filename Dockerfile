# docker build -t contracts .
# docker run --rm -e BEARER_TOKEN contracts verify https://api.example
# With reports: add --user "$(id -u):$(id -g)" -v "$PWD:/reports" before the name, and --html report.html at the end.

FROM python:3.15-slim AS build
WORKDIR /suite
RUN python -m venv /opt/contracts
COPY requirements/runtime.txt requirements/
RUN /opt/contracts/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY pyproject.toml setup.py README.md LICENSE ./
COPY contracts contracts
COPY schemas schemas
COPY tests/contract tests/contract
# What only builds is not shipped.
RUN /opt/contracts/bin/pip install --no-cache-dir --no-build-isolation --no-deps . \
    && /opt/contracts/bin/pip uninstall --yes setuptools pip

FROM python:3.15-slim
COPY --from=build /opt/contracts /opt/contracts
ENV PATH=/opt/contracts/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /reports
USER 10001:10001
ENTRYPOINT ["contracts"]
CMD ["--help"]
