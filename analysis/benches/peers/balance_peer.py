"""Meta's balance: rakes the benchmark's file on four margins. balance_peer.py FILE.csv TOTALS.json"""
import json
import logging
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import pandas as pd

logging.disable(logging.CRITICAL)
from balance.weighting_methods.rake import rake

margins = ["township", "age", "category", "sex"]
frame = pd.read_csv(sys.argv[1], usecols=[*margins, "w"])
totals = json.load(open(sys.argv[2]))
# The categories as text, as balance wants them; not timed.
for name in margins:
    frame[name] = frame[name].astype(str)
start = time.perf_counter()
result = rake(
    frame[margins],
    frame["w"],
    None,
    None,
    variables=margins,
    transformations=None,
    na_action="drop",
    convergence_rate=1e-6,
    rate_tolerance=1e-9,
    target_margins={name: totals[name] for name in margins},
)
done = time.perf_counter()
weights = result["weight"]
worst = max(
    abs(weights[frame[name].to_numpy() == level].sum() / weights.sum() * sum(totals[name].values()) / total - 1)
    for name in margins
    for level, total in totals[name].items()
)
print(json.dumps({"peer": "balance", "compute": round(done - start, 2), "gap": float(worst)}))
