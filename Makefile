# The front door. Everything it needs is installed by `make setup`, which the other targets call themselves.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help setup build test fuzz check format demo demo-down bench bench-formation bench-planner bench-rebalance images asan tsan clean

help: ## Print this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1|\2/p' Makefile | \
	  while IFS='|' read -r name text; do printf '  make %-16s %s\n' "$$name" "$$text"; done

setup: ## Install what is missing on this machine: Debian packages, Go, a Python client for the tests
	@tools/setup

build: setup ## Build everything into build/dev and build/kube
	@tools/build dev

test: build ## Build, then run the unit tests, a short fuzzing and the integration tests
	@tools/run-tests dev

fuzz: setup ## Fuzz the planner's requests and the parsers for FUZZ_SECONDS (600)
	@tools/fuzz

check: setup ## Check format, clang-tidy, protos, style, charts, shell scripts and YAML (ten minutes the first time)
	@tools/setup check
	@tools/check

format: setup ## Format the C++ sources and the protos
	@git ls-files -co --exclude-standard -- '*.h' '*.cc' '*.proto' | xargs clang-format-16 -i

demo: setup ## Start Kubernetes on this machine, install the operator, form a cluster; Ctrl-C ends all
	@tools/demo

demo-down: ## End the demo, from another terminal
	@tools/demo-down

bench: build ## Run all benchmarks
	@tools/bench

bench-formation: build ## Measure the formation of clusters against redis-cli
	@tools/bench formation

bench-planner: setup ## Measure the planner at up to 1,000 shards, alone and asked by 200 callers
	@KUBE=no tools/build release planner_bench
	@PRESET=release tools/bench planner

bench-rebalance: build ## Compare plans for 1,000 random clusters with redis-cli --cluster rebalance
	@tools/bench rebalance

images: setup ## Build the three images from their Dockerfiles and test that each starts, answers and stops
	@tools/images
	@tools/test-images

asan: setup ## Run the unit tests with the address and undefined behaviour sanitizers
	@KUBE=no tools/build asan unit_tests
	@tools/run-tests asan unit

tsan: setup ## Run the unit tests with the thread sanitizer
	@KUBE=no tools/build tsan unit_tests
	@TSAN_OPTIONS="suppressions=$(CURDIR)/tools/tsan.supp" SLOTS_CASES=500 PLACEMENT_CASES=500 PLANNER_CASES=100 tools/run-tests tsan unit

clean: ## Remove everything that was built
	@tools/demo-down
	@rm -rf build 2>/dev/null || sudo rm -rf build  # images are built as root
