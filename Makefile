# `make` prints what there is. Every target makes what it needs; Python >= 3.11 is all that must be there.
PYTHON ?= $(shell for v in python3 python3.13 python3.12 python3.11; do $$v -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$v && break; done)
VENV   := .venv
BIN    := $(VENV)/bin
UV     = $(shell command -v uv || echo $(BIN)/uv)

# uv doesn't read pip's settings; hand it what pip would use (environment first, then pip's own files).
pip_setting = $(or $($(1)),$(shell $(PYTHON) -m pip config get global.$(2) 2>/dev/null))
export UV_DEFAULT_INDEX := $(call pip_setting,PIP_INDEX_URL,index-url)
export UV_INDEX := $(call pip_setting,PIP_EXTRA_INDEX_URL,extra-index-url)
export UV_FIND_LINKS := $(subst $() ,$(comma),$(call pip_setting,PIP_FIND_LINKS,find-links))
export SSL_CERT_FILE := $(or $(SSL_CERT_FILE),$(call pip_setting,PIP_CERT,cert))
export UV_INDEX_STRATEGY := unsafe-best-match
export UV_PYTHON_DOWNLOADS := never
$(foreach setting,UV_DEFAULT_INDEX UV_INDEX UV_FIND_LINKS SSL_CERT_FILE,$(if $($(setting)),,$(eval unexport $(setting))))
comma := ,

.DEFAULT_GOAL := help
.PHONY: help setup demo test check protos train results accuracy algorithms bench peer-accuracy test-vllm test-reward-hub test-ui fuzz gateway-cost clean

help: ## print the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

define install
	@test -x $(BIN)/python || $(or $(PYTHON),$(error Python 3.11 or newer is needed; name one with PYTHON=)) -m venv $(VENV)
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@$(UV) export --quiet --frozen --no-emit-workspace --no-emit-project --group $(1) --output-file $(VENV)/$(1).txt >/dev/null
	@$(UV) pip install --quiet --python $(BIN)/python --requirement $(VENV)/$(1).txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@
endef

$(VENV)/.test: pyproject.toml uv.lock
	$(call install,test)

$(VENV)/.check: pyproject.toml uv.lock $(VENV)/.test
	$(call install,check)

setup: $(VENV)/.test ## make .venv with everything a laptop needs (no torch, no vLLM)

demo: setup ## solve real problems with four real processes and small models
	@$(BIN)/its demo

