#!/usr/bin/env python3
"""TLS and HTTP/2 beside nginx and HAProxy on this machine.

    bench/compare/protocols.py          # needs h2load, wrk, nginx, haproxy, openssl, taskset; two cores or more

All show the same certificate and proxy to the same upstream. Rounds are interleaved.
What to read first is CPU per request, as in compare.py. nginx has no
HTTP/2 towards upstreams: where Yumen speaks it, nginx speaks HTTP/1.1 with kept connections.
"""
import contextlib
import re
import statistics
import subprocess
import sys

from servers import Servers, arguments, cpu_seconds, free_port

# What loads, with which options; the port of the gateway; the path.
SCENARIOS = {
    "tls-h2": ("h2load", ["-c", "32", "-m", "8"], "https", "/h1"),
    "tls-h2-h2": ("h2load", ["-c", "32", "-m", "8"], "https", "/h2"),
    "h2c": ("h2load", ["-c", "32", "-m", "8"], "h2c", "/h1"),
    "tls-h1": ("h2load", ["-c", "64", "--h1"], "https", "/h1"),
    "handshakes": ("wrk", ["-t1", "-c32", "-H", "Connection: close"], "https", "/h1"),
}
TITLES = {
    "tls-h2": "TLS 1.3 and HTTP/2, upstream in HTTP/1.1",
    "tls-h2-h2": "TLS 1.3 and HTTP/2, upstream in HTTP/2 (nginx: HTTP/1.1)",
    "h2c": "HTTP/2 without TLS, upstream in HTTP/1.1",
    "tls-h1": "TLS 1.3 and HTTP/1.1, kept connections",
    "handshakes": "full handshakes of TLS 1.3, one request each",
}

COMMON = """
daemon off; worker_processes 1; pid {work}/{name}.pid; error_log stderr;
worker_rlimit_nofile 65536; events {{ worker_connections 32768; }}
http {{
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  access_log off; keepalive_requests 1000000000;
"""

UPSTREAM = COMMON + """
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 "{body}"; }} }}
  server {{ listen 127.0.0.1:{h2} http2 backlog=4096; location / {{ return 200 "{body}"; }} }}
}}
"""

NGINX = COMMON + """
  ssl_certificate {work}/site.pem; ssl_certificate_key {work}/site.key; ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:all:10m; http2_max_concurrent_streams 128;
  upstream service {{ server 127.0.0.1:{upstream}; keepalive 1024; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    listen 127.0.0.1:{https} ssl http2 backlog=4096;
    listen 127.0.0.1:{h2c} http2 backlog=4096;
    location / {{
      proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header Host $host;
    }}
  }}
}}
"""

HAPROXY = """
global
  nbthread 1
  maxconn 8000
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
  option forwardfor
  http-reuse always
frontend all
  bind 127.0.0.1:{port} backlog 4096
  bind 127.0.0.1:{https} ssl crt {work}/both.pem alpn h2,http/1.1 backlog 4096
  bind 127.0.0.1:{h2c} proto h2 backlog 4096
  use_backend h2 if {{ path /h2 }}
  default_backend h1
backend h1
  server service 127.0.0.1:{upstream}
backend h2
  server service 127.0.0.1:{h2} proto h2
"""

YUMEN = """
listeners:
  http: {{address: "127.0.0.1:{port}"}}
  https: {{address: "127.0.0.1:{https}", tls: {{certificates: {{cert: site.pem, key: site.key}}}}}}
  h2c: {{address: "127.0.0.1:{h2c}", protocols: http2}}
limits: {{connections-per-client: 0}}
management: {{address: "127.0.0.1:0"}}
runtime: {{loops: 1, state: {work}/state}}
upstreams:
  service: {{endpoints: ["127.0.0.1:{upstream}"]}}
  service2: {{endpoints: ["127.0.0.1:{h2}"], protocol: h2c}}
routes:
  - {{id: h2, match: {{path: /h2}}, to: service2}}
  - {{id: all, match: {{path: "/**"}}, to: service}}
"""


