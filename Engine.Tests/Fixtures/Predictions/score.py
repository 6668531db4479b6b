"""Scores lists.csv on clicks.txt by the definitions alone: every order of tied items is written out, or every set of them that
the cutoff may leave in the list, and the metric is the mean over these. Training clicks are the known ones. Plain Python, nothing
of the engine. Run: python3 score.py > expected.txt
"""
import csv
import itertools
import math

CUTOFFS = (1, 3, 5, 10)
users = {}
for line in open("clicks.txt"):
    user, known, held_out = line.rstrip("\n").split("|")
    users[user] = (set(known.split()), set(held_out.split()))
catalogue = [f"i{n}" for n in range(25)]
genres = {item: set(own.split()) for item, own in (line.rstrip("\n").split("|") for line in open("genres.txt"))}
clicks = {item: sum(item in known for known, _ in users.values()) for item in catalogue}

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


def stretch(counts, element, start, end):
    """Chance that an element lies in a stretch of the ranking by counts, over all orders of equal counts."""
    above, equal = sum(c > counts[element] for c in counts.values()), sum(c == counts[element] for c in counts.values())
    low, high = start * len(counts), end * len(counts)
    return max(0, min(above + equal, high) - max(above, low)) / equal


def sets(groups, k):
    """The sets of items that the first k ranks may hold, all equally likely."""
    whole = []
    for group in groups:
        if len(whole) + len(group) > k:
            return [whole + list(some) for some in itertools.combinations(group, k - len(whole))]
        whole = whole + group
    return [whole]


def mean(numbers):
    numbers = list(numbers)
    return math.fsum(numbers) / len(numbers)


def cosine(a, b):
    return len(genres[a] & genres[b]) / math.sqrt(len(genres[a]) * len(genres[b])) if genres[a] and genres[b] else 0.0


def pairs_unlike(items):
    return 1 - mean(cosine(a, b) for a, b in itertools.combinations(items, 2)) if len(items) > 1 else 0.0


def shares(weights):
    """Distribution of genres; the weight of an item is shared by its genres."""
    sums = {g: math.fsum(w / len(genres[i]) for i, w in weights.items() if g in genres[i]) for g in set().union(*genres.values())}
    total = math.fsum(sums.values())
    return {g: value / total if total else 0.0 for g, value in sums.items()}


def divergence(known, chances):
    p, q = shares({item: 1 for item in known}), shares(chances)
    return math.fsum(p[g] * math.log(p[g] / (0.99 * q[g] + 0.01 * p[g])) for g in p if p[g] > 0)


def of_items(known, held_out, groups, k):
    """Metrics of what is in one list."""
    possible = sets(groups, k)
    unknown = {item: clicks[item] for item in catalogue if item not in known}

    def listed(value):
        return mean(mean(map(value, items)) if items else 0.0 for items in possible)

    return {
        "Novelty": listed(lambda item: -math.log2(max(clicks[item], 1) / len(users))),
        "ARP": listed(lambda item: clicks[item]),
        "LongTail": listed(lambda item: stretch(clicks, item, 0.2, 1)),
        "Diversity": mean(map(pairs_unlike, possible)),
        "Serendipity": mean(math.fsum(1 - stretch(unknown, item, 0, k / len(unknown)) for item in items if item in held_out) / k
                            for items in possible),
        "Calibration": divergence(known, {item: mean(item in items for items in possible) for item in catalogue}),
    }


def area(known, held_out, groups):
    """AUC: what is not listed is tied at the end."""
    order = groups + [[item for item in catalogue if item not in known and item not in sum(groups, [])]]
    place = {item: at for at, group in enumerate(order) for item in group}
    return mean(1.0 if place[a] < place[b] else 0.5 if place[a] == place[b] else 0.0
                for a in held_out for b in place if b not in held_out)


def persistent(held_out, groups, p):
    """RBP: a tied item has any of the ranks of its group."""
    total, first = [], 0
    for group in groups:
        total += [(1 - p) * mean(p ** rank for rank in range(first, first + len(group)))
                  for item in group if item in held_out]
        first += len(group)
    return math.fsum(total)


def of_all(k, each):
    """Metrics of the lists of all users; `each` is their NDCG."""
    chance = {user: {item: mean(item in items for items in sets(ranked[user], k)) for item in catalogue} for user in evaluated}
    count = {item: math.fsum(chance[user][item] for user in evaluated) for item in catalogue}
    thirds = []
    for group in range(3):
        weight = {item: stretch(clicks, item, group / 3, (group + 1) / 3) for item in catalogue}
        could = math.fsum(weight[i] for user in evaluated for i in catalogue if i not in users[user][0])
        thirds.append(math.fsum(count[i] * weight[i] for i in catalogue) / could)
    shown = {user: len(users[user][0]) for user in evaluated}
    active = {user: stretch(shown, user, 0, 0.05) for user in evaluated}
    wanted = [(user, item) for user in evaluated for item in users[user][1]]

    def weighted(pairs):
        pairs = list(pairs)
        return math.fsum(value * weight for value, weight in pairs) / math.fsum(weight for _, weight in pairs)

    def found(start, end):
        return weighted((chance[user][item], stretch(clicks, item, start, end)) for user, item in wanted)

    return {
        "Coverage": mean(1 - math.prod(1 - chance[user][item] for user in evaluated) for item in catalogue),
        "Gini": math.fsum(abs(a - b) for a in count.values() for b in count.values())
        / (2 * len(count) * math.fsum(count.values())),
        "RSP": math.sqrt(mean((third - mean(thirds)) ** 2 for third in thirds)) / mean(thirds),
        "UserGap": abs(weighted(zip(each, active.values())) - weighted((v, 1 - a) for v, a in zip(each, active.values()))),
        "ItemGap": abs(found(0, 0.2) - found(0.2, 1)),
    }


values, together, ranked = {}, {}, {user: ties(lists.get(user, [])) for user in users}
evaluated = [user for user, (_, held_out) in users.items() if held_out]
for user in evaluated:
    known, held_out = users[user]
    groups = [[item in held_out for item in group] for group in ranked[user]]
    for k in CUTOFFS:
        cases = [metrics(list(itertools.chain(*order)), len(held_out), k)
                 for order in itertools.product(*[list(distinct(group)) for group in groups])]
        own = {name: math.fsum(case[name] for case in cases) / len(cases) for name in cases[0]}
        for name, value in (own | of_items(known, held_out, ranked[user], k)).items():
            values.setdefault(f"{name}@{k}", []).append(value)
    values.setdefault("AUC", []).append(area(known, held_out, ranked[user]))
    values.setdefault("RBP@0.8", []).append(persistent(held_out, ranked[user], 0.8))
for k in CUTOFFS:
    together |= {f"{name}@{k}": value for name, value in of_all(k, values[f"NDCG@{k}"]).items()}
sizes = [len(users[user][1]) for user in evaluated]
together["GAUC"] = math.fsum(v * n for v, n in zip(values["AUC"], sizes)) / sum(sizes)
print("users", len(evaluated))
print("skipped", len(users) - len(evaluated))
print("known", known_listed)
for name, each in values.items():
    error = math.sqrt(mean((v - mean(each)) ** 2 for v in each)) / math.sqrt(len(each))
    print(name, repr(mean(each)), repr(error))
for name, value in together.items():
    print(name, repr(value), "-")
