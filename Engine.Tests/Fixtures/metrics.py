"""Makes metrics.txt: random scores and held-out sets, and what the definitions of the reference notebook give on them.

Recall@K and NDCG@K follow the notebook VAE_ML20M_WWW2018 of dawenl/vae_cf step by step in numpy (argpartition of the negated
scores, argsort inside, ideal gain cut at min(n, K)); the others are written from their definitions with Python sets.
Run: python3 metrics.py > metrics.txt
"""
import math
import numpy as np

USERS, ITEMS, CUTOFFS = 24, 60, (1, 5, 20, 50)
rng = np.random.RandomState(7)
scores = np.stack([rng.permutation(ITEMS) - 45.0 for _ in range(USERS)])  # distinct, mostly negative
foldin = [np.sort(rng.choice(ITEMS, rng.randint(1, 9), replace=False)) for _ in range(USERS)]
heldout = [np.sort(rng.choice(np.setdiff1d(np.arange(ITEMS), f), n, replace=False))
           for f, n in zip(foldin, [1, 2, 0] + list(rng.randint(1, 30, USERS - 3)))]
clicks = rng.randint(0, 40, ITEMS)
train_users = 40

masked = scores.copy()
for u in range(USERS):
    masked[u, foldin[u]] = -np.inf
kept = [u for u in range(USERS) if len(heldout[u])]
target = np.zeros((USERS, ITEMS), bool)
for u in range(USERS):
    target[u, heldout[u]] = True


def recall(k):
    index = np.argpartition(-masked, k, axis=1)
    binary = np.zeros_like(target)
    binary[np.arange(USERS)[:, None], index[:, :k]] = True
    return (np.logical_and(target, binary).sum(1).astype(np.float64)[kept]
            / np.minimum(k, target.sum(1))[kept])


def ndcg(k):
    part = np.argpartition(-masked, k, axis=1)
    rows = np.arange(USERS)[:, None]
    top = part[rows, np.argsort(-masked[rows, part[:, :k]], axis=1)]
    gain = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.array([gain[:min(n, k)].sum() for n in target.sum(1)])
    return (target[rows, top] * gain).sum(1)[kept] / ideal[kept]


lists = {u: sorted(set(range(ITEMS)) - set(foldin[u]), key=lambda i: -scores[u, i]) for u in range(USERS)}


def each(f):
    return np.array([f(lists[u], set(heldout[u])) for u in kept])


def average_precision(top, held, k):
    total = sum(len(set(top[:r + 1]) & held) / (r + 1) for r in range(k) if top[r] in held)
    return total / min(k, len(held))


def reciprocal(top, held, k):
    return next((1 / (r + 1) for r in range(k) if top[r] in held), 0.0)


def gini(x):
    return np.abs(x[:, None] - x[None, :]).sum() / (2 * len(x) ** 2 * x.mean())


print("users", USERS, "items", ITEMS, "trainUsers", train_users)
print("clicks", *clicks)
for u in range(USERS):
    print("scores", *scores[u].astype(int))
    print("foldin", *foldin[u])
    print("heldout", *heldout[u])
for k in CUTOFFS:
    counts = np.bincount(np.concatenate([lists[u][:k] for u in kept]), minlength=ITEMS)
    per_user = {
        "Recall": recall(k),
        "NDCG": ndcg(k),
        "RecallAll": each(lambda top, held: len(set(top[:k]) & held) / len(held)),
        "Precision": each(lambda top, held: len(set(top[:k]) & held) / k),
        "HitRate": each(lambda top, held: float(bool(set(top[:k]) & held))),
        "MAP": each(lambda top, held: average_precision(top, held, k)),
        "MRR": each(lambda top, held: reciprocal(top, held, k)),
        "Novelty": each(lambda top, held: np.mean([-math.log2(max(clicks[i], 1) / train_users) for i in top[:k]])),
    }
    for name, values in per_user.items():
        print("metric", f"{name}@{k}", repr(float(np.mean(values))), repr(float(np.std(values) / np.sqrt(len(values)))))
    print("metric", f"Coverage@{k}", repr(float((counts > 0).mean())), "-")
    print("metric", f"Gini@{k}", repr(float(gini(counts.astype(float)))), "-")
