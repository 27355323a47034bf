# Every habit is a target; each is idempotent and quick when there is nothing to do.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
PY := .venv/bin/python
# Without bytecode each start of a framework compiles thousands of files anew.
unexport PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE := 1

.PHONY: help setup demo demo-cluster up down test unit integration e2e bench lint crds docs clean

help: ## what can be made
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/.ready ## the environment, with .venv/bin/referee

.venv/.ready: uv.lock pyproject.toml
	test -x $(PY) || python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	.venv/bin/uv sync --quiet --frozen --compile-bytecode
	touch $@

demo: setup ## a real benchmark against a real small model, on this machine, without a cluster
	$(PY) -m examples.demo

demo-cluster: setup ## the same manifest on a Kubernetes: KUBECONFIG's, else one started here
	$(PY) -m examples.demo_cluster

LEVEL ?= node
up: setup ## a Kubernetes with Referee on it (LEVEL=node|api); prints what to export
	$(PY) -m tests.testbed up --level $(LEVEL)

down: setup ## take it away
	$(PY) -m tests.testbed down

test: setup ## everything that CI runs
	mkdir -p build
	(nice $(PY) -m tests.testbed build >build/testbed-build.log 2>&1; echo $$? >build/testbed-build.rc) & \
	build=$$!; \
	$(MAKE) --no-print-directory lint unit || { kill $$build 2>/dev/null; exit 1; }; \
	wait $$build; \
	test "$$(cat build/testbed-build.rc)" = 0 || { cat build/testbed-build.log; exit 1; }
	$(MAKE) --no-print-directory integration e2e

unit: setup ## without a Kubernetes
	$(PY) -m pytest -q -n 2 tests/unit tests/contract

integration: setup ## against a real API server
	$(PY) -m pytest -q tests/integration

e2e: setup ## in real pods
	$(PY) -m pytest -q tests/e2e

bench: setup ## speed and size, beside a peer or a limit; writes build/bench.json
	$(PY) -m tests.bench

lint: setup ## style, types, layers, generated files
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

crds: setup ## the CustomResourceDefinitions, from the models
	$(PY) -m referee.api.crd crds
	$(PY) -m referee.api.crd charts/referee-crds/templates
	cp adapters/referee_lm_eval/provider.yaml charts/referee/files/lm-evaluation-harness.yaml
	cp adapters/referee_evaluators/provider.yaml charts/referee/files/referee-evaluators.yaml
	mkdir -p charts/referee/files/catalogue
	cp operator/referee/catalogue/*.yaml charts/referee/files/catalogue/

docs: setup crds ## the reference pages, from the code
	$(PY) -m referee.api.reference docs/reference
	$(PY) -m docs.generate

clean: ## what was made here; the user's cache stays
	if test -x $(PY) && test -d build/testbed; then $(PY) -m tests.testbed down; fi
	rm -rf .venv build dist referee-results .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
