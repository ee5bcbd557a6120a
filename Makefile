# `make help` lists the targets. Each target sets up what it needs in .venv.

export PYTHONPATH := tests:doctor
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/cache/python
PYTHON := python3.13
TESTS := .venv/tests/bin/python
setup = @$(PYTHON) -m tools.environments

.PHONY: help demo test test-all unit acceptance acceptance-aws soak faults fuzz lint scan package release-check docs bench lock clean ready python

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: python ## Create the tutorial's secret in LocalStack, show it, and check for leaks of its password
	$(setup) tests localstack
	@$(TESTS) -m tools.demo

test: lint ready ## Lint, then prove every guarantee against LocalStack, in about eight minutes
	@$(TESTS) -m pytest -n 4 --no-loadscope-reorder -m "not exhaustive"

test-all: lint ready ## Do the same with every case, example and tool, in about half an hour
	@$(TESTS) -m pytest -n 4 --no-loadscope-reorder

unit: ready ## Run the tests that do not have the mark slow
	@$(TESTS) -m pytest -n 3 --no-loadscope-reorder -m "not slow"

acceptance: python ## Run the acceptance tests on LocalStack and on the unrepaired ministack
	$(setup) tests localstack ministack
	@$(TESTS) -m pytest -rs tests/acceptance

acceptance-aws: python ## Run them on AWS, with the credentials of the environment: ACCOUNT=ID REGION=NAME
	$(setup) tests
	@$(TESTS) -m tools.acceptance_aws "$(ACCOUNT)" "$(REGION)"

soak: python ## Let clients log in during 200 rotations
	$(setup) tests localstack
	@$(PYTHON) -m tools.debian
	@ROTATIONS=200 $(TESTS) -m pytest tests/rotation_function/test_rotation_load.py

faults: python ## Disturb the AWS calls of five commands, and run the commands again; MINUTES=N sets a limit
	$(setup) tests localstack
	@MINUTES=$(MINUTES) $(TESTS) -m tools.fault_trials

fuzz: python ## Try 1,000 module calls with random values; CASES=NUMBER changes the number
	$(setup) tests localstack function
	@CASES=$${CASES:-1000} $(TESTS) -m pytest tests/module/test_bad_input.py -k random

lint: python ## Check format, types and prose, validate the HCL and the workflows
	$(setup) tests workflows prose
	@$(TESTS) -m tools.lint

scan: package ## Scan the HCL and the plan of every example with checkov, and write reports/
	$(setup) tests localstack moto checkov
	@$(TESTS) -m tools.scan

package: python ## Build dist/, the zips of the functions; CA_BUNDLE=FILE adds CA certificates
	@$(PYTHON) -m tools.package $(CA_BUNDLE)

release-check: python ## Build release/ twice and compare; check commit, version, pages, and TAG if set
	$(setup) tests release
	@$(TESTS) -m tools.release $(CA_BUNDLE)

docs: python ## Write the tables of the Markdown pages, and the plot of docs/scale.md
	$(setup) tests plot
	@$(TESTS) -m tools.docs
	@.venv/plot/bin/python -m tools.plot

bench: python ## Measure 1 to 500 secrets, the rotation function's start and the rules; takes 20 minutes
	$(setup) tests localstack function checkov
	@$(TESTS) -m tools.bench

lock: python ## Lock the requirements of functions, tests and doctor to today's releases
	@$(PYTHON) -m tools.lock

clean: ## Remove the environments, reports, packages and releases that make created
	@rm -rf .venv reports dist release

ready: package ## Make the environments of all tests, so that you can run single files
	$(setup) tests localstack ministack moto iam checkov function release prose hooks postgresql
	@$(PYTHON) -m tools.debian

python:
	@$(PYTHON) -c '' 2>/dev/null || { \
	  echo 'Python 3.13 is missing: get it from https://www.python.org/downloads/ or by `pyenv install 3.13`' >&2; \
	  exit 1; }
