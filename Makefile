# The few commands of this repository. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

.PHONY: help run test bench format build setup clean

help:   ## list these commands
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup:  ## install what is missing
	@eng/setup

run: setup    ## the KAI platform on this machine, guarded, with a feed of sensor readings: http://localhost:8080
	@./banyan up --feed

test: setup   ## every test, the browser's included
	@eng/test

bench: setup  ## measure against peers in the same run
	@eng/setup bench
	@bench/run

build:  ## compile everything
	@dotnet build Banyan.slnx -nologo -v q

format:       ## format the code; with CHECK=1 only say what is not formatted
	@dotnet format whitespace Banyan.slnx $(if $(CHECK),--verify-no-changes) && dotnet format style Banyan.slnx --severity warn $(if $(CHECK),--verify-no-changes)

clean:  ## remove what was built (not the platforms' data)
	@rm -rf artifacts
