"""What the tables compare: anything that makes motion from text, or moves a motion towards a task.

A system of another kind joins by a class with the members of :class:`training.priors.base.Prior` and a line in
:mod:`training.priors.registry`.
"""
