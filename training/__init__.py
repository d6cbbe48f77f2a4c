"""Offline work on a motion corpus: prepare data, train, evaluate, build bundles. ``python -m training --help``."""
