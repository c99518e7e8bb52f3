#!/usr/bin/env python3
"""What a resting TLS connection costs in memory, beside nginx.

    bench/compare/idle.py               # needs nginx, openssl, taskset, wrk, h2load; 2 files for each connection

Opens many connections with TLS 1.3, sends one request on each, lets them rest, and divides by their
number what the gateway's proportional memory (PSS) has grown by. The first connections come before
the first look, so that what is made once does not count.
"""
import argparse
import asyncio
import resource
import ssl
import sys
from pathlib import Path

from protocols import gateways
from servers import Help, family

REQUEST = b"GET /h1 HTTP/1.1\r\nHost: localhost\r\n\r\n"


def pss_kib(pid):
    total = 0
    for member in family(pid):
        for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total


async def connect(port, context, gate):
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(next(line.split(b":")[1] for line in head.lower().split(b"\r\n")
                          if line.startswith(b"content-length")))
        await reader.readexactly(length)
        return writer


async def rest(server, number):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    gate = asyncio.Semaphore(64)
    port = server.ports["https"]
    writers = await asyncio.gather(*(connect(port, context, gate) for _ in range(number // 10)))
    before = pss_kib(server.process.pid)
    writers += await asyncio.gather(*(connect(port, context, gate) for _ in range(number)))
    await asyncio.sleep(2)
    after = pss_kib(server.process.pid)
    for writer in writers:
        writer.transport.abort()
    return before, after


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    parser.add_argument("--connections", type=int, default=10_000, help="that rest at the same time")
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = options.connections * 11 // 10 + 1000
    if hard != resource.RLIM_INFINITY and hard < needed:
        sys.exit(f"at most {hard} files may be open (expected: {needed} or more)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    with gateways("0", "1", "nginx") as servers:
        print("| gateway | connections | PSS before, MiB | after, MiB | KiB a connection |\n|---|---|---|---|---|")
        for server in servers:
            before, after = asyncio.run(rest(server, options.connections))
            print(f"| {server.name} | {options.connections} | {before / 1024:.0f} | {after / 1024:.0f} | "
                  f"{(after - before) / options.connections:.1f} |", flush=True)


if __name__ == "__main__":
    main()
