"""Training over ranks that are hosts of their own: network namespaces with a link of a given rate and delay between them.

    python3 Engine.Bench/ranks_apart.py DATA [--ranks 4] [--delays 0,1] [--gbit 1] [training flags]

DATA is a prepared folder. Prints, for each delay (milliseconds, one way): milliseconds a step, what part of it rank 0 spent in
exchanges, the bytes that it sent by its own count, and those that its link carried. Two runs of different length are subtracted,
so that start, checkpoints and validation do not count.

Linux, as root, with ip (iproute2), Open MPI (mpirun.openmpi) and /dev/net/tun. Kernels without the netem module can do this too:
each host's network card is a TAP device, and this program is the switch between them, which holds every frame back for the
delay and lets a card send no faster than the rate. The switch takes processor time: with fewer processors than
ranks + 1, steps are upper bounds.
MANUALVAE is the command, by default the one built here.
"""
import argparse
import fcntl
import heapq
import json
import os
import pathlib
import select
import signal
import struct
import subprocess
import tempfile
import threading
import time

HOME = pathlib.Path(__file__).resolve().parent.parent
MANUALVAE = os.environ.get("MANUALVAE", str(HOME / "Tools/bin/Release/net10.0/manualvae"))
TUNSETIFF, TAP_WITHOUT_HEADER, FRAME = 0x400454CA, 0x1002, 9000


class Switch(threading.Thread):
    """Forwards frames between TAP devices. A card is busy for the frame's bits / rate; a frame arrives `delay` after that."""

    def __init__(self, cards, rate):
        super().__init__(daemon=True)
        self.cards, self.rate, self.delay, self.bytes, self.ends = cards, rate, 0.0, [0] * len(cards), False

    def run(self):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -20)
        free, waiting, order, port = [0.0] * len(self.cards), [], 0, {}
        number = {card: i for i, card in enumerate(self.cards)}
        while not self.ends:
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                _, _, to, frame = heapq.heappop(waiting)
                try:
                    os.write(self.cards[to], frame)
                except OSError:  # a host that is not up yet, or no longer
                    pass
            pause = 0.1 if not waiting else max(0.0, waiting[0][0] - now)
            for card in select.select(self.cards, [], [], pause)[0]:  # poll would know whole milliseconds only
                source = number[card]
                for _ in range(64):
                    try:
                        frame = os.read(card, 65536)
                    except OSError:
                        break
                    now = time.monotonic()
                    free[source] = max(now, free[source]) + (len(frame) + 24) * 8 / self.rate  # with preamble, gap and checksum
                    self.bytes[source] += len(frame)
                    port[frame[6:12]] = source
                    known = port.get(frame[0:6])
                    for to in [known] if known is not None else [i for i in range(len(self.cards)) if i != source]:
                        heapq.heappush(waiting, (free[source] + self.delay, order, to, frame))
                        order += 1


