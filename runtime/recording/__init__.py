"""Sessions on disk: every message with its time, and every decision that a plan depends on (docs/recordings.md).

A server writes them (``Recorder``), ``Recording`` reads them, ``Playback`` shows them, ``replay`` plans them again and
compares bit for bit.
"""

from runtime.recording.errors import RecordingError
from runtime.recording.playback import Playback
from runtime.recording.reader import Recording
from runtime.recording.recorder import Recorder, RecordingConfig, SessionRecording

__all__ = ["Playback", "Recorder", "Recording", "RecordingConfig", "RecordingError", "SessionRecording"]
