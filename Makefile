# The whole workflow. Needs Python 3.11 or newer and make; everything else is installed
# into .venv, and from Debian's packages, where that is possible, the Apertium translator
# and for the tests Chromium.

PYTHON ?= python3
BIN := .venv/bin
PIP = $(BIN)/pip --disable-pip-version-check --quiet install --no-deps

.PHONY: demo test lint dense bench floors fuzz audit lock argos-check train-smoke \
  apertium chromium clean

demo: .venv/lean apertium   ## the main job end to end, into demo/
	$(BIN)/monitor demo --out demo

test: lint dense apertium chromium   ## what CI runs
	$(BIN)/pytest -q -n auto --dist loadfile

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

dense: .venv/dense          ## a model of what headlines mean, 100 MB, for stories

# ONLY names some of bench/everything.py; LONG=--long asks for the full forms.
bench: .venv/bench dense apertium   ## every benchmark, into bench/results.md
	$(BIN)/python -m bench.everything $(if $(ONLY),--only $(ONLY)) $(LONG)

# LABELLED names a folder of labelled days to score beside the newsroom's, REFERENCES one
# of translated test sets.
floors: .venv/dev dense apertium    ## quality, which must not fall below its floors
	$(BIN)/python bench/stories.py $(LABELLED)
	$(if $(REFERENCES),$(BIN)/python bench/references.py $(REFERENCES))

# Each target of tests/fuzz in turn, or those that FUZZ names, for so many SECONDS.
SECONDS ?= 60
FUZZ ?= $(sort $(filter-out driver,$(basename $(notdir $(wildcard tests/fuzz/[a-z]*.py)))))
fuzz: .venv/dev
	@for target in $(FUZZ); do \
	  $(BIN)/python tests/fuzz $$target --seconds $(SECONDS) 2>/dev/null \
	    || failed="$$failed $$target"; \
	done; [ -z "$$failed" ] || { echo "found something in:$$failed"; exit 1; }

# Known weaknesses of what the lock files name, by PyPI's list of them, in an environment
# of its own. What could not be looked up counts as a failure, not as well.
AUDIT := .venv-audit/bin/pip-audit --strict --disable-pip --require-hashes \
  --progress-spinner off
audit:
	[ -x .venv-audit/bin/pip-audit ] || { $(PYTHON) -m venv .venv-audit \
	  && .venv-audit/bin/pip --disable-pip-version-check --quiet install pip-audit; }
	for lock in requirements*.lock; do \
	  $(AUDIT) -r $$lock || failed="$$failed $$lock"; \
	done; [ -z "$$failed" ] || { \
	  echo "found something, or could not look it up, in:$$failed"; exit 1; }

# Against argostranslate with all that it declares: PyTorch and more, several GB, in an
# environment of its own. PIP_EXTRA may say where a PyTorch for the CPU alone is.
argos-check: .venv-argos/full
	.venv-argos/bin/pytest -q -rs tests/test_argos_equal.py tests/test_routes.py
	.venv-argos/bin/python bench/argos.py

.venv-argos/full: BIN := .venv-argos/bin
.venv-argos/full: requirements.lock requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv-argos
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) --no-build-isolation --editable .
	$(BIN)/pip --disable-pip-version-check --quiet install $(PIP_EXTRA) argostranslate
	@touch $@

# Every step of training a translation model, on made-up text: minutes on a CPU, PyTorch
# in an environment of its own. PIP_EXTRA as above. See training/README.md.
SMOKE := .venv-train/smoke
MINUTES ?= 2
TRAIN := .venv-train/bin/python -m training
train-smoke: .venv-train/full
	.venv-train/bin/pytest -q -rs -n 0 tests/test_training_network.py
	rm -rf $(SMOKE)
	$(TRAIN) make-up --out $(SMOKE)
	$(TRAIN) prepare --pairs $(SMOKE)/pairs.tsv.xz --tests $(SMOKE)/tests \
	  --out $(SMOKE)/prepared --pieces 700
	$(TRAIN) train es-en --prepared $(SMOKE)/prepared --run $(SMOKE)/es-en \
	  --minutes $(MINUTES) --shape tiny --batch-tokens 3000 --save-every 100 \
	  --warm-up 100 --peak 4e-3
	$(TRAIN) pack es-en --run $(SMOKE)/es-en --prepared $(SMOKE)/prepared --last 3 \
	  --out $(SMOKE)/es_en.argosmodel
	$(TRAIN) back-translate es-en --headlines $(SMOKE)/headlines.csv \
	  --package $(SMOKE)/es_en.argosmodel --out $(SMOKE)/back.tsv.xz
	$(TRAIN) evaluate $(SMOKE)/es_en.argosmodel --tests $(SMOKE)/tests \
	  --out $(SMOKE)/scores.json
	$(TRAIN) card --prepared $(SMOKE)/prepared --scores $(SMOKE)/scores.json \
	  --out $(SMOKE)/CARD.md

.venv-train/full: BIN := .venv-train/bin
.venv-train/full: requirements.lock requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv-train
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) --no-build-isolation --editable .
	$(BIN)/pip --disable-pip-version-check --quiet install $(PIP_EXTRA) "torch>=2.5"
	@touch $@

.venv/lean: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "needs Python 3.11 or newer: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/lean requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

.venv/dense: .venv/lean requirements-dense.lock
	$(PIP) --require-hashes -r requirements-dense.lock
	@touch $@

.venv/bench: .venv/dev requirements-bench.lock
	$(PIP) --require-hashes -r requirements-bench.lock
	@touch $@

# The embedded translator, where apt is there and allowed; else the demo says what it
# does without one.
apertium:
	@apertium -l 2>/dev/null | grep -q spa-eng || { \
	  command -v apt-get >/dev/null || exit 0; \
	  [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
	  echo "installing apertium-eng-spa (2 MB, with its engine 15 MB)"; \
	  { $$sudo apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
	    $$sudo apt-get -qq install --yes --no-install-recommends apertium-eng-spa; } \
	    >/dev/null 2>&1 || echo "apertium-eng-spa could not be installed"; }

# A browser for tests/test_browser*.py, likewise; without one they are skipped and say so.
chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	  command -v apt-get >/dev/null || exit 0; \
	  [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
	  echo "installing chromium (100 MB, 400 MB once unpacked)"; \
	  { $$sudo apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
	    $$sudo apt-get -qq install --yes --no-install-recommends chromium; } \
	    >/dev/null 2>&1 || echo "chromium could not be installed"; }

# argostranslate wants stanza, spacy and minisbd for code that we do not call, the weights
# of the dense channel want sentence-transformers; together with PyTorch they weigh several
# GB. tokenizers wants huggingface-hub to download what is here. They are left out, on
# purpose.
LEAVE_OUT := stanza spacy minisbd sentence-transformers huggingface-hub
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-header --no-annotate --no-emit-index-url \
  --no-emit-find-links --no-emit-package pip

lock: .venv/dev             ## newest versions that pyproject.toml allows
	$(PIP) uv
	printf "%s ; python_version < '3'\n" $(LEAVE_OUT) > .venv/left-out.txt
	$(COMPILE) pyproject.toml --group build --override .venv/left-out.txt \
	  --upgrade --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock \
	  --upgrade --output-file requirements-dev.lock
	$(COMPILE) --group dense --constraint requirements.lock --override .venv/left-out.txt \
	  --upgrade --output-file requirements-dense.lock
	$(COMPILE) --group bench --constraint requirements.lock \
	  --upgrade --output-file requirements-bench.lock

clean:
	rm -rf .venv .venv-argos .venv-audit .venv-train demo .mypy_cache .ruff_cache .pytest_cache
