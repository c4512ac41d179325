"""The server of the page: Streamlit in a process that calls nobody.

Streamlit asks a web service for the address of this machine when a request comes from another origin, and no setting of
it prevents that. So the process refuses, before they happen, to look up any name and to connect to anything, this
machine included, where a proxy may listen. It answers those who come to it; runs are processes of their own.
"""

import socket
import sys
from typing import Any

CALLS = ("socket.connect", "socket.sendto", "socket.sendmsg")
"""Audit events of Python by which a process begins to speak to another."""
LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
"""Audit events by which it asks others for an address."""
HERE = (None, "", "127.0.0.1", "::1", "localhost")
"""Names that nobody is asked for."""


def keep_to_itself() -> None:
    """Let this process call nobody from now on: whoever tries gets PermissionError, and nothing leaves the machine."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in CALLS:
        caller, address = arguments
        if address is not None and caller.family != socket.AF_UNIX:  # none: an answer to who has called
            raise PermissionError(f"the page calls nobody, and so not {address}")
    elif event in LOOKUPS and (arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]) not in HERE:
        raise PermissionError(f"the page asks nobody for the address of {arguments[0]}")


if __name__ == "__main__":
    keep_to_itself()
    from streamlit.web import cli

    cli.main(prog_name="streamlit")
