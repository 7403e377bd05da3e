"""A client of RollingRestart, without retries. Needs grpcio.

Arguments: the ports of the two instances and the calls per second.
"""

import collections
import sys
import threading
import time

import grpc

ends = collections.Counter()
pending = set()
lock = threading.Lock()


def ended(call):
    with lock:
        pending.discard(call)
        ends["OK" if call.code() == grpc.StatusCode.OK else f"{call.code().name}: {call.details()}"] += 1


def load(call, rate, stop):
    start = time.monotonic()
    made = 0
    while not stop.is_set():
        made += 1
        future = call.future(b"")
        with lock:
            pending.add(future)
        future.add_done_callback(ended)
        time.sleep(max(0, start + made / rate - time.monotonic()))


def main():
    first, second, rate = sys.argv[1:]
    channel = grpc.insecure_channel(
        f"ipv4:127.0.0.1:{first},127.0.0.1:{second}",
        options=[
            ("grpc.lb_policy_name", "round_robin"),
            ("grpc.enable_retries", 0),
            ("grpc.initial_reconnect_backoff_ms", 500),
            ("grpc.max_reconnect_backoff_ms", 1000),
        ],
    )
    stop = threading.Event()
    thread = threading.Thread(target=load, args=(channel.unary_unary("/bench.Rolling/Call"), int(rate), stop))
    thread.start()
    sys.stdin.read()
    stop.set()
    thread.join()
    while pending:
        time.sleep(0.01)
    print(f"Python grpcio {grpc.__version__}: " + ", ".join(f"{count} {end}" for end, count in ends.items()))


main()