# Tests start some hundred processes: what these compile is kept, even where the environment wants none beside sources.
# Files run as they come, since the long ones are those with few tests, which would be left for the end.
test: setup ## run the tests, four files at a time: many wait for processes to start and stop
	PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/$(VENV)/bytecode \
		$(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.check ## format, lint, types, layers, contract, generated code, lock
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	cd protos && ../$(BIN)/buf lint && ../$(BIN)/buf format --diff --exit-code
	$(BIN)/python protos/check.py
	env -u UV_INDEX -u UV_FIND_LINKS $(UV) lock --check --quiet

protos: $(VENV)/.check ## generate the Python code of the contract
	$(BIN)/python protos/generate.py

# An environment of its own for engines that pin another torch: the lock's test group, then tests/<name>/*.txt.
define engine_environment
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@test -x .venv-$(1)/bin/python || $(UV) venv --quiet --python $(or $(2),$(PYTHON)) .venv-$(1)
	@$(UV) export --quiet --frozen --no-emit-workspace --no-emit-project --no-hashes --group test --output-file .venv-$(1)/test.txt >/dev/null
	@$(UV) pip install --quiet --python .venv-$(1)/bin/python --requirement .venv-$(1)/test.txt --requirement tests/$(1)/requirements.txt --override tests/$(1)/overrides.txt
	@$(UV) pip install --quiet --python .venv-$(1)/bin/python --no-deps --editable .
	@touch $@
endef

.venv-vllm/.ready: pyproject.toml uv.lock tests/vllm/requirements.txt tests/vllm/overrides.txt | $(VENV)/.test
	$(call engine_environment,vllm)

test-vllm: .venv-vllm/.ready ## run the tests of the vLLM backend, with real vLLM on the CPU
	@command -v lscpu >/dev/null || { echo "vLLM on a CPU asks lscpu; install util-linux"; exit 1; }
	HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 VLLM_CPU_OMP_THREADS_BIND=nobind VLLM_ENABLE_V1_MULTIPROCESSING=0 \
		.venv-vllm/bin/python -m pytest -m vllm --timeout 600 -W "ignore:Unclosed context:ResourceWarning" tests/vllm

.venv-reward-hub/.ready: pyproject.toml uv.lock tests/reward-hub/requirements.txt tests/reward-hub/overrides.txt | $(VENV)/.test
	$(call engine_environment,reward-hub)

test-reward-hub: .venv-reward-hub/.ready ## run the tests of the scorer reward_hub, with the real package
	HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 .venv-reward-hub/bin/python -m pytest -m reward_hub --timeout 600 tests/reward-hub tests/reward

.venv-train/.ready: pyproject.toml | $(VENV)/.test
	@test -x .venv-train/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv-train
	@$(UV) pip install --quiet --python .venv-train/bin/python --editable ".[train]"
	@touch $@

.venv-ui/.ready: pyproject.toml uv.lock | $(VENV)/.test
	@mkdir -p .venv-ui
	@$(UV) export --quiet --frozen --only-group ui --output-file .venv-ui/requirements.txt >/dev/null
	@$(UV) pip install --quiet --python $(BIN)/python --target .venv-ui/packages --requirement .venv-ui/requirements.txt
	@touch $@

test-ui: .venv-ui/.ready ## run the tests of the page /ui in a real Chromium: `apt-get install chromium`, or ITS_CHROMIUM=path
	PYTHONPATH=.venv-ui/packages $(BIN)/python -m pytest tests/ui

train: .venv-train/.ready ## train and measure the models that ship, from their seed (about an hour on two cores)
	PYTHONPATH=models/recipe OMP_WAIT_POLICY=PASSIVE .venv-train/bin/python -m its_recipe

results: setup ## measure the algorithms on all held-out problems, resuming what is in evals/ (half an hour); writes docs/results.md
	$(BIN)/its eval models/its_models/heldout.jsonl --budget 1,4,16,64 --temperature 1 \
		--algorithm self-consistency,best-of-n,weighted-best-of-n,beam-search,dvts,rebase,particle-filtering
	$(BIN)/its report evals/heldout --out docs/results
	sed 's,](\([a-z]*\.svg\)),](results/\1),' docs/results/report.md > docs/results.md
	rm docs/results/report.md docs/results/report.html

accuracy: setup ## measure greedy and sampled answers and the reward of the shipped models; writes docs/shipped-models.md
	$(BIN)/python benchmarks/accuracy.py --out docs/shipped-models.md

algorithms: setup ## measure every algorithm at budgets 1 to 64 on a hundred problems; writes docs/algorithms.md
	$(BIN)/python benchmarks/algorithms.py --out docs/algorithms.md

bench: setup .venv-peers/.ready .venv-optillm/.ready .venv-vllm/.ready ## measure what we cost, alone and beside peers; writes benchmarks/results
	$(BIN)/python benchmarks/edge_validation.py
	$(BIN)/python benchmarks/grpc_messages.py
	$(BIN)/python benchmarks/orchestrator_cost.py
	$(BIN)/python benchmarks/latency.py
	$(BIN)/python benchmarks/growth.py --out growth.md
	$(BIN)/python benchmarks/overhead.py --out overhead.md
	$(BIN)/python benchmarks/engines.py --out engines.md
	VLLM_LOGGING_LEVEL=ERROR OMP_NUM_THREADS=1 .venv-vllm/bin/python benchmarks/vllm_beside.py --out vllm_beside.md

peer-accuracy: setup .venv-peers/.ready ## measure accuracy against tokens beside its_hub's own algorithms, at budgets 1 to 64 (half an hour)
	$(BIN)/python benchmarks/peer_accuracy.py --out peer_accuracy.md

fuzz: setup ## try 50,000 requests that our OpenAPI document allows or forbids; writes docs/fuzzing.md
	$(BIN)/python tests/gateway/fuzzing.py --cases 50000 --out docs/fuzzing.md

# Peers to compare with, each in an environment of its own.
.venv-peers/.ready: benchmarks/peers.txt | $(VENV)/.test
	@test -x .venv-peers/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv-peers
	@$(UV) pip install --quiet --python .venv-peers/bin/python --requirement benchmarks/peers.txt
	@touch $@

.venv-optillm/.ready: benchmarks/peers-optillm.txt benchmarks/peers-optillm-overrides.txt | $(VENV)/.test
	@test -x .venv-optillm/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv-optillm
	@$(UV) pip install --quiet --python .venv-optillm/bin/python --requirement benchmarks/peers-optillm.txt --override benchmarks/peers-optillm-overrides.txt
	@touch $@

gateway-cost: .venv-peers/.ready ## measure what gateway and orchestrator cost a request, beside its_hub
	$(BIN)/python benchmarks/gateway_cost.py --peer

clean: ## remove what the targets made
	rm -rf .venv .venv-* .pytest_cache .hypothesis .ruff_cache .import_linter_cache build dist