def sh(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def host(i):
    """A namespace with a card whose other end is the file that is returned."""
    name = f"vaerank{i}"
    card = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(card, TUNSETIFF, struct.pack("16sH", f"vaetap{i}".encode(), TAP_WITHOUT_HEADER))
    sh("ip", "netns", "add", name)
    sh("ip", "link", "set", f"vaetap{i}", "netns", name)
    sh("ip", "-n", name, "addr", "add", f"10.77.0.{i + 1}/24", "dev", f"vaetap{i}")
    sh("ip", "-n", name, "link", "set", f"vaetap{i}", "mtu", str(FRAME), "txqueuelen", "10000", "up")
    sh("ip", "-n", name, "link", "set", "lo", "up")
    return card


def round_trip():
    """Milliseconds from one host to the next and back: the time in which a closed port refuses, the median of 20."""
    probe = ("import socket, time\ntimes = []\nfor _ in range(20):\n    start = time.perf_counter()\n"
             "    socket.socket().connect_ex(('10.77.0.2', 9))\n    times.append(time.perf_counter() - start)\n"
             "print(1000 * sorted(times)[10])")
    return float(subprocess.check_output(["ip", "netns", "exec", "vaerank0", "python3", "-c", probe]))


def train(arguments, epochs, folder):
    """Seconds of the epochs, seconds in exchanges, bytes sent, steps: of one run over the hosts."""
    agent = folder / "agent.sh"  # what the launcher calls instead of ssh: enters the host's namespace
    agent.write_text("#!/bin/bash\nwhile [[ $1 == -* ]]; do shift; done\nhost=$1; shift\n"
                     "exec ip netns exec vaerank$((${host##*.} - 1)) bash -c \"$*\"\n")
    agent.chmod(0o755)
    run = folder / f"run-{epochs}"
    hosts = ",".join(f"10.77.0.{i + 1}" for i in range(arguments.ranks))
    # The launcher itself stands in the first host, so that its connections cross the switch as well. Ranks that wait for a
    # message let others run: here all hosts share their processors.
    command = ["ip", "netns", "exec", "vaerank0", "mpirun.openmpi", "--allow-run-as-root", "-n", str(arguments.ranks),
               "--host", hosts, "--mca", "plm_rsh_agent", str(agent), "--mca", "plm_rsh_no_tree_spawn", "1",
               "--mca", "pml", "ob1", "--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", "10.77.0.0/24",
               "--mca", "oob_tcp_if_include", "10.77.0.0/24", "--mca", "mpi_yield_when_idle", "1", "-x", "TERM=dumb",
               MANUALVAE, "train", "--data", arguments.data, "--output", str(run), "--ranks", "mpi", "--epochs", str(epochs),
               "--fit-validation", "true", "--threads", "1", "--device", "simd", *arguments.flags]
    outcome = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if outcome.returncode:
        raise SystemExit(outcome.stdout + outcome.stderr)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    exchange = next(line for line in outcome.stdout.splitlines() + outcome.stderr.splitlines() if line.startswith("exchange"))
    words = exchange.split()
    seconds = float(words[words.index("spent") + 1])
    sent = float(words[words.index("sent") + 1].replace(",", ""))
    assert words[words.index("sent") + 2].startswith("MB"), exchange
    return sum(line["seconds"] for line in lines), seconds, sent * 1e6, lines[-1]["updates"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--ranks", type=int, default=4)
    parser.add_argument("--delays", default="0,1", help="milliseconds one way, joined by commas")
    parser.add_argument("--gbit", type=float, default=1)
    parser.add_argument("--epochs", default="5,15", help="the two lengths that are subtracted")
    arguments, arguments.flags = parser.parse_known_args()
    short, long = map(int, arguments.epochs.split(","))
    cards, switch = [], None
    try:
        for i in range(arguments.ranks):
            cards.append(host(i))
        switch = Switch(cards, arguments.gbit * 1e9)
        switch.start()
        for delay in map(float, arguments.delays.split(",")):
            switch.delay = delay / 1000
            trip = round_trip()
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                before = switch.bytes[0]
                first = train(arguments, short, folder)
                between = switch.bytes[0]
                second = train(arguments, long, folder)
                carried = (switch.bytes[0] - between) - (between - before)
            seconds, exchange, sent, steps = (b - a for a, b in zip(first, second))
            print(f"{arguments.ranks} hosts, {arguments.gbit:g} Gbit/s, {delay:g} ms: {1e3 * seconds / steps:.1f} ms a step, "
                  f"{1e3 * exchange / steps:.1f} ms in exchanges (those of an epoch's checkpoint with them); "
                  f"rank 0 sent {sent / steps / 1e6:.2f} MB a step, "
                  f"its link carried {carried / steps / 1e6:.2f} MB (round trip of a packet {trip:.2f} ms)", flush=True)
    finally:
        if switch is not None:
            switch.ends = True
            switch.join()
        for i in range(len(cards)):
            left = subprocess.run(["ip", "netns", "pids", f"vaerank{i}"], capture_output=True, text=True).stdout.split()
            for process in left:  # of an interrupted job: without their network they would wait for ever
                os.kill(int(process), signal.SIGKILL)
            subprocess.run(["ip", "netns", "del", f"vaerank{i}"])
        for card in cards:
            os.close(card)


if __name__ == "__main__":
    main()
