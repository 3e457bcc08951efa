"""Writes ../study/checkpoints.csv: the full study's runs, seed by seed.    python study_table.py"""
import csv

from model import MIXTURES, STUDY, study_runs

with open(STUDY / "study/checkpoints.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["checkpoint", "source", "noto", "twemoji", "emojione", "samples", "steps", "seed", "cell"])
    for run in study_runs():
        shares = (f"{MIXTURES[run.mixture].get(source, 0):g}" for source in ("noto", "twemoji", "emojione"))
        cell = run.name.removesuffix(f"-seed{run.seed}")
        writer.writerow([run.name, run.mixture, *shares, run.size, run.steps, run.seed, cell])
