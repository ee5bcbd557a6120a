# `make help` lists the targets. Each sets up what it needs, in .venv of this folder.

export PYTHONPATH := tests
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/cache/python
PYTHON := python3.13
TESTS := .venv/tests/bin/python
setup = @$(PYTHON) -m harness.environments

.PHONY: help demo test lint scan bench lock clean python

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: python ## Create the tutorial's secret in LocalStack, show it, prove that its password leaks nowhere
	$(setup) tests localstack
	@$(TESTS) -m harness.demo

test: lint ## Lint, then run all tests against LocalStack, the scan among them
	$(setup) tests localstack iam checkov
	@$(TESTS) -m pytest -n 2 --dist loadfile

lint: python ## Check format and types, validate the HCL and the workflows
	$(setup) tests workflows
	@$(TESTS) -m harness.lint

scan: python ## Scan the HCL and the plan of every example with checkov; write reports/
	$(setup) tests localstack checkov
	@$(TESTS) -m harness.scan

bench: python ## Print time and AWS calls of plan and apply for 1, 10 and 100 secrets
	$(setup) tests localstack
	@$(TESTS) -m harness.bench

lock: python ## Resolve the requirements of the tests again to today's releases
	@$(PYTHON) -m harness.lock

clean: ## Remove the environments and reports that make has made
	@rm -rf .venv reports

python:
	@$(PYTHON) -c '' 2>/dev/null || { \
	  echo 'Python 3.13 is missing: get it from https://www.python.org/downloads/ or by `pyenv install 3.13`' >&2; \
	  exit 1; }