def load(server, scenario, seconds, core):
    program, extra, port, path = SCENARIOS[scenario]
    scheme = "http" if port == "h2c" else "https"
    length = ["-D", str(seconds)] if program == "h2load" else [f"-d{seconds}s"]
    url = f"{scheme}://127.0.0.1:{server.ports[port]}{path}"
    before = cpu_seconds(server.process.pid)
    try:
        run = subprocess.run(["taskset", "-c", core, program, *length, *extra, url],
                             capture_output=True, text=True, timeout=seconds + 30)
    except subprocess.TimeoutExpired:      # h2load now and then waits for ever behind its last answer
        return None
    used = cpu_seconds(server.process.pid) - before
    if run.returncode != 0:
        sys.exit(f"{program} ended with status {run.returncode}: {run.stderr or run.stdout}")
    if program == "h2load":
        requests, errors = map(int, re.search(r"(\d+) succeeded, (\d+) failed", run.stdout).groups())
    else:
        requests = int(re.search(r"(\d+) requests in", run.stdout).group(1))
        errors = sum(map(int, re.findall(r"(?:connect|write|timeout) (\d+)", run.stdout)))
        errors += sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", run.stdout)))
    return {"rps": requests / seconds, "cpu": used / max(requests, 1) * 1e6, "errors": errors}


def prepare(work):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-days", "2", "-keyout", work / "site.key", "-out", work / "site.pem"],
                   check=True, capture_output=True)
    (work / "both.pem").write_bytes((work / "site.pem").read_bytes() + (work / "site.key").read_bytes())
    work.chmod(0o755)


@contextlib.contextmanager
def gateways(gateway_core, load_core, *peers):
    """The peers and, last, Yumen, all in front of one service, for as long as the context is open."""
    with Servers("h2load", "wrk", "nginx", "openssl", "taskset", *peers) as servers:
        prepare(servers.work)
        h2 = free_port()

        def start(program, template, core, name=None):
            ports = {"https": free_port(), "h2c": free_port()}
            server = servers.start(program, template, core, name, h2=h2, body="x" * 1024, **ports)
            server.ports = ports
            return server

        start("nginx", UPSTREAM, load_core, name="upstream")
        yield [start(name, template, gateway_core) for name, template in
               (("nginx", NGINX), ("haproxy", HAPROXY), ("yumen", YUMEN)) if name in (*peers, "yumen")]


def main():
    options = arguments(__doc__, SCENARIOS, 12,
                        "seconds of each scenario for Yumen before the first, and again before its own")
    with gateways(options.gateway_core, options.load_core, "nginx", "haproxy") as servers:
        measure(servers, options)


def measure(servers, options):
    yumen = servers[-1]
    print("| scenario | gateway | requests/s | CPU µs | Yumen's requests beside it | Yumen's CPU beside it | errors |\n"
          "|---|---|---|---|---|---|---|")
    scenarios = options.scenarios.split(",")
    for scenario in scenarios:      # all before the first: what is measured first would look slow
        load(yumen, scenario, options.warmup, options.load_core)
    for scenario in scenarios:
        load(yumen, scenario, options.warmup, options.load_core)
        rounds = []
        for number in range(options.rounds):
            order = servers[number % len(servers):] + servers[:number % len(servers)]
            round_ = {server.name: load(server, scenario, options.seconds, options.load_core) for server in order}
            if all(round_.values()):
                rounds.append(round_)
        if not rounds:
            sys.exit(f"{scenario}: no round came to an end")
        for server in servers:
            row(scenario, server.name, rounds)


def row(scenario, name, rounds):
    def middle(key):
        return statistics.median(one[name][key] for one in rounds)

    def beside(key):
        return statistics.median(one["yumen"][key] / max(one[name][key], 1e-9) for one in rounds)

    errors = sum(one[name]["errors"] for one in rounds)
    print(f"| {TITLES[scenario]} | {name} | {middle('rps'):.0f} | {middle('cpu'):.1f} | {beside('rps'):.2f} | "
          f"{beside('cpu'):.2f} | {errors} |", flush=True)


if __name__ == "__main__":
    main()
