#!/usr/bin/env python3
"""What accepting a referral costs: a Beast server that only reads and answers 201, the gateway plain,
and the gateway over TLS, in turns. The providers of the world are absent, so that delivery costs
little. usage: accept.py MESSAGE [ROUNDS]"""
import base64
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("WAYMARK", str(ROOT / "build/release/waymark"))
sys.path.insert(0, str(ROOT / "tests/http"))
import world as worlds  # noqa: E402

BENCH = ROOT / "build/release/tests/bench"
COUNT = int(os.environ.get("COUNT", "3000"))
NOBODY = "http://127.0.0.1:9/hook"
PROVIDERS = {name: NOBODY for name in ("riverside-link-workers", "garden-project", "debt-advice",
                                       "housing-hub", "digital-helpers")}
TARGET = base64.b64encode(json.dumps({"system": "https://fhir.nhs.uk/Id/dos-service-id",
                                      "value": "111111111"}).encode()).decode()


def load(url, message, vary, pid, token=None, ca=None):
    command = [BENCH / "bench_load", "--url", url, "--body", message, "--count", str(COUNT),
               "--warm-up", "200", "--clients", "8", "--pid", str(pid), "--json",
               "--header", "Content-Type: application/fhir+json"] + vary
    for name in ("X-Request-Id", "X-Correlation-Id"):
        command += ["--header", f"{name}: {{uuid}}"]
    command += ["--header", f"NHSD-Target-Identifier: {TARGET}"]
    if token:
        command += ["--token", token]
    if ca:
        command += ["--ca", ca]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr or done.stdout)
    return json.loads(done.stdout)


class TlsWorld(worlds.World):
    """The same demo world with TLS; its operations listener is plain."""

    def __init__(self):
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="waymark-bench-"))
        command = [worlds.PROGRAM, "demo", "--state", str(self.state)]
        for provider, url in PROVIDERS.items():
            command += ["--provider", f"{provider}={url}"]
        self.output = open(self.state / "demo.out", "wb")
        self.process = subprocess.Popen(command, stdout=self.output, stderr=subprocess.STDOUT)
        self.restarted = None
        while not (self.state / "demo.json").exists():
            time.sleep(0.02)
        self.facts = json.loads((self.state / "demo.json").read_text())


def stored(world):
    text = world.operations("/metrics").body.decode()
    return int(float(next(line.split()[-1] for line in text.splitlines()
                          if line.startswith("waymark_referrals "))))


def main():
    sent, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    content = json.loads(pathlib.Path(sent).read_text())
    folder = tempfile.TemporaryDirectory(prefix="waymark-bench-")
    message = pathlib.Path(folder.name) / "message.json"
    message.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False))
    vary = ["--vary", content["id"]]
    echo = subprocess.Popen([str(BENCH / "bench_echo"), "2"], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True)
    echo_port = int(echo.stdout.readline().split()[-1])
    plain, tls = worlds.World(PROVIDERS), TlsWorld()
    results = {"echo": [], "plain": [], "tls": []}
    try:
        time.sleep(2)  # the demo's own referrals
        before = stored(plain), stored(tls)
        for _ in range(rounds):
            results["echo"].append(load(f"http://127.0.0.1:{echo_port}/", message, vary, echo.pid))
            for name, world in (("plain", plain), ("tls", tls)):
                results[name].append(load(world.facts["fhir"] + "/$process-message", message, vary,
                                          world.gateway_pid(), world.token(), world.facts["ca"]))
        wanted = rounds * (COUNT + 200)
        for name, world, first in (("plain", plain, before[0]), ("tls", tls, before[1])):
            count = stored(world) - first
            print(f"{name}: {wanted} accepted, {count} stored{'' if count == wanted else '  <-- DIFFER'}")
        keys = [key for key, value in results["echo"][0].items() if isinstance(value, (int, float))]
        print(f"{'median of ' + str(rounds):24}" + "".join(f"{name:>14}" for name in results))
        for key in keys:
            row = [statistics.median(item[key] for item in items) for items in results.values()]
            print(f"{key:24}" + "".join(f"{value:14.1f}" for value in row))
        subprocess.run([str(BENCH / "bench_accept_steps"), str(message), "--config",
                        str(plain.facts["config"])], check=True)
    finally:
        echo.kill()
        plain.close()
        tls.close()


if __name__ == "__main__":
    main()
