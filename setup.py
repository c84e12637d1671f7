"""The packages of the distribution; everything else stands in pyproject.toml.

They are looked for, so that a new resource is a folder and no line here. The schemas and the tests of the contract live
at the top level, where a reader looks for them, and travel inside the package.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["contracts", "contracts.*"]), "contracts.schemas", "contracts.suite"],
    package_dir={"contracts": "contracts", "contracts.schemas": "schemas", "contracts.suite": "tests/contract"},
)
