#!/usr/bin/env python3
"""Kills hfm serve-jobs at random moments, many times, and checks the ledger.

Usage: scripts/kill-jobs.py HFM [KILLS] [SEED]

Submits jobs of real steps, kills the service with SIGKILL after a random time, starts it again, and
so on. At the end every job that was ever reported as queued must be done, with exactly one
completed
run, and the file must be sound. Exit code 1 tells of a fault.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time


def main():
    hfm = os.path.abspath(sys.argv[1])
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    chance = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="hfm-kill-")
    os.chdir(folder)
    accepted = set()
    number = 0
    done = 0
    began = time.time()
    while done < kills:
        service = subprocess.Popen(
            [hfm, "serve-jobs", "--ledger", "j.db"],
            stdout=subprocess.DEVNULL, stderr=open("service.log", "ab"))
        deadline = time.time() + chance.uniform(0.02, 0.6)
        while time.time() < deadline:
            if chance.random() < 0.5 and len(accepted) < 2 * kills:
                jobs = [job(number + i, chance) for i in range(chance.randint(1, 3))]
                number += len(jobs)
                with open("jobs.json", "w") as file:
                    json.dump({"jobs": jobs}, file)
                answer = subprocess.run(
                    [hfm, "submit", "jobs.json", "--engine", "local", "--ledger", "j.db",
                     "--json", "--quiet"], capture_output=True, text=True)
                if answer.returncode == 0:
                    for entry in json.loads(answer.stdout)["submitted"]:
                        assert entry["state"] == "queued", entry
                        accepted.add(entry["id"])
            time.sleep(chance.uniform(0, 0.05))
        service.send_signal(signal.SIGKILL)
        service.wait()
        done += 1
        if done % 50 == 0:
            print(f"{done} kills, {len(accepted)} jobs accepted, {time.time() - began:.0f} s",
                  flush=True)
    service = subprocess.Popen([hfm, "serve-jobs", "--ledger", "j.db"],
                               stdout=subprocess.DEVNULL, stderr=open("service.log", "ab"))
    while True:
        time.sleep(0.5)
        jobs = json.loads(subprocess.run([hfm, "jobs", "--ledger", "j.db", "--json"],
                                         capture_output=True, text=True, check=True).stdout)
        if service.poll() is not None:
            sys.exit("the service ended by itself; see " + folder + "/service.log")
        if all(j["state"] not in ("queued", "running", "interrupted") for j in jobs):
            break
    service.terminate()
    service.wait()
    states = {j["id"]: j["state"] for j in jobs}
    lost = [name for name in accepted if states.get(name) != "done"]
    database = sqlite3.connect("j.db")
    runs = dict(database.execute(
        "SELECT job, count(*) FROM runs WHERE state = 'done' GROUP BY job"))
    twice = [name for name in states if states[name] == "done" and runs.get(name, 0) != 1]
    sound = database.execute("PRAGMA integrity_check").fetchone()[0]
    starts = database.execute("SELECT count(*) FROM runs").fetchone()[0]
    print(f"seed {seed}: {done} kills, {len(accepted)} jobs accepted, {starts} starts: "
          f"{len(lost)} lost, {len(twice)} not completed exactly once, file {sound}")
    if lost or twice or sound != "ok":
        sys.exit(f"faults: lost {lost[:5]}, twice {twice[:5]}, file {sound}; kept in {folder}")


def job(number, chance):
    training = chance.random() < 0.3
    entry = {"id": f"j{number}", "model": "esm2-8m", "task": "finetune" if training else "infer",
             "sequence": 4, "priority": chance.randint(0, 2)}
    entry["steps" if training else "repeats"] = chance.randint(1, 3)
    return entry


if __name__ == "__main__":
    main()
