"""What the programs of this folder share: their options, the servers they compare, and CPU time."""
import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LAUNCHER = Path(__file__).resolve().parent.parent.parent / "yumen"
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60          # within which a server answers, or never will


class Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """The text of a program as it is, and every default."""


def arguments(text, scenarios, warmup, what_warmup_is):
    """Options of a program that measures rounds of scenarios."""
    parser = argparse.ArgumentParser(description=text, formatter_class=Help)
    parser.add_argument("--scenarios", default=",".join(scenarios), help="which, with commas between")
    parser.add_argument("--rounds", type=int, default=5, help="of each scenario and gateway")
    parser.add_argument("--seconds", type=int, default=4, help="of each round")
    parser.add_argument("--warmup", type=int, default=warmup, help=what_warmup_is)
    parser.add_argument("--gateway-core", default="0", help="core of the gateways")
    parser.add_argument("--load-core", default="1", help="core of the load and of the service")
    options = parser.parse_args()
    unknown = set(options.scenarios.split(",")) - set(scenarios)
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))} (expected: {', '.join(scenarios)})")
    if min(options.rounds, options.seconds, options.warmup) < 1:
        parser.error("--rounds, --seconds and --warmup are 1 or more")
    return options


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def first_line(port):
    """The status line of an answer, or why there is none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as s:
            s.sendall(b"GET /1k HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return s.recv(100).split(b"\r\n")[0].decode("latin-1") or "closed without an answer"
    except OSError as e:
        return str(e)


def family(pid):
    """A process and all its descendants."""
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            children.setdefault(int(stat.rsplit(")", 1)[1].split()[1]), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def cpu_seconds(pid):
    total = 0
    for member in family(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / TICKS


class Server:
    """A process that listens on a port of its own."""

    def __init__(self, name, command, core, port, work):
        self.name, self.port, self.samples = name, port, {}
        self.errors = work / f"{name}.stderr"
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                ["taskset", "-c", core, *command], stdin=subprocess.DEVNULL, stdout=errors,
                stderr=errors, start_new_session=True, env={**os.environ, "YUMEN_AOT": "now"})

    def await_answer(self):
        until = time.monotonic() + START_SECONDS
        while not (line := first_line(self.port)).startswith("HTTP/1.1 200"):
            status = self.process.poll()
            if status is not None or time.monotonic() > until:
                self.stop()
                state = f"runs, {START_SECONDS} s long" if status is None else f"ended with status {status}"
                sys.exit(f"{self.name} does not answer with 200.\n  process: {state}\n  answer: {line}\n"
                         f"  output: {self.errors.read_text(errors='replace')[-2000:] or 'none'}")
            time.sleep(0.02)

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


class Servers:
    """Servers and a folder for their files, for as long as the context is open.

    It opens only when the programs are there and Yumen is built, and it closes however this program
    is told to end.
    """

    COMMANDS = {
        "nginx": ["nginx", "-p", "{work}", "-c", "{file}"],
        "haproxy": ["haproxy", "-db", "-f", "{file}"],
        "yumen": [str(LAUNCHER), "run", "--config", "{file}"],
    }

    def __init__(self, *programs):
        self.programs, self.all, self.upstream = programs, [], free_port()

    def __enter__(self):
        missing = [name for name in self.programs if not shutil.which(name)]
        if missing:
            sys.exit(f"not installed: {', '.join(missing)}")
        for number in (signal.SIGTERM, signal.SIGHUP):     # as Ctrl-C: by way of __exit__
            signal.signal(number, lambda got, frame: sys.exit(128 + got))
        if subprocess.run([LAUNCHER, "version"], stdout=sys.stderr).returncode != 0:     # builds it
            sys.exit("yumen can not be built")
        self.work = Path(tempfile.mkdtemp(prefix="yumen-compare-"))
        return self

    def start(self, program, template, core, name=None, **values):
        """Starts a program; the service of all of them is the one with the name ``upstream``."""
        name = name or program
        port = self.upstream if name == "upstream" else free_port()
        file = self.work / f"{name}.{'yaml' if program == 'yumen' else 'conf'}"
        file.write_text(template.format(name=name, port=port, upstream=self.upstream, work=self.work, **values))
        command = [part.format(work=self.work, file=file) for part in self.COMMANDS[program]]
        server = Server(name, command, core, port, self.work)
        self.all.append(server)
        server.await_answer()
        return server

    def __exit__(self, *_):
        for server in reversed(self.all):
            server.stop()
        shutil.rmtree(self.work, ignore_errors=True)
