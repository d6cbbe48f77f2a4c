"""The action label: a few broad classes, found in captions by their words. For content preservation, not for training
priors."""

from __future__ import annotations

import re
from collections.abc import Sequence

# First match wins, so that "walks and waves" is a wave and "runs, then jumps" a jump.
_RULES: tuple[tuple[str, str], ...] = (
    ("lie", r"\b(lie|lies|lying|crawl\w*|sleep\w*|roll\w*)\b"),
    ("jump", r"\b(jump\w*|hop|hops|hopping|leap\w*)\b"),
    ("dance", r"\b(danc\w*|salsa|dab\w*)\b"),
    ("kick", r"\bkick\w*"),
    ("punch", r"\b(punch\w*|box\w*|slash\w*|attack\w*|chop\w*|strik\w*)\b"),
    ("throw", r"\b(throw\w*|basketball|toss\w*|catch\w*)\b"),
    ("squat", r"\b(squat\w*|crouch\w*|sneak\w*|kneel\w*)\b"),
    ("sit", r"\b(sit|sits|sitting)\b"),
    ("bow", r"\bbow\w*"),
    ("pick", r"\b(pick\w*|put\w*|deposit\w*|grab\w*|reach\w*|lift\w* (a|an|the|something))\b"),
    ("wave", r"\b(wav\w+|bye\w*)\b"),
    ("raise-left", r"\b(rais|lift)\w*( up)?( the| their| his| her)? left\b"),
    ("raise-right", r"\b(rais|lift)\w*( up)?( the| their| his| her)? right\b"),
    ("raise-both", r"\b(rais|lift)\w*( up)? (both|two|the arms|their arms|hands|arms)\b"),
    ("run", r"\b(run|runs|running|jog\w*|dash\w*|sprint\w*)\b"),
    ("walk-turn", r"\b(walk\w*|step\w*)\b.*\bturn\w*"),
    ("walk", r"\b(walk\w*|stroll\w*|march\w*|step\w*|stride\w*|limp\w*)\b"),
    ("turn", r"\b(turn\w*|rotat\w*|spin\w*|circl\w*)\b"),
    ("gesture", r"\b(gestur\w*|point\w*|guid\w*|signal\w*|direct\w*|nod\w*|shrug\w*|clap\w*)\b"),
    ("stand", r"\b(stand\w*|idle\w*|wait\w*|still)\b"),
)
OTHER = "other"
ACTIONS: tuple[str, ...] = (*(name for name, _ in _RULES), OTHER)
_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _RULES)


def action_of(captions: Sequence[str]) -> str:
    """Class of a clip from all of its captions; ``other`` when no rule fits."""
    text = " . ".join(captions).lower()
    return next((name for name, pattern in _PATTERNS if pattern.search(text)), OTHER)
