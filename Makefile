# Thin on purpose: each line calls cargo or a script. `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run test bench load northwind lint schema

CARGO ?= cargo

help: ## Lists these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## Builds the program and runs it with demo data on http://127.0.0.1:8080
	@scripts/ensure-packages.sh run
	@$(CARGO) run --quiet --release --package server --bin oborot -- demo

test: ## Formatting, lints and all tests, on a PostgreSQL and a Redis of its own
	@scripts/ensure-packages.sh test
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets --quiet -- --deny warnings
	@$(CARGO) run --quiet --package stories --bin with-services -- $(CARGO) test --workspace --quiet

lint: ## Formatting and lints alone
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets -- --deny warnings
