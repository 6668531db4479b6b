"""Scores lists.csv on clicks.txt by the definitions alone: every order of tied items is written out, and the metric is the mean
over these orders. Plain Python, nothing of the engine. Run: python3 score.py > expected.txt
"""
import csv
import itertools
import math

CUTOFFS = (1, 3, 5, 10)
users = {}
for line in open("clicks.txt"):
    user, known, held_out = line.rstrip("\n").split("|")
    users[user] = (set(known.split()), set(held_out.split()))
catalogue = {f"i{n}" for n in range(25)}

lists, known_listed = {}, 0
for row in csv.DictReader(open("lists.csv")):
    user, item = row["user_id"], row["item_id"]
    if user not in users or item not in catalogue:
        continue
    if item in users[user][0]:
        known_listed += 1
        continue
    lists.setdefault(user, []).append((float(row["score"]), item))


def ties(scored):
    """The items in groups of equal score, best first."""
    return [[item for score, item in scored if score == value] for value in sorted({s for s, _ in scored}, reverse=True)]


def distinct(flags):
    """All arrangements of a list of booleans, each once; all are equally likely."""
    size, hits = len(flags), sum(flags)
    for places in itertools.combinations(range(size), hits):
        yield [place in places for place in range(size)]


def metrics(hits, n, k):
    top = hits[:k]
    found = sum(top)
    gain = sum(1 / math.log2(r + 2) for r, hit in enumerate(top) if hit)
    precisions = sum(sum(top[:r + 1]) / (r + 1) for r, hit in enumerate(top) if hit)
    return {
        "Recall": found / min(k, n), "RecallAll": found / n, "Precision": found / k, "HitRate": float(found > 0),
        "NDCG": gain / sum(1 / math.log2(r + 2) for r in range(min(k, n))), "MAP": precisions / min(k, n),
        "MRR": next((1 / (r + 1) for r, hit in enumerate(top) if hit), 0.0),
    }


values = {}
evaluated = [user for user, (_, held_out) in users.items() if held_out]
for user in evaluated:
    held_out = users[user][1]
    groups = [[item in held_out for item in group] for group in ties(lists.get(user, []))]
    for k in CUTOFFS:
        cases = [metrics(list(itertools.chain(*order)), len(held_out), k)
                 for order in itertools.product(*[list(distinct(group)) for group in groups])]
        for name in cases[0]:
            values.setdefault(f"{name}@{k}", []).append(math.fsum(case[name] for case in cases) / len(cases))
print("users", len(evaluated))
print("skipped", len(users) - len(evaluated))
print("known", known_listed)
for name, each in values.items():
    mean = math.fsum(each) / len(each)
    error = math.sqrt(math.fsum((v - mean) ** 2 for v in each) / len(each)) / math.sqrt(len(each))
    print(name, repr(mean), repr(error))
