#!/usr/bin/env python3
"""How much later an event of a stream arrives when it comes through a gateway, beside nginx.

    bench/compare/stream.py             # needs nginx, taskset; two cores or more

A service in this program sends events of an event stream, one at a time, and a client in this
program notes when each is there: directly, through nginx (proxy_buffering off) and through Yumen,
interleaved. What the ways add is their difference to the direct one.
"""
import argparse
import asyncio
import statistics
import time

from servers import Help, Servers

NGINX = """
daemon off; worker_processes 1; pid {work}/{name}.pid; error_log stderr; events {{ worker_connections 1024; }}
http {{
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi; access_log off;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{service}; proxy_http_version 1.1; proxy_buffering off; }}
  }}
}}
"""
YUMEN = """
listeners: {{http: {{address: "127.0.0.1:{port}"}}}}
management: {{address: "127.0.0.1:0"}}
runtime: {{loops: 1, state: {work}/state}}
upstreams: {{service: {{endpoints: ["127.0.0.1:{service}"]}}}}
routes: [{{id: all, match: {{path: "/**"}}, to: service}}]
"""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


class Service:
    """Answers /1k at once, and any other request by events: one for each call of next()."""

    def __init__(self):
        self.streams, self.kept = asyncio.Queue(), []

    async def serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        if b" /1k " in head:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            writer.close()
            return
        writer.write(HEAD)
        self.kept += reader, writer     # asyncio closes connections that nobody holds
        await self.streams.put(writer)


async def through(service, port):
    """Opens a stream on this way; gives both of its ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    service.kept.append(writer)
    source = await service.streams.get()
    await reader.readuntil(b"\r\n\r\n")
    return reader, source


async def event(reader, source, number):
    """Microseconds from the sending of an event to its arrival."""
    data = b"data: %d\n\n" % number
    before = time.perf_counter_ns()
    source.write(b"%x\r\n%s\r\n" % (len(data), data))
    await reader.readuntil(data + b"\r\n")
    return (time.perf_counter_ns() - before) / 1000


async def measure(servers, options):
    service = Service()
    listening = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    start = asyncio.to_thread
    nginx = await start(servers.start, "nginx", NGINX, options.gateway_core, service=port)
    yumen = await start(servers.start, "yumen", YUMEN, options.gateway_core, service=port)
    ways = {"directly": port, "nginx": nginx.port, "Yumen": yumen.port}
    open_ways = {name: await through(service, at) for name, at in ways.items()}
    taken = {name: [] for name in ways}
    for number in range(options.warmup + options.events):
        for name, ends in open_ways.items():
            micros = await event(*ends, number)
            if number >= options.warmup:
                taken[name].append(micros)
            await asyncio.sleep(0.0005)     # a pause, as between events of a stream
    print("| way | median, µs | p99, µs | median beside the direct way |\n|---|---|---|---|")
    direct = statistics.median(taken["directly"])
    for name, all_taken in taken.items():
        p99 = statistics.quantiles(all_taken, n=100)[98]
        middle = statistics.median(all_taken)
        print(f"| {name} | {middle:.0f} | {p99:.0f} | +{middle - direct:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    parser.add_argument("--events", type=int, default=5_000, help="on each way")
    parser.add_argument("--warmup", type=int, default=20_000, help="events before the first that counts")
    parser.add_argument("--gateway-core", default="0", help="core of the gateways")
    options = parser.parse_args()
    if min(options.events, options.warmup) < 100:
        parser.error("--events and --warmup are 100 or more")
    with Servers("nginx", "taskset") as servers:
        asyncio.run(measure(servers, options))


if __name__ == "__main__":
    main()
