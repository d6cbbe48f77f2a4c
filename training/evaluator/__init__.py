"""The evaluator: one space for motion and text in which FID, R-precision and the like are measured."""
