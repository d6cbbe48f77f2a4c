"""Live characters: plans without end that follow a prompt, a scene, targets, paths, poses and points to look at."""

from lamp.live.character import LiveCharacter, Plan
from lamp.live.settings import LiveSettings

__all__ = ["LiveCharacter", "LiveSettings", "Plan"]
