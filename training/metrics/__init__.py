"""Measures of motion in sets and one by one: small classes with a unit, a direction, and a test by hand for each.

What is measured on the joints of one clip alone lies in :mod:`lamp.metrics` and is used from there.
"""
