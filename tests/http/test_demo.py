"""The demo world itself: every loop closes, several run at once, the gateway restarts alone."""
import json
import subprocess
import unittest

from world import PROGRAM, World, service_request


class Demo(unittest.TestCase):
    def test_every_loop_closes_over_tls(self):
        done = subprocess.run([PROGRAM, "demo", "--exit"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for status in ("completed", "rejected", "failed"):
            self.assertIn(f" is {status}", done.stdout)
        self.assertEqual(done.stdout.count(" is completed"), 3, done.stdout)
        self.assertIn("at-capacity", done.stdout)

    def test_two_worlds_stand_side_by_side(self):
        first, second = World(), World()
        try:
            self.assertNotEqual(first.facts["fhir"], second.facts["fhir"])
            made = first.fhir("POST", "/ServiceRequest", service_request()).json["id"]
            self.assertEqual(second.fhir("GET", f"/Task/{made}").status, 404)
        finally:
            first.close()
            second.close()

    def test_the_gateway_restarts_alone_with_the_same_tokens(self):
        world = World()
        try:
            made = world.fhir("POST", "/ServiceRequest", service_request()).json["id"]
            world.kill_gateway()
            world.start_gateway()
            self.assertEqual(world.fhir("GET", f"/ServiceRequest/{made}").status, 200)
            world.wait_for_status(made, ("completed",))
        finally:
            world.close()

    def test_demo_json_has_what_others_need(self):
        world = World()
        try:
            facts = json.loads((world.state / "demo.json").read_text())
            self.assertEqual(set(facts), {"fhir", "ca", "operations", "provider_api", "operator_token",
                                          "pid", "config", "practices", "providers"})
            self.assertIsNone(facts["ca"])
            self.assertEqual((len(facts["practices"]), len(facts["providers"])), (3, 5))
            self.assertEqual(facts["practices"][0]["ods"], "G82080")
            self.assertEqual(facts["providers"][0]["id"], "riverside-link-workers")
            self.assertEqual(facts["pid"], world.gateway_pid())
        finally:
            world.close()


class Usage(unittest.TestCase):
    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60)

    def test_exit_statuses_tell_the_truth(self):
        self.assertEqual(self.run_program("version").returncode, 0)
        self.assertEqual(self.run_program().returncode, 2)
        self.assertEqual(self.run_program("no-such-command").returncode, 2)
        self.assertEqual(self.run_program("check", "--config", "/nonexistent").returncode, 1)
        self.assertEqual(self.run_program("serve", "--config", "/nonexistent").returncode, 3)
        for command in (["serve"], ["check"], ["demo"], ["simulate", "provider"], ["store", "backup"],
                        ["referrals", "show"]):
            self.assertEqual(self.run_program(*command, "--help").returncode, 0, command)


if __name__ == "__main__":
    unittest.main()
