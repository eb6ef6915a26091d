"""Holds the doubles against what their providers publish: python -m tests.doubles."""

import asyncio
import sys

from tests.doubles import node, twilio


async def main() -> int:
    """Say each call that was made, and all that is not as described: then with exit code 1."""
    calls, violations = await twilio.check(await node.install())
    for line in (*(f"asked  {call}" for call in calls), *(f"WRONG  {violation}" for violation in violations)):
        print(line)
    print(f"{len(calls)} kinds of call, {len(violations)} not as Twilio describes them")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
