PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install demo test test-torch test-long test-hard test-slow bench lint format results

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.venv/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("rnn_zoo needs Python 3.11 or newer, this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

install: .venv/.installed ## create .venv and install the package

demo: .venv/.installed ## train on the sentences that ship with the package, compare with a bag of words, export, predict
	$(BIN)/python recipes/imdb_sentiment.py --data sample --out runs/demo
	$(BIN)/rnn-zoo predict runs/demo/export "The food is not good" "Not bad at all, I loved it"

# What runs on every backend of Keras.
BACKENDS := tests/bptt tests/cells tests/layers tests/topologies tests/training/test_fit_compiled.py

test: .venv/.installed-dev ## every test, on TensorFlow and on JAX (TFDS_DATA_DIR adds those on real data)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder
	KERAS_BACKEND=jax $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(BACKENDS)

test-torch: .venv/.installed-dev ## layers, topologies and training on PyTorch, which it installs (1 GB; its CPU build will do)
	$(BIN)/python -c 'import torch' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[torch]'
	KERAS_BACKEND=torch $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(BACKENDS)

test-long: .venv/.installed-dev ## what the tests hold, on more options and through more doors, ten minutes
	$(BIN)/python -m pytest -m long --numprocesses 2 --dist loadfile

test-hard: .venv/.installed-dev ## a thousand malformed inputs and two hundred kills, half an hour
	$(BIN)/python -m pytest -m hard tests/hard

test-slow: .venv/.installed-dev ## train the rows of results/ again on the real reviews, an hour (read from TFDS_DATA_DIR, or downloaded)
	$(BIN)/python -m pytest -m slow

# Without PyTorch the benchmarks leave out its rows and report this.
.venv/.installed-bench: .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]' && touch $@ || true

bench: .venv/.installed-bench ## speed compared with Keras and PyTorch, about 15 minutes, alone on the machine (TFDS_DATA_DIR adds IMDB reviews)
	$(BIN)/python -m benchmarks.training_step
	$(BIN)/python -m benchmarks.parallel_time
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.inference
	$(BIN)/python -m benchmarks.inspection
	$(BIN)/python -m benchmarks.tagging_speed
	$(BIN)/python -m benchmarks.imdb_epoch --reviews 5000 --epochs 2
	$(BIN)/python -m benchmarks.scaling
	$(BIN)/python -m benchmarks.plot
	$(BIN)/python -m benchmarks.readme

lint: .venv/.installed-dev ## ruff: errors and format; mypy: types; import-linter: which room may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.installed-dev ## ruff: fix what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

TABLES := imdb_sentiment named_entities parts_of_speech digit_images word_detector shakespeare next_word translation chorales image_captions

results: .venv/.installed ## rewrite the tables of README.md from results/
	for table in $(TABLES); do $(BIN)/python -m rnn_zoo.evaluation.result_table results/$$table.csv --into README.md || exit 1; done
	$(BIN)/python -m rnn_zoo.tasks.forecasting.table results/forecasting.csv --into README.md
