"""Compares figures and prints the largest relative difference: figures.py OURS.json PEER.csv"""
import csv
import json
import sys

ours = {}
for line in json.load(open(sys.argv[1]))["estimates"]:
    if line["stat"] == "mean":
        ours[line["of"], str(line["domain"].get("township", "NA"))] = (line["estimate"], line["se"])
worst, compared = 0.0, 0
for row in csv.DictReader(open(sys.argv[2])):
    estimate, se = ours[row["of"], row["township"]]
    worst = max(worst, abs(estimate / float(row["estimate"]) - 1), abs(se / float(row["se"]) - 1))
    compared += 2
print(f"{compared} figures, largest relative difference {worst:.1e}")
