# Thin on purpose: each line calls cargo or a script. `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run test bench load northwind lint schema

CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
# Always the whole workspace: cargo chooses features for what it is asked to build together, and
# another choice would compile every dependency once more.
BUILD := $(CARGO) build --workspace --quiet
# Stories wait for answers as long as they compute: two a core take a quarter less time than one.
THREADS := $(shell echo $$(( 2 * $$(nproc) )))

help: ## Lists these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## Builds the program and runs it with demo data on http://127.0.0.1:8080
	@scripts/ensure-packages.sh run
	@echo "Building the release program (the first time takes minutes)"
	@$(BUILD) --release --bin oborot
	@$(TARGET)/release/oborot demo

test: ## Formatting, lints and all tests, on a PostgreSQL and a Redis of its own
	@scripts/ensure-packages.sh test
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets --quiet -- --deny warnings
	@$(BUILD) --bins --tests
	@RUST_TEST_THREADS=$(THREADS) $(TARGET)/debug/with-services $(CARGO) test --workspace --quiet

northwind: ## Loads the Northwind company into the running server, through the API
	@$(BUILD) --release --bin northwind --bin oborot
	@$(TARGET)/release/oborot tenant create northwind --if-missing --name "Northwind Traders" \
	    --currency USD --time-zone UTC --password oborot-demo \
	    $(foreach role,admin director warehouse accounting,--user $(role)=$(role)@northwind.example)
	@$(TARGET)/release/northwind

schema: ## Writes schema.graphql anew from the code
	@$(BUILD) --bin oborot
	@$(TARGET)/debug/oborot schema > schema.graphql

bench: ## Measures the release program against PostgreSQL alone; needs wrk and pgbench
	@scripts/ensure-packages.sh test
	@$(BUILD) --release --bins
	@$(TARGET)/release/with-services $(TARGET)/release/bench --program $(TARGET)/release/oborot

load: ## Lets 64 clients work on the same goods, kills the program and PostgreSQL, checks all
	@scripts/ensure-packages.sh run
	@$(BUILD) --release --bin oborot --bin load
	@$(TARGET)/release/load --program $(TARGET)/release/oborot

lint: ## Formatting and lints alone
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets -- --deny warnings
