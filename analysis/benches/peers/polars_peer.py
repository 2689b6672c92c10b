"""A bare polars scan of the benchmark's file: the weighted sums per stratum and PSU that the estimates are made of.

polars_peer.py FILE.parquet [streaming]
"""
import json
import sys
import time

import polars as pl

items = [f"q{i}" for i in range(1, 13)]
engine = sys.argv[2] if len(sys.argv) > 2 else "auto"
sums = [pl.len()]
for item in items:
    known = pl.col(item).is_not_null()
    sums += [
        (pl.col("w") * known).sum().alias(f"{item}_w"),
        (pl.col("w") * pl.col(item)).sum().alias(f"{item}_wy"),
    ]
times = []
for _ in range(5):
    start = time.perf_counter()
    pl.scan_parquet(sys.argv[1]).group_by("stratum", "psu").agg(sums).collect(engine=engine)
    times.append(time.perf_counter() - start)
print(json.dumps({"peer": f"polars {pl.__version__} ({engine})", "best": round(min(times), 3), "median": round(sorted(times)[2], 3)}))
