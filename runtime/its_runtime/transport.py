"""gRPC's transport, as the environment of a process chooses it: gRPC reads that before any code of ours has run."""

from collections.abc import Mapping

TRANSPORT: Mapping[str, str] = {"GRPC_EXPERIMENTS": "-event_engine_client,-event_engine_listener"}
"""Variables for whoever starts a process that serves or calls; what its environment says already counts for more.

Without its event engine, gRPC reads sockets in the thread that waits for calls, rather than in others that wake it: a
third of the context switches of a request (docs/adr/0004).
"""
