"""A demo world for tests, and small HTTP helpers."""
import copy
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("WAYMARK", str(ROOT / "build/release/waymark"))
SHARED = pathlib.Path(os.environ.get("WAYMARK_SHARED", ROOT.parent / "shared"))
LINK_WORKERS = "riverside-link-workers"


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def issue(self):
        """The first issue of an OperationOutcome."""
        outcome = self.json
        assert outcome["resourceType"] == "OperationOutcome", outcome
        return outcome["issue"][0]


def call(origin, method, path, body=None, headers=None, timeout=30):
    """One request on a connection of its own; `body` may be bytes, text or a JSON value."""
    parts = urllib.parse.urlsplit(origin)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        connection.request(method, parts.path + path,
                           body.encode() if isinstance(body, str) else body, headers or {})
        response = connection.getresponse()
        return Answer(response, response.read())
    finally:
        connection.close()


class World:
    """`waymark demo --plain` in a folder of its own. `providers` maps ids to URLs that play them."""

    def __init__(self, providers=None, arguments=()):
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="waymark-test-"))
        command = [PROGRAM, "demo", "--plain", "--state", str(self.state), *arguments]
        for provider, url in (providers or {}).items():
            command += ["--provider", f"{provider}={url}"]
        self.output = open(self.state / "demo.out", "wb")
        self.process = subprocess.Popen(command, stdout=self.output, stderr=subprocess.STDOUT)
        self.restarted = None
        give_up = time.monotonic() + 30
        while not (self.state / "demo.json").exists():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise AssertionError("the demo world did not start:\n" + self.log())
            time.sleep(0.02)
        self.facts = json.loads((self.state / "demo.json").read_text())

    def log(self):
        """Everything that the world's processes printed."""
        texts = []
        for path in sorted(self.state.glob("*.log")) + [self.state / "demo.out"]:
            texts.append(path.read_text(errors="replace"))
        return "\n".join(texts)

    def token(self, practice=0):
        return self.facts["practices"][practice]["token"]

    def provider(self, provider_id=LINK_WORKERS):
        return next(p for p in self.facts["providers"] if p["id"] == provider_id)

    def fhir(self, method, path, body=None, practice=0, headers=None, token=None, timeout=30):
        all_headers = {"Accept": "application/fhir+json"}
        if body is not None:
            all_headers["Content-Type"] = "application/fhir+json"
        if token is None:
            token = self.token(practice)
        if token:
            all_headers["Authorization"] = f"Bearer {token}"
        all_headers.update(headers or {})
        return call(self.facts["fhir"], method, path, body, all_headers, timeout)

    def api(self, method, path, body=None, provider=LINK_WORKERS, headers=None, token=None):
        all_headers = {"Authorization": f"Bearer {token or self.provider(provider)['token']}"}
        if body is not None:
            all_headers["Content-Type"] = "application/json"
        all_headers.update(headers or {})
        return call(self.facts["provider_api"], method, path, body, all_headers)

    def operations(self, path, headers=None):
        return call(self.facts["operations"], "GET", path, headers=headers)

    def admin(self, path):
        return self.operations(path, {"Authorization": f"Bearer {self.facts['operator_token']}"})

    def task(self, referral_id, practice=0):
        answer = self.fhir("GET", f"/Task/{referral_id}", practice=practice)
        assert answer.status == 200, answer.body
        return answer.json

    def wait_for_status(self, referral_id, statuses, practice=0, seconds=30):
        give_up = time.monotonic() + seconds
        while True:
            task = self.task(referral_id, practice)
            if task["status"] in statuses:
                return task
            if time.monotonic() > give_up:
                raise AssertionError(f"still {task['status']} after {seconds} s")
            time.sleep(0.05)

    def gateway_pid(self):
        return int((self.state / "gateway.pid").read_text())

    def kill_gateway(self):
        """SIGKILL, and wait until the process is gone."""
        pid = self.gateway_pid()
        os.kill(pid, signal.SIGKILL)
        if self.restarted is not None and self.restarted.pid == pid:
            self.restarted.wait()
            return
        while os.path.exists(f"/proc/{pid}") and not is_zombie(pid):
            time.sleep(0.001)

    def start_gateway(self, seconds=20):
        with open(self.state / "gateway-again.log", "ab") as log:
            self.restarted = subprocess.Popen([PROGRAM, "serve", "--config", self.facts["config"]],
                                              stdout=log, stderr=log)
        self.wait_until_ready(seconds)

    def wait_until_ready(self, seconds=20):
        give_up = time.monotonic() + seconds
        while True:
            try:
                if self.operations("/health/ready").status == 200:
                    return
            except OSError:
                pass
            if time.monotonic() > give_up:
                raise AssertionError("the gateway is not ready:\n" + self.log()[-4000:])
            time.sleep(0.01)

    def close(self):
        if self.restarted is not None and self.restarted.poll() is None:
            self.restarted.terminate()
            self.restarted.wait(30)
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        self.output.close()
        shutil.rmtree(self.state, ignore_errors=True)


def is_zombie(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def nhs_number(seed):
    """A synthetic NHS number (999...) with a right check digit."""
    while True:
        base = f"999{seed % 1_000_000:06d}"
        total = sum(int(digit) * (10 - index) for index, digit in enumerate(base))
        check = 11 - total % 11
        if check == 11:
            check = 0
        if check != 10:
            return base + str(check)
        seed += 1


def service_request(identifier=None, family="Testcase", seed=1, ods="G82080", **members):
    """A ServiceRequest with a contained patient; `members` replace or add."""
    resource = {
        "resourceType": "ServiceRequest",
        "contained": [
            {"resourceType": "Patient", "id": "p",
             "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": nhs_number(seed)}],
             "name": [{"family": family, "given": ["Alex"]}], "gender": "other",
             "birthDate": "1970-01-31",
             "telecom": [{"system": "phone", "value": "07700900999"}],
             "address": [{"line": ["1 Test Street"], "postalCode": "LS1 4AP"}]},
            {"resourceType": "Organization", "id": "o",
             "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": ods}]},
        ],
        "identifier": [{"system": "https://tests.example/referral",
                        "value": identifier or str(uuid.uuid4())}],
        "status": "active",
        "intent": "order",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "871731000000106"}]},
        "subject": {"reference": "#p"},
        "requester": {"reference": "#o"},
        "authoredOn": "2026-11-20T09:00:00+00:00",
        "reasonCode": [{"coding": [{"system": "http://snomed.info/sct", "code": "422650009"}],
                        "text": "Would like company"}],
    }
    resource.update(members)
    return copy.deepcopy(resource)
