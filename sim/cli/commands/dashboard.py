"""`task=dashboard`: the page on which a policy is composed, run and read, for this machine alone."""

import socket
import subprocess
import sys
from pathlib import Path

from sim.numerics.errors import UserError
from sim.runs.extras import need
from sim.runs.settings import Settings

PAGE = Path(__file__).parents[2] / "report" / "dashboard" / "page.py"
SERVER = "sim.report.dashboard.server"
ADDRESS = "127.0.0.1"
"""Only this machine; whoever wants to see the page from another one needs a tunnel of their own."""


def run(settings: Settings) -> None:
    """Serve the page until it is interrupted; raises UserError without Streamlit, or if the port is taken."""
    need("task=dashboard", "dashboard", {"streamlit": "Streamlit"})
    need_free(settings.port)
    results = Path(settings.results_dir).absolute()
    results.mkdir(parents=True, exist_ok=True)
    print(f"The page: http://{ADDRESS}:{settings.port}  (this machine only; Ctrl-C ends it and its runs)", flush=True)
    with subprocess.Popen(words(settings.port, results), stdin=subprocess.DEVNULL) as server:
        try:
            server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
            print("The page is closed; results are kept.", flush=True)


def words(port: int, results: Path) -> list[str]:
    """The command that serves the page: no telemetry, no browser opened, no file watched, this machine only.

    Requests under another name than this machine's are refused, so that no page of another site can reach it by a name
    of its own; `sim.report.dashboard.server` sees to it that the page itself reaches nobody.
    """
    options = {
        "server.address": ADDRESS,
        "browser.serverAddress": ADDRESS,
        "server.port": port,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": 1,
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "logger.level": "error",
        "runner.magicEnabled": "false",
        "theme.primaryColor": "#0072B2",
    }
    chosen = [f"--{name}={value}" for name, value in options.items()]
    chosen += [f"--server.allowedHosts={name}" for name in (ADDRESS, "localhost")]
    return [sys.executable, "-m", SERVER, "run", str(PAGE), *chosen, "--", str(results)]


def need_free(port: int) -> None:
    """Raise UserError if another program listens at a port."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((ADDRESS, port))
        except OSError as error:
            raise UserError(f"port={port} cannot be used ({error.strerror}); choose another, as port=8600") from error
