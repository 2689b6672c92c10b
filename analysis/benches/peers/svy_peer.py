"""The Python package svy on the benchmark's file: svy_peer.py FILE.parquet OUT.csv

Twelve means overall and by township, and the shares of three items' answers with logit limits.
"""
import csv
import json
import sys
import time
import warnings

import polars as pl
import svy

warnings.filterwarnings("ignore")
start = time.perf_counter()
items = [f"q{i}" for i in range(1, 13)]
frame = pl.read_parquet(sys.argv[1], columns=["psu", "stratum", "township", "w", *items])
loaded = time.perf_counter()
sample = svy.Sample(frame, svy.Design(stratum="stratum", wgt="w", psu="psu"))
overall = sample.estimation.mean(items, drop_nulls=True)
by = [sample.estimation.mean(item, by="township", drop_nulls=True) for item in items]
for item in items[:3]:
    sample.estimation.prop(item, ci_method="logit", drop_nulls=True)
done = time.perf_counter()
with open(sys.argv[2], "w", newline="") as out:
    writer = csv.writer(out)
    writer.writerow(["of", "township", "estimate", "se"])
    for item, estimate in zip(items, overall):
        for line in estimate.estimates:
            writer.writerow([item, "NA", repr(line.est), repr(line.se)])
    for item, estimate in zip(items, by):
        for line in estimate.estimates:
            writer.writerow([item, line.by_level[0], repr(line.est), repr(line.se)])
print(json.dumps({"peer": f"svy {svy.__version__ if hasattr(svy, '__version__') else ''}", "load": round(loaded - start, 3), "compute": round(done - loaded, 3)}))
