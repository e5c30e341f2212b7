"""Cards, rounds that run, and results as JSON: the same rights as the pages.

One difference: the council's acts stand at the card's own address, so the unit, which sees its card, is
told no (403) where the council's page does not exist for it (404).
"""

from __future__ import annotations

from typing import Any

from backend.scoring.actions.facts import answers_fingerprint_of
from permissions.roles import Verb
from tests import make
from tests.permissions.rows.cards import APPROVES, AT, PLACES, SEES, a_file, card, secret, texts, typed
from tests.permissions.rows.council import HOSTED, REMINDS, TAKEN, taken, unsure
from tests.permissions.rows.results import CORRECTS, PUBLISHED, PUBLISHES, WAITING, document
from tests.permissions.table import Row, Scene, Values, row
from tests.scoring import specimens

BOTH = ("city", "district")
REASON = typed(reason="Theo đề nghị của đơn vị")
WHY = typed(reason="Theo đề nghị", document="12/CV-SNV")
APPRAISES = {
    "ok": "appraiser COUNCIL", "refused": "UNIT manager inspector", "hidden": "STRANGERS",
    "verb": Verb.APPRAISE,
}  # fmt: skip
OTHER_FIELD = {
    "ok": "COUNCIL", "refused": "UNIT appraiser manager inspector", "hidden": "STRANGERS",
    "verb": Verb.APPRAISE,
}  # fmt: skip
ASKS = {
    "ok": "COUNCIL", "refused": "UNIT manager appraiser inspector", "hidden": "STRANGERS", "verb": Verb.ASK,
}  # fmt: skip
REOPENS = {
    "ok": "manager COUNCIL", "refused": "UNIT appraiser inspector", "hidden": "STRANGERS",
    "verb": Verb.REOPEN,
}  # fmt: skip
CONCLUDES = {
    "ok": "chair", "refused": "UNIT manager appraiser secretary member inspector", "hidden": "STRANGERS",
    "verb": Verb.CONCLUDE,
}  # fmt: skip
SCORES = {
    "ok": "SCORERS", "refused": "LEADERS HOST", "hidden": "STRANGERS", "verb": Verb.SCORE,
}  # fmt: skip
LENDS = {
    "ok": "leader", "refused": "SCORERS deputy HOST", "hidden": "STRANGERS", "verb": Verb.DELEGATE,
}  # fmt: skip


def post(act: str, stage: str, columns: dict[str, Any], body: Values | None = None, **more: Any) -> Row:
    """Return the row of an act on a card."""
    more.setdefault("at", card(stage))
    return row(f"api:scorecard-{act}", "POST", body=body, places=PLACES, **columns, **more)


def taken_row(scene: Scene) -> dict[str, Any]:
    """Return the values of the address of points taken off."""
    values = taken(scene)
    return {"pk": values["pk"], "row": values["deduction_pk"]}


def move(name: str, stage: str, columns: dict[str, Any], body: Values | None = None, **more: Any) -> Row:
    """Return the row of one move."""
    return post("moves", stage, columns, body, at=card(stage, name=name), note=name, **more)


def mark(stage: str, code: str, order: int, **values: Any) -> Values:
    """Return the points of a leaf for the step of that order."""
    return lambda scene: {"code": code, "version": scene.version(stage, code, order), **values}


def in_round(stage: str, **more: Any) -> Values:
    """Return a body that names the round."""
    return lambda scene: {"round": scene.rounds[stage].pk, **more}


def survey(scene: Scene) -> dict[str, Any]:
    """Return the survey points of one unit with their source."""
    line = {"card": scene.cards["appraising"].pk, "code": "3.1", "version": 0, "points": "7.5"}
    return {
        "round": scene.rounds["appraising"].pk, "report_number": "12/BC-SNV", "report_date": "2026-06-05",
        "sample": 100, "answers": 90, "lines": [line],
    }  # fmt: skip


def ending(scene: Scene) -> dict[str, str]:
    """Return why a step ends early."""
    return {"reason": "Các đơn vị đã xong", "document": "03/QĐ-UBND"}


def round_of(stage: str) -> Values:
    """Return the values of an address of a round."""
    return lambda scene: {"pk": scene.rounds[stage].pk}


