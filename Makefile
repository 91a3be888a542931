# Newsloom: `make help` lists what there is.
SHELL := /bin/sh
BIN := .venv/bin
NEWSLOOM := $(BIN)/newsloom
DATA ?= ../data
ES ?= http://127.0.0.1:9200

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## make the virtual environment from the lock file
	@deploy/setup.sh requirements.lock

.PHONY: setup-dev
setup-dev: ## the same with the tools for development
	@deploy/setup.sh requirements-dev.lock

.PHONY: demo
demo: setup ## set up, start everything, bring articles in, search
	@$(NEWSLOOM) demo

.PHONY: up down status
up: setup ## start the standalone stack in the background
	@$(NEWSLOOM) up
down: setup ## stop it
	@$(NEWSLOOM) down
status: setup ## what runs, and is it well
	@$(NEWSLOOM) status

.PHONY: check
check: setup-dev ## format, lint, types, layers, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m services.commands.docs --check

.PHONY: test
test: setup-dev ## every test that needs no container, with coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2 --no-loadscope-reorder --durations=20
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=90

.PHONY: test-fast
test-fast: setup-dev ## unit tests only
	$(BIN)/python -m pytest tests/unit

.PHONY: generated
generated: setup-dev ## write schemas, docs and lock files anew
	$(BIN)/python -m services.commands.docs

.PHONY: format
format: setup-dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	--no-header pyproject.toml
.PHONY: lock
lock: ## resolve the dependencies anew (needs uv); three locks of one resolution
	$(LOCK) --upgrade --extra standalone --extra s3 --extra hybrid --group dev -o requirements-dev.lock
	$(LOCK) --extra standalone --extra s3 --extra hybrid -c requirements-dev.lock -o requirements.lock
	$(LOCK) --extra s3 --extra hybrid -c requirements-dev.lock -o requirements-service.lock

.PHONY: bench
bench: setup-dev ## the index stage beside parallel_bulk, on a running Elasticsearch (ES=URL)
	$(BIN)/python benchmarks/bench_index.py $(ES)

.PHONY: bench-search
bench-search: setup-dev ## searches beside plain Elasticsearch: rank (of seeds/ and of DATA, if given) and speed (ES=URL)
	$(BIN)/python benchmarks/bench_relevance.py $(if $(ES),--elasticsearch $(ES)) $(DATA)
	$(BIN)/python benchmarks/bench_search.py $(if $(ES),--elasticsearch $(ES))

.PHONY: bench-stories
bench-stories: setup-dev ## are copies and accounts of one event put together? (of seeds/, and of DATA, if given)
	$(BIN)/python benchmarks/bench_stories.py $(DATA)

LANGUAGES ?=
.PHONY: bench-language
bench-language: setup-dev ## is the language of a text right? (LANGUAGES: folders of labelled texts, see the script)
	$(BIN)/python benchmarks/bench_language.py $(LANGUAGES)

.PHONY: bench-extract bench-enrich
bench-extract: setup-dev ## extraction quality and speed on DATA, beside the plain libraries
	$(BIN)/python benchmarks/bench_extract.py $(DATA)
bench-enrich: setup-dev ## entities: lists, headlines and kinds of news of our own; quality and speed on DATA, if given, beside the plain model
	$(BIN)/python benchmarks/bench_entity_lists.py
	$(BIN)/python benchmarks/bench_names.py
	$(if $(DATA),$(BIN)/python benchmarks/bench_enrich.py $(DATA))

.PHONY: bench-payloads
bench-payloads: setup-dev ## articles that pages of DATA carry for their scripts: F1 with and without reading them
	$(BIN)/python benchmarks/bench_payloads.py $(DATA)

.PHONY: bench-learned
bench-learned: setup-dev ## learned furniture on DATA: what goes of real feeds, F1 of dressed articles, what is lost
	$(BIN)/python benchmarks/bench_learned.py $(DATA)

.PHONY: bench-service
bench-service: setup-dev ## clean and enrich with Kafka beside the filters extract and enrich (DATA, NERDATA; a running stack)
	$(BIN)/python benchmarks/bench_service.py clean $(DATA)
	$(if $(NERDATA),$(BIN)/python benchmarks/bench_service.py enrich $(NERDATA))

.PHONY: bench-poll
bench-poll: setup-dev ## polling 10,000 feeds of a local server: feeds a second, memory (needs a running stack)
	$(BIN)/python benchmarks/bench_poll.py

.PHONY: bench-feeds
bench-feeds: setup-dev ## reading feeds (DATA, or DATA/feeds), beside feedparser: speed, and what each finds
	$(BIN)/python benchmarks/bench_feeds.py $(DATA)

SCENARIO ?=
.PHONY: chaos
chaos: setup-dev ## all that may break, in full size (long; SCENARIO=kill runs tests/chaos/test_kill.py alone)
	NEWSLOOM_CHAOS=long NEWSLOOM_CHAOS_REPORT=$${NEWSLOOM_CHAOS_REPORT:-build/chaos.jsonl} \
		$(BIN)/python -m pytest -s tests/chaos$(if $(SCENARIO),/test_$(SCENARIO).py)

CASES ?= 100000
.PHONY: fuzz
fuzz: setup-dev ## hostile pages through extraction, in worker processes (CASES=N; DATA: a folder of pages to mutate)
	PYTHONPATH=tests $(BIN)/python -m support.fuzz --cases $(CASES) $(wildcard $(DATA))

.PHONY: growth
growth: setup-dev ## CPU seconds of extraction for n, 2n and 4n of one thing: what grows faster than the page?
	PYTHONPATH=tests $(BIN)/python -m support.fuzz.growth

.PHONY: internet
internet: setup-dev ## the real fetch service on a small internet that misbehaves, in full size (NEWSLOOM_TEST_FETCH_WORKERS=N)
	NEWSLOOM_CHAOS=long $(BIN)/python -m pytest -s tests/integration/fetch/test_internet.py

.PHONY: compose-test
compose-test: setup-dev ## docker compose for real (needs Docker; in no gate)
	tests/e2e/compose_test.sh
