"""Writes numpy_legacy_random.json: what numpy's legacy generator draws. Run with numpy: python3 numpy_legacy_random.py"""
import hashlib
import json
import os

import numpy as np


def digest(values):
    return hashlib.sha256(np.asarray(values, dtype="<i8").tobytes()).hexdigest()


cases = []
for seed in (0, 1, 42, 98765, 2**31, 2**32 - 1):
    random = np.random.RandomState(seed)
    case = {"seed": seed, "permutations": [], "choices": []}
    for n in (0, 1, 2, 3, 5, 10, 64, 65):
        case["permutations"].append({"n": n, "values": random.permutation(n).tolist()})
    for n, size in ((5, 1), (7, 1), (10, 2), (33, 6), (100, 20), (5, 5), (1, 0)):  # on the running stream
        case["choices"].append({"n": n, "size": size, "values": random.choice(n, size=size, replace=False).tolist()})
    shuffled = np.arange(17)
    random.shuffle(shuffled)
    case["shuffled17"] = shuffled.tolist()
    case["words"] = random.randint(0, 2**32, size=5, dtype=np.uint32).tolist()
    case["permutation136677"] = digest(random.permutation(136677))
    case["nextChoice"] = random.choice(1000, size=3, replace=False).tolist()
    cases.append(case)

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "numpy_legacy_random.json")
with open(path, "w") as file:
    json.dump({"numpy": np.__version__, "cases": cases}, file, separators=(",", ":"))
    file.write("\n")
