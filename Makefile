# Every target is sufficient alone on a machine with Python 3.11-3.13, make and a package registry.
PYTHON ?= $(firstword $(foreach v,python3.13 python3.12 python3.11 python3,\
	$(if $(shell $(v) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo yes),$(v))))
BIN := .venv/bin
# Modules are compiled when they are imported: most never are, and compiling all takes as long again.
PIP = $(BIN)/pip install -q --disable-pip-version-check --no-compile
# ... which must then be kept, or every process compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: book test test-long test-lowest bench evidence publish wheel lint lab env lock vendor clean

book: env  ## run the notebooks that are out of date and render the HTML book
	@$(BIN)/morning run $(filter-out PYTHON=%,$(MAKEOVERRIDES))

test: env  ## run the tests on all cores
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

test-long: env  ## kill, repeat and attack it, and hold whole runs against what was promised; takes two hours
	$(BIN)/python -m pytest -q -n auto -m long --record=book/results/trust.json

test-lowest: BIN := .venv-lowest/bin
test-lowest:  ## run the tests with the lowest versions that pyproject.toml admits (needs uv on the PATH)
	$(PYTHON) -m venv --clear .venv-lowest
	uv pip compile pyproject.toml --all-extras --resolution lowest-direct --python $(BIN)/python \
		--quiet --no-annotate --no-header --output-file .venv-lowest/requirements.txt
	$(PIP) --no-deps -r .venv-lowest/requirements.txt
	$(PIP) --no-deps -e .
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

bench: env  ## measure what things cost, beside references; takes ten minutes
	$(BIN)/python -m benchmarks

evidence: env  ## run the long experiments on the benchmark, or ONLY=grid; a night
	$(BIN)/python -m morning_book.evidence $(ONLY)

publish: env  ## run the benchmark and write what it finds to book/results, to be committed
	$(BIN)/python -m morning_book.publish

wheel: env  ## build a wheel in dist/, with notebooks and pages inside
	rm -rf build dist
	$(BIN)/pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w dist .
	rm -rf build

lint: env  ## check style, types, spelling and that notebooks hold no outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/nbstripout --verify notebooks/*.ipynb

lab: env  ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir notebooks

env: .venv/.installed  ## make the environment

.venv/.installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@echo "installing torch"
	$(PIP) $$(grep -o '^torch==[^ ]*' requirements.lock)
	@echo "installing the other pinned packages"
	$(PIP) --no-deps --require-hashes -r requirements.lock
	$(PIP) --no-deps -e .
	@touch $@

lock:  ## resolve requirements.lock anew (needs uv on the PATH)
	sh .ci/lock

vendor:  ## bundle anew what the explorer takes from others (needs npm)
	cd lib/morning/report/explorer/vendor && npm ci --silent && npm run --silent bundle
	rm -rf lib/morning/report/explorer/vendor/node_modules

clean:  ## remove the environment and caches; keep data and runs
	rm -rf .venv .venv-lowest .pytest_cache .mypy_cache .ruff_cache .hypothesis
