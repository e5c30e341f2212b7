"""What people write in the demonstration: reasons, answers, notes. All of it is illustration."""

from __future__ import annotations

from random import Random

from backend.criteria.rules import Rule, RuleType
from reports.seasons.demo.drawing import Answer

SOURCE = "SỐ LIỆU MINH HOẠ, không phải kết quả đánh giá thật"
SURVEY_REPORT = "MH-XHH"
COUNCIL = "MH/QĐ-UBND (minh hoạ)"

# Where a leaf may not apply: a part of its title, and why.
NOT_ARISEN = (
    ("quá hạn", "Trong năm không có hồ sơ quá hạn"),
    ("khắc phục sai phạm", "Trong năm không có kết luận thanh tra, kiểm toán phải khắc phục"),
    ("đơn vị sự nghiệp trực thuộc", "Đơn vị không có đơn vị sự nghiệp trực thuộc"),
)

# Canned reasons of the council: a part of the leaf's title (empty: every leaf), code, text to be completed.
REASONS = (
    ("", "cc1", "Chưa có văn bản làm căn cứ; đơn vị chỉ nêu văn bản số …"),
    (
        "Ban hành kế hoạch cải cách",
        "kh1",
        "Chưa có văn bản ban hành kế hoạch; văn bản số … không phải kế hoạch năm",
    ),
    ("Ban hành kế hoạch cải cách", "kh2", "Văn bản số … ban hành ngày …, sau thời hạn"),
    ("thực hiện", "nv1", "Chưa có văn bản báo cáo kết quả của … nhiệm vụ; theo báo cáo số …"),
    ("áo cáo", "bc1", "Chưa có văn bản báo cáo … số …; gửi chậm … ngày"),
    ("áng kiến", "sk1", "Chưa có văn bản công nhận sáng kiến; Quyết định số … chỉ thành lập tổ xét"),
    ("đúng hạn", "hs1", "Theo báo cáo số …, có … hồ sơ, nhiệm vụ quá hạn chưa được tính"),
)

# What an option means in days and papers.
_LEVELS = {
    "Trong quý I": "Văn bản ban hành ngày {day:02}/02, không phải trong tháng 01",
    "Sau quý I": "Văn bản ban hành ngày {day:02}/4, sau quý I",
    "Chậm thời hạn": "Hoàn thành chậm {day} ngày so với thời hạn",
    "Thiếu một phần số liệu": "Báo cáo thiếu số liệu ở {few} biểu mẫu",
    "Một hình thức": "Chỉ có tài liệu của một hình thức tuyên truyền",
    "Trình chậm": "Trình chậm {day} ngày so với thời hạn",
}
_DELAYS = ("quý I", "quý II", "quý III", "6 tháng", "năm")
_COUNTED = (
    "Số liệu của đơn vị tính đến hết ngày 31/12; số liệu đối chiếu chốt ngày 15/12. Đơn vị gửi kèm bảng tổng hợp.",
    "Đơn vị gửi bổ sung bảng tổng hợp số liệu trích từ hệ thống; đề nghị xem lại điểm.",
)
_WRITTEN = (
    "Văn bản ban hành đúng hạn nhưng cập nhật lên hệ thống chậm; đơn vị gửi kèm bản đã ký số.",
    "Đơn vị gửi bổ sung văn bản còn thiếu khi tự chấm; đề nghị xem lại điểm.",
)
_AGREED = (
    "Đơn vị đã rà soát, thống nhất với kết quả thẩm định và rút kinh nghiệm.",
    "Đơn vị thống nhất; nguyên nhân do tổng hợp nhầm số liệu giữa hai kỳ báo cáo.",
)
_ACCEPTED = (
    "Đã nhận văn bản bổ sung, số liệu khớp với báo cáo của đơn vị",
    "Giải trình phù hợp với tài liệu kiểm chứng gửi kèm",
)
_RETURNS = (
    "Đề nghị bổ sung tài liệu kiểm chứng cho các tiêu chí về giải quyết hồ sơ trước khi trình lại",
    "Số liệu giải quyết hồ sơ chưa khớp với báo cáo năm, đề nghị kiểm tra lại",
)
_NOTES = (
    "Theo báo cáo tổng kết công tác cải cách hành chính của đơn vị.",
    "Số liệu trích từ hệ thống thông tin giải quyết thủ tục hành chính.",
    "Theo sổ theo dõi và văn bản lưu tại đơn vị.",
)
_DIFFICULTIES = (
    "Một số phần mềm chuyên ngành chưa kết nối với hệ thống thông tin giải quyết thủ tục hành chính nên phải "
    "tổng hợp số liệu thủ công."
)
_PROPOSALS = "Đề nghị hướng dẫn thống nhất thời điểm chốt số liệu và tổ chức tập huấn trước kỳ tự chấm điểm."

