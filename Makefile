# Zhizhou. Each target is a thin door to one script; the scripts also run alone.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build test check gen e2e bench lighthouse sim truth clean

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## build what changed and serve the demo school (ADDR=127.0.0.1:8080, DATA_DIR=data)
	@exec scripts/run.sh

build: ## H5, console, mini program (web/dist/mp-weixin) and the binary (bin/zhizhou)
	@exec scripts/build.sh

test: ## every test: Go with -race on both engines, front-ends, mini program, browser
	@exec scripts/test.sh

check: ## format, vet, lint, types, generated files
	@exec scripts/check.sh

gen: ## write api/openapi.yaml and web/sdk/schema.d.ts
	@exec scripts/gen.sh

e2e: ## the browser tests alone
	@exec scripts/e2e.sh

bench: ## measure against bare references
	@exec scripts/bench.sh

lighthouse: ## measure the pages by which people come as on a phone (RUNS=3)
	@exec scripts/lighthouse.sh

sim: ## random histories of buying against a model (SEED=1 HISTORIES=1000)
	@SIM_SEED=$(or $(SEED),1) SIM_HISTORIES=$(or $(HISTORIES),1000) scripts/postgres.sh go test ./internal/app -count=1 -timeout 12h -v -run '^TestSimulation'

truth: ## whether the figures of growth find what was planted in 100,000 simulated learners (TRUTH_LEARNERS, TRUTH_SEED)
	@exec scripts/truth.sh

clean: ## remove what was built (data/ stays)
	@exec scripts/clean.sh
