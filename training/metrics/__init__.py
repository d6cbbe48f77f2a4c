"""Measures of motion in sets and one by one: small classes with a unit, a direction, and a test by hand for each.

Formulas and figures: fact sheets on HumanML3D (evaluator protocol) and on noise optimisation (metrics). What is measured
on the joints of one clip alone lies in :mod:`lamp.metrics` and is used from there.
"""
