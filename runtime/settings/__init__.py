"""What an operator may set, defined once: in a file, in the environment, and as flags of a command."""
