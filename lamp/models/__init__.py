"""Networks and text encoders. Modules here may import torch; ``text`` does not."""
