"""Pings of HTTP/2, both sides in one place, because they must fit: a server cuts off clients that ping too often.

Clients ping every ``interval_s``, also without a call, so that routers and balancers do not take an idle connection for
dead. The server accepts twice as often, and pings half as often itself, so that both notice when the other vanished.
"""

from __future__ import annotations

PING_INTERVAL_S = 10.0
Options = list[tuple[str, int]]


def client_options(interval_s: float = PING_INTERVAL_S) -> Options:
    """Channel options of a client: a server that vanished is noticed after 1.5 intervals."""
    return _pings(interval_s, interval_s / 2)


def server_options(interval_s: float = PING_INTERVAL_S) -> Options:
    """Options of a server: a client that vanished is noticed after 3 intervals."""
    return [
        *_pings(2 * interval_s, interval_s),
        ("grpc.http2.min_ping_interval_without_data_ms", _ms(interval_s / 2)),
        ("grpc.http2.max_ping_strikes", 3),
    ]


# gRPC has one ping in flight at a time, and its probes of bandwidth are pings too: one that is never answered keeps
# keepalive from asking, so its own time limit (60 s unless told) is what decides how soon the other counts as gone.
def _pings(every_s: float, answer_s: float) -> Options:
    return [
        ("grpc.keepalive_time_ms", _ms(every_s)),
        ("grpc.keepalive_timeout_ms", _ms(answer_s)),
        ("grpc.http2.ping_timeout_ms", _ms(answer_s)),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
    ]


def _ms(seconds: float) -> int:
    return max(int(seconds * 1000), 1)
