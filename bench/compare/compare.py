#!/usr/bin/env python3
"""Load comparison: Yumen beside nginx and HAProxy on this machine.

    bench/compare/compare.py            # needs wrk, nginx, haproxy, taskset; two cores or more

Every gateway proxies to the same upstream (an nginx of its own) with kept connections, one worker
pinned to one core; wrk and the upstream share the other cores. Rounds are interleaved, so that a
machine that changes its speed changes it for all. What to read first is CPU per request: user and
system time of the gateway's processes divided by the requests that it answered. README.md, beside
this file, says more.
"""
import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LAUNCHER = ROOT / "yumen"
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60          # within which a server answers, or never will
SHORTEST_WARMUP = 10        # seconds; before, a JVM runs code that it has not compiled yet

SCENARIOS = {
    "get1k": ("/1k", 64, None),
    "c800": ("/1k", 800, None),
    "get100k": ("/100k", 32, None),
    "post10k": ("/post", 64, 10240),
}

UPSTREAM = """
daemon off; worker_processes 1; pid {work}/upstream.pid; error_log stderr;
events {{ worker_connections 4096; }}
http {{
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  access_log off; keepalive_requests 1000000000; client_max_body_size 1m;
  server {{
    listen 127.0.0.1:{upstream} backlog=4096;
    location / {{ root {work}/www; }}
    location /post {{ proxy_pass http://127.0.0.1:{upstream}/empty; }}
    location /empty {{ return 200 "ok"; }}
  }}
}}
"""

NGINX = """
daemon off; worker_processes 1; pid {work}/nginx.pid; error_log stderr;
events {{ worker_connections 8192; }}
http {{
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  access_log off; keepalive_requests 1000000000; client_max_body_size 1m; client_body_buffer_size 64k;
  upstream service {{ server 127.0.0.1:{upstream}; keepalive 1024; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header Host $host;
    }}
  }}
}}
"""

HAPROXY = """
global
  maxconn 8192
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend in
  bind 127.0.0.1:{port}
  option forwardfor
  default_backend service
backend service
  server s1 127.0.0.1:{upstream} pool-max-conn 1024
"""

YUMEN = """
listeners: {{http: {{address: "127.0.0.1:{port}"}}}}
management: {{address: "127.0.0.1:0"}}
runtime: {{loops: 1, state: {work}/state}}
upstreams:
  service: {{endpoints: ["127.0.0.1:{upstream}"]}}
filters:
  - trace-id: {{header: X-Trace-ID}}
routes:
  - {{id: all, match: {{path: "/**"}}, to: service}}
  - {{id: user, match: {{path: "/api/users/{{id}}"}}, to: service}}
  - {{id: users, match: {{path: /api/users, methods: [GET, POST]}}, to: service}}
  - {{id: orders, match: {{path: "/api/orders/**"}}, to: service}}
  - {{id: items, match: {{path: "/api/orders/{{id}}/items"}}, to: service}}
  - {{id: search, match: {{path: /api/search, methods: GET}}, to: service}}
  - {{id: carts, match: {{path: "/api/carts/**"}}, to: service}}
  - {{id: payments, match: {{path: /api/payments, methods: POST}}, to: service}}
  - {{id: images, match: {{path: "/images/**"}}, to: service}}
  - {{id: about, match: {{path: /about}}, to: service}}
"""


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


