"""Debian's Firefox, driven by the protocol that it speaks itself (Marionette): a number of bytes, a colon, and JSON."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("firefox-esr", "firefox")
PORT = 2828


def firefox() -> str:
    return next(filter(None, map(shutil.which, NAMES)), "")


def needed() -> None:
    """Skips where Firefox is missing; in CI a check that does not run is a check that fails."""
    says = "not installed: firefox-esr; ./dev check installs it"
    if not firefox() and os.environ.get("CI"):
        pytest.fail(says)
    if not firefox():
        pytest.skip(says)


class Firefox:
    """One window."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection, self.number = connection, 0
        self._read()
        self.call("WebDriver:NewSession", capabilities={})

    def call(self, command: str, **told: Any) -> Any:
        self.number += 1
        data = json.dumps([0, self.number, command, told]).encode()
        self.connection.sendall(f"{len(data)}:".encode() + data)
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self.connection.recv(1)
        data = b""
        while len(data) < int(length[:-1]):
            data += self.connection.recv(65536)
        return json.loads(data)

    def run(self, script: str, *told: Any) -> Any:
        """The value of a script in the page."""
        return self.call("WebDriver:ExecuteScript", script=script, args=list(told), newSandbox=True)["value"]

    def wait(self, script: str, *told: Any) -> None:
        """Until a script is true."""
        end = time.monotonic() + 30
        while not self.run(script, *told):
            assert time.monotonic() < end, script
            time.sleep(0.05)


@contextmanager
def opened(profile: Path, address: str) -> Iterator[Firefox]:
    command = [firefox(), "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": str(profile)}
    )
    try:
        window = Firefox(_connect())
        window.call("WebDriver:Navigate", url=address)
        yield window
    finally:
        process.terminate()
        process.wait(20)


def _connect() -> socket.socket:
    for _ in range(300):
        try:
            connection = socket.create_connection(("127.0.0.1", PORT), timeout=60)
        except OSError:
            time.sleep(0.1)
        else:
            return connection
    raise AssertionError("Firefox did not start")
