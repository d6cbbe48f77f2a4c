"""Peers of the evaluation, trained by this project's own code: MLD and EMDM. They are no bundles and are never served.

Each peer has networks with the interface of ``lamp.engines.objective.PriorNetworks``, so that the very same objective,
optimiser and tasks move its noise: a table then compares what was learned, not who wrote the optimiser.
"""
