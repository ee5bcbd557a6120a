# `make help` lists the targets. Each sets up what it needs, in .venv of this folder.

export PYTHONPATH := tests:doctor
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/cache/python
PYTHON := python3.13
TESTS := .venv/tests/bin/python
setup = @$(PYTHON) -m harness.environments

.PHONY: help demo test soak fuzz lint scan package release-check docs bench lock clean python

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: python ## Create the tutorial's secret in LocalStack, show it, prove that its password leaks nowhere
	$(setup) tests localstack
	@$(TESTS) -m harness.demo

test: lint package ## Lint, then run all tests against LocalStack, the scan among them
	$(setup) tests localstack moto iam checkov function release
	@$(PYTHON) -m harness.debian
	@$(TESTS) -m pytest -n 2 --dist loadfile

soak: python ## Let clients log in all through 200 rotations
	$(setup) tests localstack
	@$(PYTHON) -m harness.debian
	@ROTATIONS=200 $(TESTS) -m pytest tests/test_rotation_load.py

fuzz: python ## Try 1,000 calls of the module with values at random; CASES=NUMBER tries as many
	$(setup) tests localstack
	@CASES=$${CASES:-1000} $(TESTS) -m pytest tests/test_bad_input.py -k random

lint: python ## Check format and types, validate the HCL and the workflows
	$(setup) tests workflows
	@$(TESTS) -m harness.lint

scan: package ## Scan the HCL and the plan of every example with checkov; write reports/
	$(setup) tests localstack moto checkov
	@$(TESTS) -m harness.scan

package: python ## Build dist/, the zips of the functions; CA_BUNDLE=FILE adds CA certificates
	@$(PYTHON) -m harness.package $(CA_BUNDLE)

release-check: python ## Make release/ twice and compare; check commit, version, pages, and TAG if given
	$(setup) tests release
	@$(TESTS) -m harness.release $(CA_BUNDLE)

docs: python ## Write the tables of inputs, outputs, examples and modules into the Markdown pages
	$(setup) tests
	@$(TESTS) -m harness.docs

bench: python ## Print time and AWS calls for 1, 10 and 100 secrets, and the rotation function's start
	$(setup) tests localstack function
	@$(TESTS) -m harness.bench

lock: python ## Resolve the requirements of functions, tests and doctor again to today's releases
	@$(PYTHON) -m harness.lock

clean: ## Remove the environments, reports, packages and releases that make has made
	@rm -rf .venv reports dist release

python:
	@$(PYTHON) -c '' 2>/dev/null || { \
	  echo 'Python 3.13 is missing: get it from https://www.python.org/downloads/ or by `pyenv install 3.13`' >&2; \
	  exit 1; }
