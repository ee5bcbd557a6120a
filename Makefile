# `make help` lists the targets. Each sets up what it needs, in .venv of this folder.

export PYTHONPATH := tests:doctor
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/cache/python
PYTHON := python3.13
TESTS := .venv/tests/bin/python
setup = @$(PYTHON) -m tools.environments

.PHONY: help demo test unit acceptance acceptance-aws soak faults fuzz lint scan package release-check docs bench lock clean python

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: python ## Create the tutorial's secret in LocalStack, show it, prove that its password leaks nowhere
	$(setup) tests localstack
	@$(TESTS) -m tools.demo

test: lint package ## Lint, then run all tests against LocalStack, the scan among them
	$(setup) tests localstack ministack moto iam checkov function release prose hooks postgresql
	@$(PYTHON) -m tools.debian
	@$(TESTS) -m pytest -n 4 --no-loadscope-reorder

unit: package ## Run the tests that are not marked as slow
	$(setup) tests localstack ministack moto iam checkov function release prose hooks postgresql
	@$(TESTS) -m pytest -n 3 --no-loadscope-reorder -m "not slow"

acceptance: python ## Show the guarantees on LocalStack and on ministack, which nobody here has repaired
	$(setup) tests localstack ministack
	@$(TESTS) -m pytest -rs tests/acceptance

acceptance-aws: python ## Show them on AWS itself, with the credentials of the environment: ACCOUNT=ID REGION=NAME
	$(setup) tests
	@$(TESTS) -m tools.acceptance_aws "$(ACCOUNT)" "$(REGION)"

soak: python ## Let clients log in all through 200 rotations
	$(setup) tests localstack
	@$(PYTHON) -m tools.debian
	@ROTATIONS=200 $(TESTS) -m pytest tests/rotation_function/test_rotation_load.py

faults: python ## Spoil each AWS call of apply, update and destroy, and run again; MINUTES=N ends it
	$(setup) tests localstack
	@MINUTES=$(MINUTES) $(TESTS) -m tools.fault_trials

fuzz: python ## Try 1,000 calls of the module with values at random; CASES=NUMBER tries as many
	$(setup) tests localstack function
	@CASES=$${CASES:-1000} $(TESTS) -m pytest tests/module/test_bad_input.py -k random

lint: python ## Check format, types and prose, validate the HCL and the workflows
	$(setup) tests workflows prose
	@$(TESTS) -m tools.lint

scan: package ## Scan the HCL and the plan of every example with checkov; write reports/
	$(setup) tests localstack moto checkov
	@$(TESTS) -m tools.scan

package: python ## Build dist/, the zips of the functions; CA_BUNDLE=FILE adds CA certificates
	@$(PYTHON) -m tools.package $(CA_BUNDLE)

release-check: python ## Make release/ twice and compare; check commit, version, pages, and TAG if given
	$(setup) tests release
	@$(TESTS) -m tools.release $(CA_BUNDLE)

docs: python ## Write the tables of the Markdown pages, and the plot of what many secrets cost
	$(setup) tests plot
	@$(TESTS) -m tools.docs
	@.venv/plot/bin/python -m tools.plot

bench: python ## Measure what 1 to 500 secrets cost, the rotation function's start and the rules; takes half an hour
	$(setup) tests localstack function checkov
	@$(TESTS) -m tools.bench

lock: python ## Resolve the requirements of functions, tests and doctor again to today's releases
	@$(PYTHON) -m tools.lock

clean: ## Remove the environments, reports, packages and releases that make has made
	@rm -rf .venv reports dist release

python:
	@$(PYTHON) -c '' 2>/dev/null || { \
	  echo 'Python 3.13 is missing: get it from https://www.python.org/downloads/ or by `pyenv install 3.13`' >&2; \
	  exit 1; }
