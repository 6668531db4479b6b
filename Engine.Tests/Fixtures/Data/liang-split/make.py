"""Makes a small half-star ratings.csv and the split that the published preparation of Mult-VAE gives of it.

Written from the description of that procedure (Liang et al. 2018, their notebook), with numpy's legacy generator and plain Python
in place of pandas: ratings above 3.5; items with at least 3 clicks, then users with at least 5, in one pass; users in order of id,
permuted; the last 6 are the test, the 6 before validation; items in order of first appearance in the file among training users;
per part, users in order of id, int(0.2 n) of n >= 5 clicks, in the order of the file, drawn without replacement.
Run with numpy: python3 make.py
"""
import os

import numpy as np

SEED, HELD_OUT, MIN_ITEM, MIN_USER = 98765, 6, 3, 5
here = os.path.dirname(os.path.abspath(__file__))

source = np.random.RandomState(7)
ratings = []
for user in source.permutation(np.arange(2, 200, 5)):  # neither users nor items come in order
    for item in source.choice(45, size=source.randint(3, 35), replace=False):
        if source.rand() < 45 / (45 + 4 * item):
            ratings.append((int(user), int(item) * 11 + 1, source.randint(2, 11) / 2 if source.rand() < 0.3 else 4.5))
order = source.permutation(len(ratings))[: len(ratings) // 4]  # and some clicks of a user lie far from the others
ratings = [r for i, r in enumerate(ratings) if i not in set(order)] + [ratings[i] for i in order]
with open(os.path.join(here, "ratings.csv"), "w") as file:
    file.write("userId,movieId,rating,timestamp\n")
    for time, (user, item, rating) in enumerate(ratings):
        file.write(f"{user},{item},{rating:.1f},{1000 + time}\n")

clicks = [(user, item) for user, item, rating in ratings if rating > 3.5]


def count(position):
    counts = {}
    for click in clicks:
        counts[click[position]] = counts.get(click[position], 0) + 1
    return counts


items = count(1)
clicks = [c for c in clicks if items[c[1]] >= MIN_ITEM]
users = count(0)
clicks = [c for c in clicks if users[c[0]] >= MIN_USER]

unique_uid = np.array(sorted({user for user, _ in clicks}))
np.random.seed(SEED)
unique_uid = unique_uid[np.random.permutation(unique_uid.size)]
n = unique_uid.size
parts = {
    "train": set(unique_uid[: n - 2 * HELD_OUT].tolist()),
    "validation": set(unique_uid[n - 2 * HELD_OUT : n - HELD_OUT].tolist()),
    "test": set(unique_uid[n - HELD_OUT :].tolist()),
}
unique_sid = list(dict.fromkeys(item for user, item in clicks if user in parts["train"]))
sid = {item: i for i, item in enumerate(unique_sid)}
uid = {user: i for i, user in enumerate(unique_uid.tolist())}


def write(name, rows):
    with open(os.path.join(here, name + ".csv"), "w") as file:
        file.write("uid,sid\n")
        for user, item in rows:
            file.write(f"{uid[user]},{sid[item]}\n")


write("train", [c for c in clicks if c[0] in parts["train"]])
for part in ("validation", "test"):
    np.random.seed(SEED)
    shown, hidden = [], []
    for user in sorted(parts[part]):
        own = [c for c in clicks if c[0] == user and c[1] in sid]
        chosen = np.zeros(len(own), dtype=bool)
        if len(own) >= 5:
            chosen[np.random.choice(len(own), size=int(0.2 * len(own)), replace=False).astype("int64")] = True
        shown += [c for c, hide in zip(own, chosen) if not hide]
        hidden += [c for c, hide in zip(own, chosen) if hide]
    write(part + "_tr", shown)
    write(part + "_te", hidden)
for name, ids in (("unique_sid", unique_sid), ("unique_uid", unique_uid.tolist())):
    with open(os.path.join(here, name + ".txt"), "w") as file:
        file.writelines(f"{i}\n" for i in ids)
print(f"{n} users, {len(unique_sid)} items, {len(clicks)} clicks")
