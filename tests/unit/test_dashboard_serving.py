"""How the page is served: to this machine only, and in a process that calls nobody."""

import base64
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sim.cli.commands import dashboard
from sim.numerics.errors import UserError
from sim.runs.settings import Settings

ROOT = Path(__file__).parents[2]


def test_the_page_is_served_to_this_machine_only(tmp_path):
    words = dashboard.words(8600, tmp_path)
    assert "--server.address=127.0.0.1" in words and "--browser.gatherUsageStats=false" in words
    assert words[-2:] == ["--", str(tmp_path)]


def test_without_streamlit_one_line_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr("sim.runs.extras.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'vyraj\[dashboard\]'"):
        dashboard.run(Settings(task="dashboard", results_dir=str(tmp_path)))


def test_a_port_that_is_taken_is_named():
    with dashboard.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UserError, match="choose another"):
            dashboard.need_free(taken.getsockname()[1])


CALLS = """
import socket
from sim.report.dashboard import server
server.keep_to_itself()
socket.getaddrinfo("localhost", 80), socket.getaddrinfo("127.0.0.1", 80)
pair = socket.socketpair()
pair[0].sendmsg([b"an answer"])
refused = []
for attempt in (
    lambda: socket.create_connection(("192.0.2.1", 80), 1),
    lambda: socket.create_connection(("127.0.0.1", 9), 1),
    lambda: socket.create_connection(("example.org", 80), 1),
    lambda: socket.getaddrinfo(b"example.org", 80),
    lambda: socket.gethostbyname("example.org"),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 1)),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 1)),
):
    try:
        attempt()
    except PermissionError as error:
        refused.append(str(error))
print(len(refused), all("nobody" in one for one in refused))
"""


def test_a_process_that_keeps_to_itself_calls_nobody():
    done = subprocess.run([sys.executable, "-c", CALLS], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "7 True\n", done


def knock(port, origin, host=""):
    """The first line of the answer to who asks for the page's socket from a page of that origin."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host or f'127.0.0.1:{port}'}",
        f"Origin: {origin}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
    ]
    with socket.create_connection(("127.0.0.1", port), 20) as opened:
        opened.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return opened.recv(100).decode().partition("\r\n")[0]


@pytest.fixture
def proxy():
    """A proxy that forwards nothing and notes what it is asked; its address, and the notes."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def listen():
            while True:
                try:
                    with listening.accept()[0] as caller:
                        asked.append(caller.recv(200))
                except OSError:
                    return

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked


def served(words, environment, port):
    server = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server
        except OSError:
            time.sleep(0.1)
    server.kill()
    raise AssertionError("the page is not served")


def test_a_foreign_page_that_knocks_is_refused_and_nobody_is_called(proxy, tmp_path):
    """Streamlit would ask a web service for the address of this machine; a proxy would carry the question away."""
    pytest.importorskip("streamlit", reason="the page needs vyraj[dashboard]")
    address, asked = proxy
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "no_proxy": "", "NO_PROXY": ""}
    environment |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), address)
    server = served(dashboard.words(port, tmp_path), environment, port)
    try:
        assert "101" in knock(port, f"http://127.0.0.1:{port}")
        assert "403" in knock(port, "http://elsewhere.example")
        assert "403" in knock(port, "http://elsewhere.example", "elsewhere.example"), "a name that leads here"
    finally:
        server.terminate()
        server.wait(20)
    assert asked == []
