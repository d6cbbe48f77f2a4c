"""Geometry that clients upload: received, checked, turned into grids in the background, kept and found again."""
