# Every target calls scripts/run.py, which makes the environment the first time; without make, run that file directly.
#   make                              list the targets
#   make test ARGS="-k skeleton"      pass arguments on
#   make demo PYTHON=python3.12       choose the Python (3.11 to 3.13)
PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo serve test lint format proto bundle conformance clean

help:
	@$(PYTHON) scripts/run.py --help

demo serve test lint format proto bundle conformance clean:
	@$(PYTHON) scripts/run.py $@ $(ARGS)