def load(server, scenario, seconds, core, work):
    path, connections, body = SCENARIOS[scenario]
    command = ["taskset", "-c", core, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if body:
        script = work / "post.lua"
        script.write_text(f'wrk.method = "POST"\nwrk.body = string.rep("x", {body})\n')
        command += ["-s", str(script)]
    before = cpu_seconds(server.process.pid)
    run = subprocess.run(command + [f"http://127.0.0.1:{server.port}{path}"], capture_output=True, text=True)
    used = cpu_seconds(server.process.pid) - before
    if run.returncode != 0:
        sys.exit(f"wrk ended with status {run.returncode}: {run.stderr or run.stdout}")
    requests = int(re.search(r"(\d+) requests in", run.stdout).group(1))
    errors = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", run.stdout)))
    errors += sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", run.stdout)))
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", run.stdout).groups()
    p99 = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return {"rps": requests / seconds, "cpu": used / max(requests, 1) * 1e6, "p99": p99, "errors": errors}


class Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """The text above as it is, and every default."""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    parser.add_argument("--scenarios", default=",".join(SCENARIOS), help="which, with commas between")
    parser.add_argument("--rounds", type=int, default=5, help="of each scenario and gateway")
    parser.add_argument("--seconds", type=int, default=4, help="of each round")
    parser.add_argument("--warmup", type=int, default=15, help="seconds of get1k for Yumen before the first round")
    parser.add_argument("--gateway-core", default="0", help="core of the gateways")
    parser.add_argument("--load-core", default="1", help="core of wrk and of the service")
    options = parser.parse_args()
    unknown = set(options.scenarios.split(",")) - set(SCENARIOS)
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))} (expected: {', '.join(SCENARIOS)})")
    if min(options.rounds, options.seconds, options.warmup) < 1:
        parser.error("--rounds, --seconds and --warmup are 1 or more")
    if options.warmup < SHORTEST_WARMUP:
        print(f"warning: with --warmup {options.warmup} the rows of yumen mean nothing (see README.md)",
              file=sys.stderr)
    return options


def prepare(work):
    """What nginx serves. Its worker is another user when it is started by root."""
    (work / "www").mkdir()
    (work / "www/1k").write_bytes(b"x" * 1024)
    (work / "www/100k").write_bytes(b"x" * 102400)
    for path in (work, *work.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def main():
    options = arguments()
    missing = [name for name in ("wrk", "nginx", "haproxy", "taskset") if not shutil.which(name)]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}")
    for number in (signal.SIGTERM, signal.SIGHUP):     # as Ctrl-C: by way of finally
        signal.signal(number, lambda got, frame: sys.exit(128 + got))
    if subprocess.run([LAUNCHER, "version"], stdout=sys.stderr).returncode != 0:     # builds it
        sys.exit("yumen can not be built")

    work = Path(tempfile.mkdtemp(prefix="yumen-compare-"))
    servers = []
    try:
        prepare(work)
        upstream = free_port()

        def start(name, command, file, template, core):
            port = upstream if name == "upstream" else free_port()
            (work / file).write_text(template.format(port=port, upstream=upstream, work=work))
            servers.append(Server(name, [*command, str(work / file)], core, port, work))
            servers[-1].await_answer()

        nginx = ["nginx", "-p", str(work), "-c"]
        start("upstream", nginx, "upstream.conf", UPSTREAM, options.load_core)
        start("nginx", nginx, "nginx.conf", NGINX, options.gateway_core)
        start("haproxy", ["haproxy", "-db", "-f"], "haproxy.cfg", HAPROXY, options.gateway_core)
        start("yumen", [str(LAUNCHER), "run", "--config"], "yumen.yaml", YUMEN, options.gateway_core)
        measure(servers[1:], options, work)
    finally:
        for server in reversed(servers):
            server.stop()
        shutil.rmtree(work, ignore_errors=True)


def measure(gateways, options, work):
    for gateway in gateways:
        load(gateway, "get1k", options.warmup if gateway.name == "yumen" else 2, options.load_core, work)
    for scenario in options.scenarios.split(","):
        for number in range(options.rounds):
            for gateway in gateways if number % 2 == 0 else gateways[::-1]:
                gateway.samples.setdefault(scenario, []).append(
                    load(gateway, scenario, options.seconds, options.load_core, work))
        show(scenario, gateways)


def show(scenario, gateways):
    path, connections, body = SCENARIOS[scenario]
    print(f"\n### {scenario}: {'POST' if body else 'GET'} {path}, {connections} connections\n")
    print("| gateway | requests/s | beside nginx | CPU µs/request | beside nginx | p99 ms | errors |\n"
          "|---|---|---|---|---|---|---|")
    base = gateways[0].samples[scenario]
    for gateway in gateways:
        mine = gateway.samples[scenario]

        def middle(key):
            return statistics.median(sample[key] for sample in mine)

        def beside(key):
            return statistics.median(a[key] / max(b[key], 1e-9) for a, b in zip(mine, base))

        print(f"| {gateway.name} | {middle('rps'):.0f} | {beside('rps'):.2f} | {middle('cpu'):.1f} | "
              f"{beside('cpu'):.2f} | {middle('p99'):.1f} | {sum(sample['errors'] for sample in mine)} |")


if __name__ == "__main__":
    main()
