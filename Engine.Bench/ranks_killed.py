"""kill -9 of a rank at random moments of a training: the job must end within ten seconds, and go on to the same bits.

    python3 Engine.Bench/ranks_killed.py DATA [--kills 10] [--launcher mpirun.openmpi|mpirun.mpich] [--ranks 3] [--seed 1]

DATA is a prepared folder. One run is never killed. Each other run loses one rank at a moment drawn between its first checkpoint
and its end, goes on over the same ranks with --resume, and must end with the same weights and the same losses.
MANUALVAE is the command, by default the one built here.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HOME = pathlib.Path(__file__).resolve().parent.parent
MANUALVAE = os.environ.get("MANUALVAE", str(HOME / "Tools/bin/Release/net10.0/manualvae"))
SETTINGS = ["--hidden", "64", "--latent", "16", "--epochs", "12", "--patience", "0", "--anchor-weight", "0.3", "--seed", "3",
            "--threads", "1", "--device", "simd", "--quiet"]


def start(arguments, *words):
    oversubscribe = ["--allow-run-as-root", "--oversubscribe", "--mca", "mpi_yield_when_idle", "1"]
    return subprocess.Popen(
        [arguments.launcher, *(oversubscribe if "openmpi" in arguments.launcher else []), "-n", str(arguments.ranks),
         MANUALVAE, "train", *words, "--ranks", "mpi"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, env=os.environ | {"TERM": "dumb"})


def finish(job):
    output = job.communicate()[0]
    if job.returncode:
        sys.exit(f"exit code {job.returncode}:\n{output}")


def ranks(run):
    """The processes of the job that trains this run, in their order."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = pathlib.Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if str(run) in words and "train" in words and "manualvae" in words[0]:
            found.append(int(process))
    return sorted(found)


def state(run):
    losses = [[line[key] for key in ("epoch", "loss", "validation")]
              for line in map(json.loads, (run / "metrics.jsonl").read_text().splitlines())]
    return [hashlib.sha256((run / name).read_bytes()).hexdigest() for name in ("best.ckpt", "last.ckpt")], losses


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--launcher", default="mpirun.openmpi")
    parser.add_argument("--ranks", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    failures, killed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        whole = pathlib.Path(folder) / "whole"
        job = start(arguments, "--data", arguments.data, "--output", str(whole), *SETTINGS)
        while not (whole / "last.ckpt").exists() and job.poll() is None:
            time.sleep(0.01)
        began = time.monotonic()
        finish(job)
        length, expected = time.monotonic() - began, state(whole)
        print(f"{arguments.launcher}, {arguments.ranks} ranks: from the first checkpoint to the end {length:.1f} s", flush=True)
        while killed < arguments.kills:
            run = pathlib.Path(folder) / f"run-{killed}"
            job = start(arguments, "--data", arguments.data, "--output", str(run), *SETTINGS)
            while not (run / "last.ckpt").exists():
                time.sleep(0.01)
            moment, victim = draw.uniform(0, length), draw.randrange(arguments.ranks)
            time.sleep(moment)
            processes = ranks(run)
            if job.poll() is not None or len(processes) < arguments.ranks:  # it had ended before
                finish(job)
                shutil.rmtree(run)
                continue
            os.kill(processes[victim], signal.SIGKILL)
            began = time.monotonic()
            output = job.communicate()[0]
            seconds = time.monotonic() - began
            said = [line for line in output.splitlines() if "manualvae: " in line and "gone" in line
                    or f"PID {processes[victim]} " in line or "KILLED BY SIGNAL" in line]
            had = len((run / "metrics.jsonl").read_text().splitlines())
            finish(start(arguments, "--resume", "--output", str(run), "--quiet"))
            same = state(run) == expected
            good = job.returncode != 0 and seconds < 10 and said and same
            failures += not good
            killed += 1
            print(f"{killed:3}: rank {victim} (process {processes[victim]}) after {moment:.2f} s, {had} epochs: job ended in "
                  f"{seconds:.1f} s with code {job.returncode}, said \"{(said or ['nothing'])[0].strip()}\"; resumed: "
                  f"{'the same bits' if same else 'OTHER BITS'}", flush=True)
    print(f"{killed} kills, {failures} with a problem")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
