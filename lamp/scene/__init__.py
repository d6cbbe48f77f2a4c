"""Obstacles and their signed distance."""

from lamp.scene.obstacle import MAX_OBSTACLES, SHAPES, Obstacle

__all__ = ["MAX_OBSTACLES", "SHAPES", "Obstacle"]
