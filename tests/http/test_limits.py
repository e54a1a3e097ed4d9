"""What strangers may send: too large, too deep, too slow, not HTTP, not JSON. Memory stays bounded
and the gateway keeps answering."""
import json
import socket
import time
import unittest
import urllib.parse

from world import World, service_request


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        parts = urllib.parse.urlsplit(cls.world.facts["fhir"])
        cls.address = (parts.hostname, parts.port)

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def tearDown(self):
        """Whatever a test did, the gateway takes the next referral."""
        self.assertEqual(self.world.fhir("POST", "/ServiceRequest", service_request()).status, 201)

    def raw(self, data, seconds=15):
        """Sends bytes as they are and gives all that comes back until the peer closes."""
        with socket.create_connection(self.address, timeout=seconds) as connection:
            connection.sendall(data)
            received = b""
            try:
                while chunk := connection.recv(65536):
                    received += chunk
            except (TimeoutError, ConnectionResetError):
                pass
            return received

    def head(self, *lines, token=True):
        head = ["POST /FHIR/R4/ServiceRequest HTTP/1.1", "Host: localhost",
                "Content-Type: application/fhir+json"]
        if token:
            head.append(f"Authorization: Bearer {self.world.token()}")
        return ("\r\n".join([*head, *lines]) + "\r\n\r\n").encode()

    def test_a_body_that_is_announced_too_large_is_refused_at_once(self):
        started = time.monotonic()
        answer = self.raw(self.head("Content-Length: 9000000"))
        self.assertIn(b" 413 ", answer.split(b"\r\n")[0])
        self.assertIn(b"OperationOutcome", answer)
        self.assertLess(time.monotonic() - started, 5)

    def test_a_chunked_body_is_refused_when_it_crosses_the_limit(self):
        with socket.create_connection(self.address, timeout=20) as connection:
            connection.sendall(self.head("Transfer-Encoding: chunked"))
            chunk = b"%x\r\n" % 65536 + b"a" * 65536 + b"\r\n"
            received = b""
            try:
                for _ in range(200):
                    connection.sendall(chunk)
            except (BrokenPipeError, ConnectionResetError):
                pass
            try:
                received = connection.recv(65536)
            except ConnectionResetError:
                pass
        if received:
            self.assertIn(b" 413 ", received.split(b"\r\n")[0])

    def test_a_body_that_is_too_deep_is_refused(self):
        for body in ('{"a":' * 100_000, "[" * 100_000, json.dumps(service_request()) + "]"):
            answer = self.world.fhir("POST", "/ServiceRequest", body)
            self.assertEqual(answer.status, 400, answer.body[:300])

    def test_a_deep_extension_chain_is_refused_by_its_depth(self):
        inner = {"url": "https://x.example", "valueString": "x"}
        for _ in range(80):
            inner = {"url": "https://x.example", "extension": [inner]}
        answer = self.world.fhir("POST", "/ServiceRequest", service_request(extension=[inner]))
        self.assertEqual(answer.status, 400)
        self.assertIn("64", answer.issue()["details"]["text"])

    def test_garbage_is_answered_and_closed(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01", b"GET\r\n\r\n", b"\x00" * 100 + b"\r\n\r\n",
                     b"GET / HTTP/9.9\r\n\r\n", b"POST /FHIR/R4 HTTP/1.1\r\nContent-Length: x\r\n\r\n"):
            answer = self.raw(data)
            if answer:
                self.assertIn(b" 400 ", answer.split(b"\r\n")[0] + b" ", data)

    def test_a_header_that_is_too_large_is_refused(self):
        answer = self.raw(self.head("X-Long: " + "a" * 40_000))
        self.assertIn(answer.split(b" ")[1], (b"400", b"413", b"431"))

    def test_a_connection_survives_a_refusal(self):
        import http.client
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        for body, status in [("{", 400), (json.dumps(service_request()), 201), ("[]", 400),
                             (json.dumps(service_request()), 201)]:
            connection.request("POST", "/FHIR/R4/ServiceRequest", body, {
                "Authorization": f"Bearer {self.world.token()}",
                "Content-Type": "application/fhir+json"})
            response = connection.getresponse()
            response.read()
            self.assertEqual(response.status, status)
        connection.close()

    def test_a_slow_header_is_cut_off(self):
        started = time.monotonic()
        answer = self.raw(b"POST /FHIR/R4 HTTP/1.1\r\nHost:", seconds=25)
        self.assertLess(time.monotonic() - started, 20)
        if answer:
            self.assertIn(b" 408 ", answer.split(b"\r\n")[0])

    def test_json_that_readers_disagree_about_is_refused(self):
        good = json.dumps(service_request())
        for body in (good[:-1] + ',"status":"active"}', good[:-1] + ',"st\\u0061tus":"active"}',
                     good + "x", good + "\0",
                     good.replace("Alex", "\\ud800"), good.replace("Alex", "\\u0000")):
            answer = self.world.fhir("POST", "/ServiceRequest", body.encode("utf-8", "surrogatepass"))
            self.assertEqual(answer.status, 400, body[-60:])
        broken = good.encode().replace(b"Alex", b"\xff\xfe")
        self.assertEqual(self.world.fhir("POST", "/ServiceRequest", broken).status, 400)

    def test_memory_stays_bounded_under_large_bodies(self):
        pid = self.world.gateway_pid()

        def resident():
            with open(f"/proc/{pid}/status") as status:
                return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

        big = json.dumps(service_request(note=[{"text": "x" * 7_000_000}]))
        for _ in range(12):
            self.world.fhir("POST", "/ServiceRequest", big)
        self.assertLess(resident(), 300 * 1024)


if __name__ == "__main__":
    unittest.main()
