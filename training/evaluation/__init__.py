"""Tables: the paper's tasks and more, run for any prior, scored, and written down."""
