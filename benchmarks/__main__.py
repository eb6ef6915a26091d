"""`make bench`: runs every benchmark and prints one JSON object a line. With names, only those: `python -m benchmarks sizes`."""

import json
import sys
from collections.abc import Callable, Iterable

from benchmarks import bare, intake, mail, offers, resources, route_decision, sizes, webhooks
from benchmarks.figure import Figure

BENCHMARKS: dict[str, Callable[[], Iterable[Figure]]] = {
    "intake": intake.run,
    "webhooks": webhooks.run,
    "mail": mail.run,
    "offers": offers.run,
    "route_decision": lambda: [route_decision.run()],
    "resources": resources.run,
    "sizes": sizes.run,
    "bare": lambda: [bare.run()],
}
ALONE = {"bare"}
"""What `intake` measures as well."""


def main(names: list[str]) -> int:
    """Run what was asked for, or everything. Returns the exit code."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or [one for one in BENCHMARKS if one not in ALONE]:
        for line in BENCHMARKS[name]():
            print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
