"""LaMP: a learned prior of human motion, as a library. It knows no network, no game engine and no training loop."""

__version__ = "0.1.0"
