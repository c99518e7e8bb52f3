#!/usr/bin/env python3
"""Load comparison: Yumen beside nginx and HAProxy on this machine.

    ./yumen version                     # once, which builds what is to run
    bench/compare/compare.py            # needs wrk, nginx, haproxy, taskset; two cores or more

Every gateway proxies to the same upstream (an nginx of its own) with kept connections, one worker
pinned to one core; wrk and the upstream share the other cores. Rounds are interleaved, so that a
machine that changes its speed changes it for all. What to read first is CPU per request: user and
system time of the gateway's processes divided by the requests that it answered.
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
TICKS = os.sysconf("SC_CLK_TCK")

SCENARIOS = {
    "get1k": ("/1k", 64, None),
    "c800": ("/1k", 800, None),
    "get100k": ("/100k", 32, None),
    "post10k": ("/post", 64, 10240),
}

UPSTREAM = """
daemon off; worker_processes 1; pid {work}/upstream.pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
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
daemon off; worker_processes 1; pid {work}/nginx.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
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
  - {{id: users, match: {{path: "/api/users/{{id}}"}}, to: service}}
  - {{id: orders, match: {{path: "/api/orders/**"}}, to: service}}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as s:
            s.sendall(b"GET /1k HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return s.recv(12).endswith(b" 200")
    except OSError:
        return False


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

    def __init__(self, name, command, core, port):
        self.name, self.port, self.samples = name, port, {}
        self.process = subprocess.Popen(
            ["taskset", "-c", core, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, start_new_session=True)
        until = time.monotonic() + 60
        while not answers(port):
            if self.process.poll() is not None or time.monotonic() > until:
                sys.exit(f"{name} did not start: {self.process.stderr.read(2000).decode()}")
            time.sleep(0.02)

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)


def load(server, scenario, seconds, core, work):
    path, connections, body = SCENARIOS[scenario]
    command = ["taskset", "-c", core, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if body:
        script = work / "post.lua"
        script.write_text(f'wrk.method = "POST"\nwrk.body = string.rep("x", {body})\n')
        command += ["-s", str(script)]
    before = cpu_seconds(server.process.pid)
    text = subprocess.run(command + [f"http://127.0.0.1:{server.port}{path}"],
                          capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(server.process.pid) - before
    requests = int(re.search(r"(\d+) requests in", text).group(1))
    errors = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", text)))
    errors += sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", text)))
    return {"rps": requests / seconds, "cpu": used / max(requests, 1) * 1e6, "errors": errors}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", default="get1k,post10k,get100k", help=", ".join(SCENARIOS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each round")
    parser.add_argument("--warmup", type=int, default=15, help="seconds of get1k before measuring")
    parser.add_argument("--gateway-core", default="0")
    parser.add_argument("--load-core", default="1")
    options = parser.parse_args()
    missing = [name for name in ("wrk", "nginx", "haproxy", "taskset") if not shutil.which(name)]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}")

    work = Path(tempfile.mkdtemp(prefix="yumen-compare-"))
    (work / "www").mkdir()
    (work / "www/1k").write_bytes(b"x" * 1024)
    (work / "www/100k").write_bytes(b"x" * 102400)
    upstream = free_port()

    def config(name, template, port):
        file = work / name
        file.write_text(template.format(port=port, upstream=upstream, work=work))
        return str(file)

    servers = []
    try:
        back = Server("upstream", ["nginx", "-p", str(work), "-c", config("upstream.conf", UPSTREAM, 0)],
                      options.load_core, upstream)
        servers.append(back)
        port = free_port()
        servers.append(Server("nginx", ["nginx", "-p", str(work), "-c", config("nginx.conf", NGINX, port)],
                              options.gateway_core, port))
        port = free_port()
        servers.append(Server("haproxy", ["haproxy", "-db", "-f", config("haproxy.cfg", HAPROXY, port)],
                              options.gateway_core, port))
        port = free_port()
        servers.append(Server("yumen", [str(ROOT / "yumen"), "run", "--config", config("yumen.yaml", YUMEN, port)],
                              options.gateway_core, port))
        gateways = servers[1:]
        for gateway in gateways:
            load(gateway, "get1k", options.warmup if gateway.name == "yumen" else 2, options.load_core, work)
        for scenario in options.scenarios.split(","):
            for number in range(options.rounds):
                for gateway in gateways if number % 2 == 0 else gateways[::-1]:
                    gateway.samples.setdefault(scenario, []).append(
                        load(gateway, scenario, options.seconds, options.load_core, work))
            show(scenario, gateways)
    finally:
        for server in reversed(servers):
            server.stop()
        shutil.rmtree(work, ignore_errors=True)


def show(scenario, gateways):
    path, connections, body = SCENARIOS[scenario]
    print(f"\n### {scenario}: {'POST' if body else 'GET'} {path}, {connections} connections\n")
    print("| gateway | requests/s | beside nginx | CPU µs/request | beside nginx | errors |\n|---|---|---|---|---|---|")
    base = gateways[0].samples[scenario]
    for gateway in gateways:
        mine = gateway.samples[scenario]

        def middle(key):
            return statistics.median(sample[key] for sample in mine)

        def beside(key):
            return statistics.median(a[key] / max(b[key], 1e-9) for a, b in zip(mine, base))

        print(f"| {gateway.name} | {middle('rps'):.0f} | {beside('rps'):.2f} | {middle('cpu'):.1f} | "
              f"{beside('cpu'):.2f} | {sum(sample['errors'] for sample in mine)} |")


if __name__ == "__main__":
    main()
