"""A server with its child processes: started in a folder of its own, watched through /proc, ended as a whole."""

import os
import pathlib
import signal
import socket
import subprocess
import threading


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def disk_bytes(folder):
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.path.getsize(os.path.join(root, name))
            except FileNotFoundError:
                pass  # deleted meanwhile
    return total


class ProcessTree:
    """Memory is the proportional set size of all processes: what they share counts once."""

    def __init__(self, command, folder, environment, log, has_ready_line=False):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TELLTALE_", "PHOENIX_", "MLFLOW_", "OTEL_"))}
        self.process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, env=clean | environment, stdout=subprocess.PIPE if has_ready_line else log, stderr=log, text=True, start_new_session=True
        )
        self.peak_mb = 0.0
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def memory_mb(self):
        total = 0
        for pid in self._members():
            try:
                rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            total += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
        return total * 1024 / 1e6

    def stop(self):
        self._ended.set()
        self._watcher.join()
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            pass
        # What it left behind belongs to the group that was started here.
        self._signal(signal.SIGKILL)
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def _members(self):
        group = self.process.pid
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
                except (FileNotFoundError, ProcessLookupError, IndexError):
                    continue
                if int(fields[2]) == group:
                    yield entry.name

    def _watch(self):
        while not self._ended.wait(0.5):
            self.peak_mb = max(self.peak_mb, self.memory_mb())

    def _signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass
