"""The motion prior as a service: server, sessions, scheduler, Python client and the ``lamp`` command."""
