"""The subcommands of ``lamp``; each module has ``add_arguments(parser)`` and ``run(args) -> exit status``."""
