"""1,000 rings under SIGKILL at random moments: none is lost, and a receiver that drops repeated ids sees each once.

Two workers at a time are killed while a message is with the receiver or whenever chance says so; the last line is one
JSON object. It ends with 1 where a ring is missing or arrived under two ids.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from runxin.logs import configure_logs
from serving.jobs.store import last_sendings
from tests.killed_workers import Killer, lay_out, rings_in, school_ids
from tests.new_stores import new_store
from tests.receivers import hooks


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rings", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    configure_logs(level=logging.ERROR)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="runxin-rings-") as folder, hooks() as hook:
        home = Path(folder)
        with new_store(home) as store:
            lay_out(store, home, hook, asked.rings)
            killer = Killer(home, hook, asked.seed, workers=2, most=asked.kills)

            def all_settled() -> bool:
                sent = last_sendings(store, ["ring"], datetime(2020, 1, 1, tzinfo=UTC))
                return len(sent) >= asked.rings and all(one.state == "sent" for one in sent)

            killer.until(all_settled)
        found = rings_in(hook)
    lost = sorted(set(school_ids(asked.rings)) - set(found))
    twice = sorted(school for school, ids in found.items() if len(ids) > 1)
    said = {
        "rings": asked.rings,
        "killed": killer.killed,
        "arrived": len(found),
        "repeats_with_the_same_id": sum(hook.by_id.values()) - len(hook.by_id),
        "lost": lost,
        "under_two_ids": twice,
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(said))
    return 1 if lost or twice else 0


if __name__ == "__main__":
    sys.exit(main())
