#!/usr/bin/env python3
"""Load comparison: Yumen beside nginx and HAProxy on this machine.

    bench/compare/compare.py            # needs wrk, nginx, haproxy, taskset; two cores or more

Every gateway proxies to the same upstream (an nginx of its own) with kept connections, one worker
pinned to one core; wrk and the upstream share the other cores. Rounds are interleaved, so that a
machine that changes its speed changes it for all. What to read first is CPU per request: user and
system time of the gateway's processes divided by the requests that it answered. README.md, beside
this file, says more.
"""
import re
import statistics
import subprocess
import sys

from servers import Servers, arguments, cpu_seconds

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


def prepare(work):
    """What nginx serves. Its worker is another user when it is started by root."""
    (work / "www").mkdir()
    (work / "www/1k").write_bytes(b"x" * 1024)
    (work / "www/100k").write_bytes(b"x" * 102400)
    for path in (work, *work.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def main():
    options = arguments(__doc__, SCENARIOS, 15, "seconds of get1k for Yumen before the first round")
    if options.warmup < SHORTEST_WARMUP:
        print(f"warning: with --warmup {options.warmup} the rows of yumen mean nothing (see README.md)",
              file=sys.stderr)
    with Servers("wrk", "nginx", "haproxy", "taskset") as servers:
        prepare(servers.work)
        servers.start("nginx", UPSTREAM, options.load_core, name="upstream")
        gateways = [servers.start("nginx", NGINX, options.gateway_core),
                    servers.start("haproxy", HAPROXY, options.gateway_core),
                    servers.start("yumen", YUMEN, options.gateway_core)]
        measure(gateways, options, servers.work)


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
