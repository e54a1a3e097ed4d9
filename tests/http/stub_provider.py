"""A provider for tests: records every webhook and answers as it is told."""
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time


class StubProvider:
    """Listens on a loopback port. `answers` holds statuses for the next requests; then 200."""

    def __init__(self):
        self.received = []  # dicts: id, body (bytes), headers
        self.answers = []
        self.changed = threading.Condition()
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with stub.changed:
                    status = stub.answers.pop(0) if stub.answers else 200
                    stub.received.append({"id": self.headers.get("webhook-id"), "body": body,
                                          "headers": dict(self.headers), "status": status})
                    stub.changed.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                """A peer that was killed is no fault of the stub's."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def webhook_for(self, referral_id, seconds=20):
        """The first webhook taken with 2xx about a referral, as JSON; fails when none comes."""
        give_up = time.monotonic() + seconds
        with self.changed:
            while True:
                for item in self.received:
                    if item["status"] >= 300:
                        continue
                    body = json.loads(item["body"])
                    if body["data"]["id"] == referral_id:
                        return item, body
                left = give_up - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"no webhook about {referral_id} in {seconds} s")
                self.changed.wait(left)

    def attempts_for(self, webhook_id):
        with self.changed:
            return [item for item in self.received if item["id"] == webhook_id]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def signature(secret, item):
    """Standard Webhooks v1 over what was received."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    headers = {k.lower(): v for k, v in item["headers"].items()}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + item["body"]
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
