#!/usr/bin/env python3
"""How long the gateway takes from its start to ready with an empty store, the shipped mappings and the
demo world's configuration, and what memory it then holds; medians. usage: start.py [ROUNDS]"""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("WAYMARK", str(ROOT / "build/release/waymark"))
sys.path.insert(0, str(ROOT / "tests/http"))
import world as worlds  # noqa: E402


def start(world, config):
    """Starts on a copy of the configuration, whose store and keys do not exist yet."""
    began = time.monotonic()
    gateway = subprocess.Popen([worlds.PROGRAM, "serve", "--config", str(config)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            if gateway.poll() is not None:
                raise SystemExit(f"the gateway ended with {gateway.returncode}")
            try:
                if world.operations("/health/ready").status == 200:
                    break
            except OSError:
                time.sleep(0.0005)
        milliseconds = 1000 * (time.monotonic() - began)
        status = pathlib.Path(f"/proc/{gateway.pid}/status").read_text()
        resident = next(line.split()[1] for line in status.splitlines() if "VmRSS" in line)
        return milliseconds, int(resident) / 1024
    finally:
        gateway.terminate()
        gateway.wait()


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    taken = []
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder:
        world = worlds.World()
        template = pathlib.Path(folder) / "template"
        shutil.copytree(world.facts["config"], template)
        world.close()
        for number in range(rounds):
            config = pathlib.Path(folder) / str(number) / "config"
            shutil.copytree(template, config)
            taken.append(start(world, config))
    print(f"start to ready {statistics.median(item[0] for item in taken):.0f} ms, "
          f"{statistics.median(item[1] for item in taken):.1f} MiB resident")


if __name__ == "__main__":
    main()
