"""Writes `expected.json` with the package csdid 0.4.3, by the authors of the method's R package.

Not part of the environment: `pip install csdid==0.4.3` in one of its own, then run this here.
`made_up.csv`: 60 areas, 6 periods, first treated period (0: never), one outcome.
"""

import json
from pathlib import Path

import pandas as pd
from csdid.att_gt import ATTgt

rows = pd.read_csv("made_up.csv")
model = ATTgt(
    yname="y", tname="period", idname="area", gname="first", data=rows,
    control_group=["notyettreated"], xformla="y~1",
)  # fmt: skip
fitted = model.fit(est_method="reg", base_period="universal", bstrap=False)
found = fitted.results
expected = {
    "att_gt": [
        [int(group), int(period), float(effect)]
        for group, period, effect in zip(found["group"], found["year"], found["att"], strict=True)
    ]
}
for kind in ("group", "dynamic"):
    fitted.aggte(kind, bstrap=False, cband=False)
    kept = fitted.atte
    expected[kind] = {
        "overall": float(kept["overall_att"]),
        "at": [int(at) for at in kept["egt"]],
        "effect": [float(effect) for effect in kept["att_egt"]],
    }
Path("expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
