"""The contract as pytest items: ``pytest --pyargs contracts.suite --contract-target URL``, from any project."""