TEXTS = {"difficulties": _DIFFICULTIES, "proposals": _PROPOSALS}


def cut(rule: Rule, claimed: Answer, found: Answer, rng: Random) -> str:
    """Return why the council gave ``found`` where the unit claimed more."""
    first = rule.inputs[0] if rule.inputs else None
    if first is None:
        return "Tài liệu kiểm chứng chưa đủ căn cứ cho mức điểm tự chấm"
    if rule.kind is RuleType.DECLINING:
        return _of_cases(first.title, rng)
    if not first.choices:
        was, is_now = claimed.inputs[first.name], found.inputs[first.name]
        return f"Đối chiếu tài liệu kiểm chứng: {_inner(first.title)} là {is_now}, không phải {was} như đơn vị tự chấm"
    title = next(choice.title for choice in first.choices if choice.key == found.inputs[first.name])
    if rule.kind is RuleType.PASS_FAIL:
        return "Chưa có tài liệu kiểm chứng cho kết quả tự chấm"
    told = _LEVELS.get(title, "Theo tài liệu kiểm chứng chỉ đạt mức “{title}”")
    return told.format(title=title, day=rng.randint(3, 27), few=f"{rng.randint(2, 5):02}")


def _of_cases(title: str, rng: Random) -> str:
    if "báo cáo" in title.lower():
        return f"Báo cáo {rng.choice(_DELAYS)} gửi chậm {rng.randint(2, 9)} ngày so với quy định"
    return f"Hồ sơ kiểm tra ghi nhận thêm 01 trường hợp ({_inner(title)})"


def _inner(title: str) -> str:
    return title[:1].lower() + title[1:]


def explained(rule: Rule, rng: Random, *, agrees: bool) -> str:
    """Return what a unit answers to a question: it agrees, or it shows more numbers or papers."""
    if agrees:
        return rng.choice(_AGREED)
    counted = not rule.inputs or not rule.inputs[0].choices
    return rng.choice(_COUNTED if counted else _WRITTEN)


def accepted(rng: Random) -> str:
    """Return why points were given back at the second appraisal."""
    return rng.choice(_ACCEPTED)


def returned(rng: Random) -> str:
    """Return why a leader sends a card back."""
    return rng.choice(_RETURNS)


def note(rng: Random) -> str:
    """Return how a unit explains its own points."""
    return rng.choice(_NOTES)


def document(rng: Random) -> str:
    """Return the number of a document that is none: MH says illustration."""
    return f"{rng.randint(3, 480):02}/{rng.choice(('BC', 'KH', 'QĐ', 'CV'))}-MH"


# Who sat in the councils of finished seasons, by office: these are nobody's names.
MEMBERS = ("Ủy viên thứ nhất (minh hoạ)", "Ủy viên thứ hai (minh hoạ)", "Ủy viên thứ ba (minh hoạ)")
CHAIR = "Chủ tịch Hội đồng (minh hoạ)"
# Of a hundred cut leaves, and of a hundred kept ones, how many each of them looked at.
ON_CUTS, ON_KEPT = (50, 30, 20), (30, 34, 36)
