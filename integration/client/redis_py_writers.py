#!/usr/bin/env python3
"""Writers through the Python `redis` package with its default settings: a second, independent judge.

usage: redis_py_writers.py HOST PORT THREADS FILE

Writes unique values until standard input ends or SIGTERM comes, reads every key back, and writes one line of JSON to
FILE: {"acknowledged": …, "errors": {…}, "lost": …}. An error is every exception that the client
lets through to its caller.
"""
import collections
import json
import signal
import sys
import threading

from redis.cluster import RedisCluster

KEYS = 500


def main():
    host, port, threads, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    client = RedisCluster(host=host, port=port, decode_responses=True)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    lock = threading.Lock()
    errors = collections.Counter()
    totals = collections.Counter()
    histories = [dict() for _ in range(threads)]

    def write(number):
        history = histories[number]
        sequence = 0
        while not stop.is_set():
            sequence += 1
            key = f"py{number}:{sequence % KEYS}"
            acknowledged, _ = history.get(key, (0, 0))
            history[key] = (acknowledged, sequence)
            try:
                client.set(key, sequence)
                history[key] = (sequence, sequence)
                with lock:
                    totals["acknowledged"] += 1
            except Exception as error:  # every kind counts; the name says which
                with lock:
                    errors[f"{type(error).__name__}: {error}"[:200]] += 1

    workers = [threading.Thread(target=write, args=(i,)) for i in range(threads)]
    for worker in workers:
        worker.start()
    print("writing", flush=True)
    stop.wait()
    for worker in workers:
        worker.join()
    reader = RedisCluster(host=host, port=port, decode_responses=True)
    for history in histories:
        for key, (acknowledged, attempted) in history.items():
            value = int(reader.get(key) or 0)
            totals["lost"] += value < acknowledged
            totals["phantoms"] += value > attempted
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"acknowledged": totals["acknowledged"], "lost": totals["lost"],
                   "phantoms": totals["phantoms"], "errors": dict(errors)}, file)


if __name__ == "__main__":
    main()
