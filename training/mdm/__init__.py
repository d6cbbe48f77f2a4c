"""The peer MDM: text-conditioned diffusion over raw 263-number motion vectors, optimised by DNO's recipe."""
