"""Work a published ranking out again from its open data: python3 recompute.py data.json

Needs Python 3.9 or newer and nothing else; shares no code with the server. Every sum is exact (Fraction). Prints what
differs, or that nothing does. Exit code 0: all as published; 1: something differs; 2: the file can't be read.
"""

import json
import sys
from fractions import Fraction


def half_up(value, places):
    """Return a fraction of at least zero rounded half up to so many decimals, as a fraction."""
    scaled = value * 10**places
    whole = scaled.numerator // scaled.denominator
    return Fraction(whole + (2 * (scaled - whole) >= 1), 10**places)


def sums(group, unit, assessed):
    """Return points, maximum and full maximum of the leaves the council appraised, or of the others."""
    points = maximum = full = Fraction(0)
    for leaf in group["criteria"]:
        if not leaf["leaf"] or leaf["counting"] != "base" or (leaf["source"] == "assessed") != assessed:
            continue
        full += Fraction(leaf["maximum"])
        if leaf["code"] in unit["leaves"]:
            maximum += Fraction(leaf["maximum"])
            points += Fraction(unit["leaves"][leaf["code"]] or 0)
    return points, maximum, full


def extra(group, unit, what):
    """Return bonus or penalty points, up to their ceiling."""
    codes = [leaf["code"] for leaf in group["criteria"] if leaf["leaf"] and leaf["counting"] == what]
    given = sum((Fraction(unit["leaves"].get(code) or 0) for code in codes), Fraction(0))
    return min(given, Fraction(group[f"{what}_ceiling"]))


def result(group, unit):
    """Return what the unit has, by the names of the data, and its exact total as ``exact``."""
    points, maximum, full = sums(group, unit, assessed=True)
    survey, survey_maximum, survey_full = sums(group, unit, assessed=False)
    most, appraised, exact = maximum + survey_maximum, points, points
    if group["left_out_way"] == "rescaled" and 0 < maximum < full:
        exact = half_up(100 * points / maximum, 2) * full / 100
        appraised, most = half_up(exact, 3), full + survey_maximum
    elif group["left_out_way"] == "full_points":
        exact = appraised = points + full - maximum
        survey, most = survey + survey_full - survey_maximum, full + survey_full
    bonus, penalty = extra(group, unit, "bonus"), extra(group, unit, "penalty")
    rest = survey + bonus - penalty - Fraction(unit["deducted"])
    return {
        "appraised": appraised,
        "survey": survey,
        "bonus": bonus,
        "penalty": penalty,
        "maximum": most,
        "full_maximum": full + survey_full,
        "total": max(appraised + rest, Fraction(0)),
        "exact": max(exact + rest, Fraction(0)),
    }


def measure(group, unit, found):
    """Return what units are compared by, larger first: the exact index, then where the rule says so the fields."""
    index = 100 * found["exact"] / found["maximum"]
    if group["tie_rule"] != "ordered":
        return (index,)
    asked = {code: place for place, code in enumerate(group["tie_order"])}
    fields = sorted(unit["fields"], key=lambda field: asked.get(field["code"], len(asked)))
    return (index, *(Fraction(field["points"]) for field in fields))


def band(group, index):
    """Return the label of the highest band that holds the index."""
    bands = sorted(
        group["bands"], key=lambda one: (Fraction(one["lower"]), not one["inclusive"]), reverse=True
    )
    for one in bands:
        lower = Fraction(one["lower"])
        if index > lower or (one["inclusive"] and index == lower):
            return one["label"]
    return ""


def differences(group):
    """Give a sentence for everything in the group that comes out otherwise than published."""
    found = [result(group, unit) for unit in group["units"]]
    measures = [measure(group, unit, own) for unit, own in zip(group["units"], found)]
    distinct = sorted(set(measures), reverse=True)
    for unit, own, mine in zip(group["units"], found, measures):
        better = distinct.index(mine) if group["tie_rule"] == "dense" else sum(one > mine for one in measures)
        told = {
            **{name: (value, Fraction(unit[name])) for name, value in own.items() if name != "exact"},
            "index": (half_up(mine[0], 6), Fraction(unit["index"])),
            "rank": (better + 1, unit["rank"]),
            "shared": (measures.count(mine) > 1, unit["shared"]),
            "band": (band(group, mine[0]), unit["band"]),
        }
        for name, (ours, published) in told.items():
            if ours != published:
                yield f"{group['title']}, {unit['name']}: {name} = {ours}, published {published}"


def main(path):
    """Check one file; return the exit code."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        wrong = [line for group in data["groups"] for line in differences(group)]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        print(f"{path}: {fault!r}")
        return 2
    units = sum(len(group["units"]) for group in data["groups"])
    print("\n".join(wrong) or f"{units} units: everything comes out as published")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]) if len(sys.argv) > 1 else 2)
