"""The same products and the same inverse through numpy, SciPy and OpenBLAS, to set beside `manualvae bench gemm` and `bench ease`.

    manualvae data synthesize --preset ml-20m --output ml20m
    python3 Engine.Bench/openblas.py ml20m

Needs numpy and SciPy with the threaded OpenBLAS (Debian: python3-scipy, libopenblas0-pthread).
"""
import resource
import sys
import time

import numpy as np
import scipy.linalg.lapack as lapack
import scipy.sparse as sparse


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(work, runs=15):
    work()
    return sorted(seconds(work) for _ in range(runs))[runs // 2]


def products(users=500, hidden=600, items=20108):
    random = np.random.default_rng(0)
    h, w, dy = (random.random(shape, dtype=np.float32) for shape in ((users, hidden), (items, hidden), (users, items)))
    for name, a, b in (("forward NT", h, w.T), ("dH NN", dy, w), ("dW TN", dy.T, h)):
        out = np.empty((a.shape[0], b.shape[1]), np.float32)
        print(f"gemm {name}: {1e3 * median(lambda: np.matmul(a, b, out=out)):.1f} ms")


def clicks(folder):
    """train.csr of a prepared folder (the layout is in Engine/Data/CsrFile.cs)."""
    data = open(f"{folder}/train.csr", "rb").read()
    rows, columns, _ = (int(n) for n in np.frombuffer(data, "<i4", 3, 12))
    entries = int(np.frombuffer(data, "<i8", 1, 24)[0])
    offsets = np.frombuffer(data, "<i8", rows + 1, 32)
    indices = np.frombuffer(data, "<i4", entries, 32 + 8 * (rows + 1))
    return sparse.csr_matrix((np.ones(entries, np.float32), indices, offsets), shape=(rows, columns))


def ease(x, ridge=500):
    start = time.perf_counter()
    gram = (x.T @ x).toarray(order="F")
    gram[np.diag_indices(x.shape[1])] += ridge
    counted = time.perf_counter()
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    assert failed == 0
    factored = time.perf_counter()
    _, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    assert failed == 0
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"ease, {x.shape[1]} items, {x.nnz} clicks: X'X {counted - start:.1f} s, potrf {factored - counted:.1f} s, "
          f"potri {end - factored:.1f} s, all {end - start:.1f} s, {peak:.0f} MiB")


products()
ease(clicks(sys.argv[1]))
