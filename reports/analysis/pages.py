"""What each page of a round's analysis shows and to whom; the same for pages, JSON and workbooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.errors import Refused
from backend.scoring.queries import sheet
from permissions.actor import Actor
from reports import details
from reports.analysis import firmness, groups, leaves, places, progress, unit
from reports.analysis.sections import Part, Section
from reports.queries import Result
from reports.queries.analysed import Analysed


@dataclass(frozen=True)
class Page:
    """One page: what it is called, what it says, how it is made; ``whole_only``: of every unit leaf by leaf."""

    title: Promise
    lede: Promise
    build: Callable[[Analysed], list[Section]]
    whole_only: bool = False


PAGES = {
    "analysis": Page(
        gettext_lazy("Phân bố kết quả"),
        gettext_lazy(
            "Các đơn vị nằm ở đâu trên thang chỉ số, và mỗi lĩnh vực chênh nhau bao nhiêu. Tứ phân vị tính như hàm QUARTILE.INC của bảng tính."
        ),
        lambda seen: groups.overview(seen.tables),
    ),
    "analysis_places": Page(
        gettext_lazy("Kết quả theo địa bàn"),
        gettext_lazy("Kết quả theo địa bàn, không cần bản đồ: mỗi ô là một đơn vị."),
        places.by_place,
    ),
    "analysis_firmness": Page(
        gettext_lazy("Độ vững của thứ hạng"),
        gettext_lazy("Hạng của mỗi đơn vị nằm trong khoảng nào khi trọng số và điểm chấm xê dịch đôi chút."),
        firmness.sections,
    ),
    "analysis_progress": Page(
        gettext_lazy("Tiến độ đợt đánh giá"),
        gettext_lazy(
            "Các đơn vị đang ở bước nào, và mỗi ngày có bao nhiêu phiếu đến cơ quan tổ chức và được kết luận. Danh sách từng đơn vị ở trang Đợt đánh giá."
        ),
        progress.sections,
        whole_only=True,
    ),
    "analysis_losses": Page(
        gettext_lazy("Mất điểm ở đâu"),
        gettext_lazy(
            "Tiêu chí nào lấy mất nhiều điểm nhất của cả nhóm, và lý do Hội đồng đã ghi khi trừ. Điểm bị trừ sau thẩm định không nằm trong số này."
        ),
        leaves.cost,
        whole_only=True,
    ),
    "analysis_claims": Page(
        gettext_lazy("Tự chấm và kết quả"),
        gettext_lazy("Đơn vị nào tự chấm cao hơn kết quả được công nhận, và ở tiêu chí nào."),
        leaves.claimed,
        whole_only=True,
    ),
}


def require_open(page: Page, seen: Analysed | None) -> None:
    """Raise Refused where the page is not for the person to see."""
    if page.whole_only and not (seen and seen.whole):
        raise Refused(
            _(
                "Trang này so từng tiêu chí của mọi đơn vị nên chỉ cơ quan tổ chức đợt đánh giá xem được. Đơn vị xem phần của mình ở trang phân tích của đơn vị."
            )
        )


def of_unit(seen: Result, viewer: Actor) -> list[Part]:
    """Return what is to be said of one unit's result: by leaf only to who sees its card."""
    first = groups.by_field(seen.table, seen.line)
    if not seen.whole:
        return [first]
    own = sheet(seen.card, viewer)
    detail = details.detail(own)
    return [first, unit.raised(own, seen.line, seen.table), unit.lost(detail), unit.claimed(detail)]