CARDS = [
    row("api:scorecard-list", ok="ALL"),
    row("api:scorecard-detail", at=card("draft"), ok=SEES, hidden="STRANGERS", places=PLACES, verb=Verb.VIEW),
    row(
        "api:scorecard-history", at=card("draft"), query="code=1.1", ok=SEES, hidden="STRANGERS",
        places=PLACES,
    ),
    row(
        "api:scorecard-as-of", at=card("draft"), query="at=2026-06-05T10:00:00Z", ok=SEES, hidden="STRANGERS",
        places=PLACES, verb=Verb.VIEW,
    ),
    post("points", "draft", SCORES, mark("draft", "1.2", 1, points="2,5")),
    post("texts", "draft", SCORES, texts),
    post("evidence", "draft", SCORES, typed(code="1.1", number="05/KH-UBND", issuer="UBND"), note="document"),
    post("evidence", "draft", SCORES, a_file(code="1.1"), note="file"),
    post(
        "remove-evidence", "draft", SCORES,
        at=lambda scene: {"pk": scene.cards["draft"].pk, "piece": scene.evidence["draft"].pk},
    ),
    post("signed-copy", "submitted", SCORES, a_file(number="05/BC-UBND", signed_on="2026-01-05")),
    row(
        "api:scorecard-check", at=card("submitted"), ok="UNIT", refused="HOST", hidden="STRANGERS", places=PLACES,
    ),
    post("return-notes", "submitted", APPROVES, typed(code="1.1", reason="Thiếu trang 3")),
    post("answer-return", "draft", SCORES, typed(code="1.1", answer="Đã sửa"), shut=True),
    post("look", "submitted", APPROVES, typed(at=AT)),
    post("answer", "explaining", SCORES, typed(code="1.1", version=1, answer="Đã ban hành đúng hạn")),
    row(
        "api:scorecard-delegations", at=card("submitted"), places=PLACES, ok="LEADERS lent",
        refused="officer HOST", hidden="STRANGERS",
    ),
    post(
        "delegations", "draft", LENDS,
        lambda scene: {
            "taker": scene.clerk.username, "starts_at": "2020-06-05T00:00:00+07:00",
            "ends_at": "2099-06-05T00:00:00+07:00", "document": "05/UQ-UBND",
        },
    ),
    post(
        "revoke", "submitted", LENDS, REASON,
        at=lambda scene: {"pk": scene.cards["submitted"].pk, "lent": scene.delegation.pk},
    ),
]  # fmt: skip
MOVES = [
    move("submit", "draft", SCORES),
    move("withdraw", "submitted", SCORES, REASON),
    move(
        "return", "submitted", {"ok": "LEADERS lent", "refused": "officer HOST", "hidden": "STRANGERS"}, REASON
    ),
    move(
        "approve", "submitted", {"ok": "LEADERS lent", "refused": "officer HOST", "hidden": "STRANGERS"},
        secret,
    ),
    move(
        "explain", "explaining",
        {"ok": "LEADERS", "refused": "SCORERS HOST", "hidden": "STRANGERS", "verb": Verb.APPROVE},
        lambda scene: {
            "secret": make.PASSWORD, "seen": answers_fingerprint_of(scene.cards["explaining"]),
        },
    ),
    move("accept", "late", REOPENS, WHY),
    move("no_self_score", "late", REOPENS, WHY),
    move(
        "reopen", "late", REOPENS,
        typed(reason="Theo đề nghị", document="12/CV-SNV", new_close="2099-06-05T00:00:00+07:00"),
    ),
    move("appraise", "appraising", ASKS),
    move("ask", "appraised", ASKS, shut=True),
    move("conclude", "appraised", CONCLUDES, typed(secret=make.PASSWORD)),
    move("publish", "concluded", {"ok": "", "hidden": "ALL"}),
]  # fmt: skip
COUNCIL = [
    post("appraise", "appraising", APPRAISES, mark("appraising", "2.1", 2, points="4.5", reason="Thiếu văn bản")),
    post(
        "appraise", "appraising", OTHER_FIELD, mark("appraising", "1.1", 2, points="0", reason="Chậm báo cáo"),
        note="outside her field", in_body=True,
    ),
    post("agree", "appraising", APPRAISES),
    post("ask", "appraising", APPRAISES, typed(code="2.1", question="Số liệu lấy từ đâu?")),
    post("ask", "appraising", OTHER_FIELD, typed(code="1.1", question="Vì sao?"), note="outside her field", in_body=True),
    post("ask-for-cuts", "appraising", APPRAISES),
    post("unask", "appraising", APPRAISES, typed(code="2.1", reason="Đã rõ")),
    post("leave-out", "appraising", REOPENS, typed(code="2.1", reason="Không phát sinh")),
    post("put-back", "appraising", REOPENS, typed(code="1.2", reason="Có phát sinh")),
    post("deductions", "appraised", ASKS, typed(**TAKEN)),
    post("withdraw-deduction", "appraised", ASKS, REASON, at=taken_row),
    post("not-arisen", "appraising", APPRAISES, typed(code="2.1"), shut=True),
    post("not-arisen", "appraising", OTHER_FIELD, typed(code="1.1"), note="outside her field", in_body=True, shut=True),
    post("decide", "appraised", CONCLUDES, mark("appraised", "1.1", 5, points="1", reason="Có văn bản")),
    row("api:round-progress-detail", at=round_of("draft"), places=BOTH, **HOSTED),
    row(
        "api:round-opening-list", "POST", in_body=True, body=in_round("setup"), places=BOTH, verb=Verb.MANAGE_ROUND,
        ok="manager", refused="COUNCIL inspector", hidden="appraiser UNIT STRANGERS",
    ),
    row(
        "api:round-ending-list", "POST", at=round_of("draft"), places=BOTH, shut=True, verb=Verb.MANAGE_ROUND,
        body=ending, ok="manager", refused="appraiser COUNCIL inspector", hidden="UNIT STRANGERS",
    ),
    row("api:round-reminder-list", at=round_of("draft"), places=BOTH, **REMINDS),
    row(
        "api:round-reminder-list", "POST", at=round_of("draft"), places=BOTH, shut=True,
        body=typed(cards=[], preview=True), **REMINDS,
    ),
    row(
        "api:round-resending-list", "POST",
        at=lambda scene: {"pk": scene.rounds["draft"].pk, "letter_pk": unsure(scene)}, **REMINDS,
    ),
    row(
        "api:survey-points-list", "POST", in_body=True, body=survey, places=BOTH, ok="manager COUNCIL",
        refused="appraiser inspector", hidden="UNIT STRANGERS",
    ),
    row(
        "api:survey-import-list", "POST", at=round_of("appraising"), places=BOTH, shut=True,
        body=lambda scene: {
            "group": scene.group("appraising").pk, "file": specimens.upload(specimens.xlsx(), "diem.xlsx"),
        },
        ok="manager COUNCIL", refused="appraiser inspector", hidden="UNIT STRANGERS",
    ),
    row(
        "api:survey-confirm-list", "POST", at=round_of("appraising"), places=BOTH, shut=True,
        body=typed(preview="sai", report_number="12/BC", report_date="2026-06-05", sample=1, answers=1),
        ok="manager COUNCIL", refused="appraiser inspector", hidden="UNIT STRANGERS",
    ),
    *(
        row(
            name, ok="COUNCIL inspector secretary_below", verb=Verb.INSPECT,
            refused="UNIT manager appraiser OTHER_UNITS admin_below officer_below leader_below OUTSIDE",
        )
        for name in ("api:change-list", "api:strictness-list")
    ),
]  # fmt: skip
RESULTS = [
    row("api:result-list", ok="ALL"),
    row("api:result-detail", at=round_of("published"), note="published", **PUBLISHED),
    row("api:result-detail", at=round_of("concluded"), note="not published", ok="HOST", hidden="UNIT STRANGERS"),
    row("api:result-problems", at=round_of("concluded"), ok="HOST", hidden="UNIT STRANGERS"),
    row(
        "api:result-card",
        at=lambda scene: {"pk": scene.rounds["published"].pk, "card": scene.cards["published"].pk},
        **PUBLISHED,
    ),
    row(
        "api:result-publish", "POST", at=round_of("concluded"),
        body=typed(secret=make.PASSWORD, decision="12/QĐ-UBND"), **PUBLISHES,
    ),
    row(
        "api:result-correct", "POST", at=round_of("published"),
        body=typed(secret=make.PASSWORD, reason="Sửa"), shut=True, **CORRECTS,
    ),
    row("api:result-version", at=lambda scene: {"pk": scene.rounds["published"].pk, "version": 1}, **PUBLISHED),
    row("api:document-list", ok="ALL"),
    row(
        "api:document-list", "POST", in_body=True, note="ranking", **PUBLISHED,
        body=lambda scene: {"kind": "ranking_sheet", "round": scene.rounds["published"].pk},
    ),
    row(
        "api:document-list", "POST", in_body=True, note="not published", **WAITING | {"ok": "HOST"}
        | {"refused": "UNIT officer_two leader_two officer_home leader_home"},
        body=lambda scene: {"kind": "ranking_sheet", "round": scene.rounds["concluded"].pk},
    ),
    row(
        "api:document-list", "POST", in_body=True, note="card", ok=SEES, hidden="STRANGERS", places=PLACES,
        body=lambda scene: {"kind": "appraisal", "card": scene.cards["published"].pk},
    ),
    row("api:document-detail", at=document("ranking"), note="ranking", **PUBLISHED),
    row("api:document-detail", at=document("card"), note="card", ok=SEES, hidden="STRANGERS", places=PLACES),
    row("api:document-file", at=document("ranking"), note="ranking", **PUBLISHED),
    row(
        "api:document-file", at=document("card"), note="card", ok=SEES, hidden="STRANGERS", places=PLACES,
        shut=True,
    ),
]  # fmt: skip
# What a list is asked for lies outside its address: a round of somebody else does not exist.
LISTS = [
    row(
        "api:survey-points-list", query="round={round}", places=BOTH, body=in_round("appraising"), **HOSTED
    ),
]  # fmt: skip
ROWS = [*CARDS, *MOVES, *COUNCIL, *RESULTS, *LISTS]
