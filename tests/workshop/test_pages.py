"""The pages for engineers, done as they say."""
import os
import pathlib
import re
import shlex
import subprocess

from bench import PROGRAM, ROOT, Bench

BLOCK = re.compile(r"(?:<!-- (insert|replace) (\S+)(?: before)?\n(.*?)\n-->\s*)?"
                   r"```(\w+)(?: exit=(\d))?\n(.*?)```", re.DOTALL)


class Pages(Bench):
    def commands(self, text, status):
        """A shell runs them as they stand, with the program in its path."""
        tools = self.here / "bin"
        tools.mkdir(exist_ok=True)
        link = tools / "waymark"
        if not link.exists():
            link.symlink_to(PROGRAM)
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
        environment.pop("WAYMARK", None)
        for line in text.strip().splitlines():
            done = subprocess.run(line, shell=True, cwd=self.here, env=environment, text=True,
                                  capture_output=True, timeout=120)
            self.assertEqual(done.returncode, status, f"{line}\n{done.stdout}{done.stderr}")
            self.ran.append((line, done.stdout, done.stderr))

    def change(self, how, name, where, text):
        file = self.here / name
        before = file.read_text()
        if how == "insert":
            self.assertEqual(before.count(where), 1, f"{name}: {where}")
            file.write_text(before.replace(where, text + where))
        else:
            old, new = where.splitlines()
            self.assertIn(old, before)
            file.write_text(before.replace(old, new))

    def follow(self, page):
        self.ran = []
        for how, name, where, language, status, text in BLOCK.findall(page.read_text()):
            if how:
                self.change(how, name, where, text)
            if language == "sh":
                self.commands(text, int(status or 0))
        return self.ran

    def test_the_readme(self):
        ran = self.follow(ROOT / "mappings/README.md")
        self.assertGreaterEqual(len(ran), 5)
        self.assertTrue(ran[2][1].endswith("1 passed, 0 failed\n"), ran[2])

    def test_the_walk_through(self):
        ran = self.follow(ROOT / "mappings/WALKTHROUGH.md")
        self.assertGreaterEqual(len(ran), 13)
        said = {line: out + error for line, out, error in ran}
        fault = next(text for text in said.values() if "FML-E0303" in text)
        self.assertIn("did you mean `urgency`?", fault)
        self.assertIn("^~~~", fault)
        explained = next(text for line, text in said.items() if "--explain" in line)
        self.assertIn("from LinkWorkerReferral.priority", explained)
        self.assertTrue((self.here / "results.xml").read_text().startswith("<?xml"))
        out = self.here / ("mappings/providers/riverside-arts/examples/referral-to-riverside-arts/"
                           "app5.out.json")
        self.assertIn('"urgency": "routine"', out.read_text())
