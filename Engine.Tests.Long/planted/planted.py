#!/usr/bin/env python3
"""Plants the faults of faults.txt and asks the tests: python3 Engine.Tests.Long/planted/planted.py FOLDER [--faults 3,7-9]

The tree that git knows is copied to FOLDER, every fault is put behind a switch, and the copy is built once. Then the tests of each
fault run alone, with MANUALVAE_PLANTED set to its number; without a fault they must pass. A fault is caught if a test fails, the
process dies, or it hangs for five minutes. Results are kept in FOLDER/planted.json, and what is there is not done again.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SWITCH = '''namespace ManualVae;

internal static class Planted
{
    private static readonly int Number = int.Parse(System.Environment.GetEnvironmentVariable("MANUALVAE_PLANTED") ?? "0");

    public static bool Is(int number) => Number == number;
}
'''


def faults():
    text = (HERE / "faults.txt").read_text()
    for number, block in enumerate(re.split(r"^- ", text, flags=re.M)[1:], 1):
        title, where, place = block.rstrip().split("\n", 2)
        file, tests = (part.strip() for part in where.split("|"))
        yield number, title, file, tests.split(), place


def planted(place, number):
    """The place without a fault and with the switch."""
    match = re.search("«(?P<s>.*?) => (?P<f>.*?)»|‹(?P<ss>.*?) => (?P<sf>.*?)›", place, re.S)
    assert match, f"fault {number} has no change"
    before, after = place[:match.start()], place[match.end():]
    if match["s"] is not None:
        return (before + match["s"] + after,
                f"{before}(global::ManualVae.Planted.Is({number}) ? ({match['f']}) : ({match['s']})){after}")
    return (before + match["ss"] + after,
            f"{before}{{ if (global::ManualVae.Planted.Is({number})) {{ {match['sf']} }} else {{ {match['ss']} }} }}{after}")


def plant(folder, build=True):
    for name in subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    (folder / "Engine/Planted.cs").write_text(SWITCH)
    for number, title, file, _, place in faults():
        sound, faulty = planted(place, number)
        text = (folder / file).read_text()
        if text.count(sound) != 1:
            raise SystemExit(f"fault {number} ({title}): {text.count(sound)} places in {file}")
        (folder / file).write_text(text.replace(sound, faulty))
    if not build:
        return
    subprocess.run(["dotnet", "build", "-c", "Release", "Engine.Tests", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false",
                    "--verbosity", "quiet"], cwd=folder, check=True)


def caught(folder, number, tests, dotnet):
    expression = "|".join(f"FullyQualifiedName~{name}" for name in tests)
    command = [dotnet, "test", "-c", "Release", "--no-build", "Engine.Tests", "--filter", expression]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, "MANUALVAE_PLANTED": str(number)}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, start_new_session=True) as run:
        try:
            output, _ = run.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, 9)
            return "hung"
    if "Passed!" in output and run.returncode == 0:
        return "survived"
    if "No test matches" in output:
        raise SystemExit(f"fault {number}: no test matches {expression}")
    return "a test failed" if "Failed!" in output else "the process died"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--faults", default="")
    parser.add_argument("--dotnet", default="dotnet", help="the program that runs the tests")
    parser.add_argument("--check", action="store_true", help="only see that every place is there")
    given = parser.parse_args()
    folder = given.folder.resolve()
    if given.check:
        shutil.rmtree(folder, ignore_errors=True)
        return plant(folder, build=False)
    if not (folder / "Engine.Tests/bin/Release/net10.0/ManualVae.Engine.Tests.dll").exists():
        plant(folder)
    wanted = set()
    for part in filter(None, given.faults.split(",")):
        first, _, last = part.partition("-")
        wanted.update(range(int(first), int(last or first) + 1))
    record = folder / "planted.json"
    results = json.loads(record.read_text()) if record.exists() else {}
    for number, title, _, tests, _ in faults():
        if wanted and number not in wanted or str(number) in results:
            continue
        sound = "sound " + " ".join(tests)
        if sound not in results:
            results[sound] = caught(folder, 0, tests, given.dotnet)
        if results[sound] != "survived":
            raise SystemExit(f"{sound}: the tests fail without a fault: {results[sound]}")
        results[str(number)] = caught(folder, number, tests, given.dotnet)
        record.write_text(json.dumps(results, indent=1))
        print(f"{number:3} {results[str(number)]:16} {title}", flush=True)
    outcomes = [results[key] for key in results if key.isdigit()]
    print(f"{len(outcomes)} planted, {sum(outcome != 'survived' for outcome in outcomes)} caught")


if __name__ == "__main__":
    main()
