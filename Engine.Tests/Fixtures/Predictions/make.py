"""Makes clicks.txt, lists.csv and genres.txt: 12 users, 25 items, scores with ties, known items, missing users, unknown ids.
Run: python3 make.py, then python3 score.py > expected.txt
"""
import random

rng = random.Random(4)
items = [f"i{n}" for n in range(25)]
with open("clicks.txt", "w") as clicks, open("lists.csv", "w") as lists:
    lists.write("user_id,item_id,score\n")
    for n in range(12):
        user, shuffled = f"u{n}", rng.sample(items, len(items))
        known, held_out = shuffled[:rng.randint(0, 4)], shuffled[5:5 + rng.randint(0 if n % 4 == 0 else 1, 6)]
        if n == 8:
            held_out = []  # is not evaluated
        clicks.write(f"{user}|{' '.join(known)}|{' '.join(held_out)}\n")
        if n == 5:
            continue  # has no list
        listed = rng.sample(items, rng.randint(3, 12))
        for item in listed:
            # few distinct scores, so that there are ties; some differ only in the last digits of a double
            lists.write(f"{user},{item},{rng.choice([0.25, 0.5, 0.5000000000000001, 1e-9, -3])}\n")
        lists.write(f"{user},new-{n % 2},0.75\n")
    lists.write("stranger,i1,1\nstranger,i2,0.5\n")
rng = random.Random(5)
with open("genres.txt", "w") as genres:
    for item in items:
        genres.write(f"{item}|{' '.join(f'g{n}' for n in range(5) if rng.random() < 0.3)}\n")  # some have none
