# Two commands, each from a fresh clone with nothing but Python 3.10+ and make.
PYTHON ?= python3
BIN := .venv/bin
SQL := generator/src/ozmeta_dbt benchmarks/baselines

.PHONY: demo test test-engines test-warehouse test-dbt test-static lint format prove fuzz soak mutants bench bench-full bench-check bench-renew docs clean
demo: .venv/ready  ## three entities, 60 days of events, on DuckDB
	$(BIN)/ozmeta-dbt demo .demo --package .

test: .venv/ready  ## every test that runs on DuckDB, and the same scenarios on Postgres where the machine has one
	$(BIN)/python -m pytest -q -n 2 --dist loadfile generator/tests integration_tests

test-engines: .venv/ready  ## the same rows on every engine that runs here, each in an environment of its own under .engines; OZMETA_ENGINES=postgres,redshift picks, so does OZMETA_SCENARIOS=changes,cases
	OZMETA_ENGINES=$${OZMETA_ENGINES:-all} $(BIN)/python -m pytest -q -rfE -n 2 integration_tests/test_engines.py::test_the_same_rows

test-warehouse: .venv/ready  ## the same scenarios on a warehouse itself, after an estimate of what that costs; WAREHOUSE=bigquery, and OZMETA_PROFILE
	$(BIN)/python integration_tests/warehouse.py $${WAREHOUSE:?names one: bigquery, databricks, redshift or snowflake} $(ARGS)

test-dbt: .venv/ready  ## the oldest and the newest dbt-core, each in an environment of its own, and every generated metric asked through MetricFlow
	OZMETA_DBT=all $(BIN)/python -m pytest -q -n 2 integration_tests/test_dbt_versions.py integration_tests/test_metricflow.py

test-static: .venv/ready  ## every statement that each adapter would send, rendered and parsed; GoogleSQL's analyser, where there is Go, takes BigQuery's; dbt's new engine parses the package
	PYTHONPATH=integration_tests $(BIN)/python -c 'from static.projects import prepare; prepare()'
	OZMETA_STATIC=all $(BIN)/python -m pytest -q -n 2 integration_tests/test_static.py

prove: .venv/ready  ## what `make test` does a little of, at length: 20,000 random objects, 200 sequences of faults; half an hour on two cores
	$(BIN)/python integration_tests/prove.py
	OZMETA_SEQUENCES=200 $(BIN)/python -m pytest -v integration_tests/test_faults.py -k sequence

fuzz: .venv/ready  ## 60,000 hostile inputs: metadata, texts in SQL on every engine, journals, pages, messages; half an hour on two cores; SEED=7 plays others
	$(BIN)/python integration_tests/fuzz.py --seed $${SEED:-0}

soak: .venv/ready  ## 500 hourly runs with overlaps, killed runs, changed definitions and a purge every fifty; ENGINE=duckdb takes 20 minutes on two cores, ENGINE=postgres 40
	$(BIN)/python integration_tests/soak.py --runs $${RUNS:-500} --seed $${SEED:-0} --engine $${ENGINE:-postgres}

mutants: .venv/ready  ## does the suite notice when the package is wrong? takes half an hour; writes docs/mutants.md
	$(BIN)/python integration_tests/mutants.py

bench: .venv/bench-ready  ## every target for cost next to what is measured, at a million events, and at ten million for an increment; half an hour
	$(BIN)/python benchmarks/speed.py --name cost
	$(BIN)/python benchmarks/plot.py benchmarks/results/cost.json

bench-full: .venv/bench-ready  ## all that can be measured, up to a hundred million events; takes a day, 24 GB of memory and 130 GB of disk
	$(BIN)/python benchmarks/speed.py --only all --events 1000000,10000000,100000000 --memory 16GB --name full
	$(BIN)/python benchmarks/plot.py benchmarks/results/full.json

bench-check: .venv/ready  ## does a model cost over 15 % more than its stored ratio to the floor? at 200,000 events, by CPU; three minutes
	$(BIN)/python benchmarks/check.py

bench-renew: .venv/ready  ## stores the ratios that bench-check compares with; on an idle machine
	$(BIN)/python benchmarks/check.py --renew

lint: .lint/ready  ## ruff, mypy, sqlfluff, a Markdown linter and, where there is Go, Vale on the prose
	.lint/bin/ruff check .
	.lint/bin/ruff format --check .
	cd generator && ../.lint/bin/mypy src
	.lint/bin/sqlfluff lint --processes 1 --nocolor --disable-progress-bar $(SQL)
	.lint/bin/pymarkdown --config .pymarkdown.json scan $$(git ls-files '*.md')
	@if [ -x .lint/bin/vale ]; then .lint/bin/vale $$(git ls-files '*.md'); \
	else echo "NOT RUN: Vale needs Go to be built, and there is none here"; fi

format: .lint/ready  ## formats Python and sorts its imports
	.lint/bin/ruff check --select I --fix .
	.lint/bin/ruff format .

.lint/ready: requirements-lint.txt generator/pyproject.toml
	$(PYTHON) -m venv .lint
	.lint/bin/pip install --quiet --disable-pip-version-check -r requirements-lint.txt -e "generator[database,mssql]"
	if command -v go > /dev/null; then GOBIN=$(CURDIR)/.lint/bin go install github.com/vale-cli/vale/v3/cmd/vale@v3.21.0; fi
	touch $@

docs: .docs-venv/ready .demo/target/static_index.html  ## the documentation site, in site/, with the report and the dbt docs of the demo
	NO_MKDOCS_2_WARNING=1 .docs-venv/bin/mkdocs build --strict --quiet

.demo/target/ozmeta_report.html:
	$(MAKE) demo

.demo/target/static_index.html: .demo/target/ozmeta_report.html
	cd .demo && ../$(BIN)/dbt docs generate --static --quiet

.docs-venv/ready: docs/requirements.txt
	$(PYTHON) -m venv .docs-venv
	.docs-venv/bin/pip install --quiet --disable-pip-version-check -r docs/requirements.txt
	touch $@

.venv/ready: requirements.txt generator/pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "Python 3.10 or later is needed; name one with PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt -e generator
	touch $@

.venv/bench-ready: .venv/ready benchmarks/requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	touch $@

clean:
	rm -rf .venv .lint .docs-venv site .engines .demo benchmarks/.work
