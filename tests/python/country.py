"""The country's figures from archived measures in another way than Minyi's: over all persons at once, by numpy.

python country.py DIR [FILES]     (needs numpy and pyarrow: pip install numpy pyarrow)

DIR is what `cargo run --release -p analysis --example country -- RESPONSES DIR` wrote, and the lines are those that it prints:
R = sum(wy)/sum(wx), the square root of the ultimate-cluster variance of w(y - R x) with a stratum of one unit centred at 0,
n, and units less strata. FILES takes only so many of the files, in the order of their names.
"""

import glob
import sys

import numpy as np
import pyarrow.parquet as pq

folder = sys.argv[1]
files = sorted(glob.glob(folder + "/measures/round=2026/county=*/perspective=persons/*.parquet"))
limit = int(sys.argv[2]) if len(sys.argv) > 2 else len(files)
keys, frac, w = [], [], []
ys, xs = {}, {}
for number, f in enumerate(files[:limit]):
    t = pq.read_table(f)
    county = int(f.split("county=")[1].split("/")[0])
    s, p = (t[name].to_numpy().astype(np.int64) for name in ("stratum", "psu"))
    keys.append((county * 1000 + s) * 10**7 + p)
    frac.append(t["fraction"].to_numpy())
    w.append(t["weight"].to_numpy())
    for name in t.column_names:
        if name.endswith(":y"):
            for column, values in ((name, ys), (name[:-1] + "x", xs)):
                numbers = t[column].to_numpy(zero_copy_only=False).astype(np.float64)
                values.setdefault(name, []).append(numbers)
keys, frac, w = (np.concatenate(parts) for parts in (keys, frac, w))
unit, first, inv = np.unique(keys, return_index=True, return_inverse=True)
strat = unit // 10**7
sid, sinv, m = np.unique(strat, return_inverse=True, return_counts=True)
root = np.sqrt(1 - frac[first])
for name in sorted(ys):
    y, x = np.concatenate(ys.pop(name)), np.concatenate(xs.pop(name[:-1] + "y"))
    inside = ~np.isnan(y) & ~np.isnan(x)
    y, x = np.where(inside, y, 0), np.where(inside, x, 0)
    Y, X = np.sum(w * y), np.sum(w * x)
    R = Y / X
    t = root * np.bincount(inv, weights=w * (y - R * x), minlength=len(unit))
    mean = np.bincount(sinv, weights=t) / m
    mean[m == 1] = 0
    d = t - mean[sinv]
    factor = np.where(m > 1, m / np.maximum(m - 1, 1), 1.0)
    V = np.sum(factor * np.bincount(sinv, weights=d * d))
    n = int(inside.sum())
    has = np.bincount(inv, weights=inside, minlength=len(unit)) > 0
    df = has.sum() - len(np.unique(sinv[has]))
    print(f"{name.split(':')[1]}: {R:.9f} ± {np.sqrt(V)/X:.9f}, n = {n}, df = {df}")
