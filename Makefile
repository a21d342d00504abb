# The two commands that a fresh machine needs are `make up` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Built dependencies outlive a clone: one folder for each list of packages and toolchain.
SCRATCH ?= $(shell .ci/scratch)
# Hashing is seeded, because the order of a package's traits reaches the command line and would otherwise rebuild that package at every second call.
SWIFT_BUILD := SWIFT_DETERMINISTIC_HASHING=1 swift build --scratch-path $(SCRATCH)
SWIFT_TEST := .ci/test $(SCRATCH)
ARGS ?=
# `build`, and with it `up` and `release`, keep to what was built last; `make build CONFIGURATION=release` changes it.
CONFIGURATION ?= $(or $(filter debug release,$(notdir $(shell readlink bin))),debug)
# Long runs of pure logic, actors that are simulated, and clients of Python: apart from the tests that wait for each other over sockets.
LONG := ^(Actors|Fleet|FleetReports|Scenarios|Rollouts|AgentSystemHost|Releases|ReleaseSlots|ReleaseWorks|Evergreen|TUF|TUFInterop)Tests[.]

.PHONY: help up build test check sim fmt lint bench fuzz clean docs deps release

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 8

deps:
	@.ci/dependencies

build: deps ## build everything and link the programs into bin/
	@echo "building (the first time on a machine takes about 10 minutes, for the packages) ..."
	@$(SWIFT_BUILD) -c $(CONFIGURATION)
	@.ci/link-programs "$$($(SWIFT_BUILD) -c $(CONFIGURATION) --show-bin-path)"

up: build ## bring up a resource location with its simulated cloud (ARGS="--connectors 3")
	@exec bin/connector-lab up $(ARGS)

release: build ## build, pack and sign the programs as a release of the lab (VERSION=1.2.3.4, ARGS="--state DIR")
	@.ci/pack-release bin "$(VERSION)" $(ARGS)

test: deps lint ## install what is missing, check the format, build, and run every test
	@echo "building and testing ..."
	@$(SWIFT_BUILD) --build-tests
	@.ci/link-programs "$$($(SWIFT_BUILD) --show-bin-path)"
	@$(SWIFT_TEST) --skip ProcessTests --skip '$(LONG)'
	@$(SWIFT_TEST) --filter '$(LONG)'
	@echo "testing with real processes ..."
	@$(SWIFT_TEST) --filter ProcessTests

check: lint ## the edit-test loop: as test, without installing anything and without the sweep of kills
	@$(SWIFT_BUILD) --build-tests 2>&1 | grep -vE '^\[[0-9]+/[0-9]+\]' || true
	@$(SWIFT_TEST) --skip ProcessTests --skip '$(LONG)'
	@$(SWIFT_TEST) --filter '$(LONG)'
	@$(SWIFT_TEST) --filter ProcessTests --skip SweepTests

fmt: ## format the sources in place
	@swift format -i -r -p Sources Tests Package.swift Fuzz/Package.swift Fuzz/Sources/Fuzz

lint:
	@echo "checking the format ..."
	@swift format lint -r -p --strict Sources Tests Package.swift Fuzz/Package.swift Fuzz/Sources/Fuzz

docs: build ## write the generated pages of docs/
	@bin/connector-lab docs write docs

bench: deps ## run the benchmarks (a release build of their own)
	@Benchmarks/run

sim: build ## simulate fleets with fresh seeds for so long (SECONDS=60, ARGS="--connectors 50", CONFIGURATION=release is faster)
	@.ci/sim-fresh "$(or $(SECONDS),60)" $(ARGS)

fuzz: deps ## feed the readers of foreign bytes with invented ones (SECONDS=60 for each)
	@SECONDS_EACH="$(or $(SECONDS),60)" Fuzz/run

clean: ## forget this clone's links and the built packages of this manifest
	@rm -rf bin .build "$(SCRATCH)"
