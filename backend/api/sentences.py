"""Refusals of a field in Vietnamese: the sentences the framework has in English only.

They replace the framework's own at its classes, so that every serializer speaks them, also one made later.
"""

from __future__ import annotations

from typing import Any

from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import fields, relations, serializers, validators

_AT_MOST = _("Giá trị lớn nhất được nhận là {max_value}.")
_AT_LEAST = _("Giá trị nhỏ nhất được nhận là {min_value}.")
_TOO_LONG = _("Hãy viết ngắn hơn: nhiều nhất {max_length} ký tự.")
_TOO_SHORT = _("Hãy viết dài hơn: ít nhất {min_length} ký tự.")
_NUMBER = {"max_value": _AT_MOST, "min_value": _AT_LEAST, "max_string_length": _("Số này quá dài.")}
_LIST = {
    "not_a_list": _("Hãy gửi một danh sách."),
    "empty": _("Danh sách không được để trống."),
    "max_length": _("Danh sách có nhiều nhất {max_length} mục."),
    "min_length": _("Danh sách có ít nhất {min_length} mục."),
}
_CHOICE = _("Không có lựa chọn “{input}”.")
_DAY = _("Hãy gửi ngày dạng 05/06/2026 (ngày trước) hoặc 2026-06-05.")
_MOMENT = _("Hãy gửi thời điểm dạng 2026-06-05T17:00:00+07:00.")
_MISSING = _("Không có mục này.")

SENTENCES: dict[type, dict[str, Any]] = {
    fields.Field: {"required": _("Hãy gửi trường này."), "null": _("Trường này không được là null.")},
    fields.BooleanField: {"invalid": _("Hãy gửi true hoặc false.")},
    fields.CharField: {
        "invalid": _("Hãy gửi một chuỗi chữ."),
        "blank": _("Trường này không được bỏ trống."),
        "max_length": _TOO_LONG,
        "min_length": _TOO_SHORT,
    },
    fields.EmailField: {"invalid": _("Hãy nhập một địa chỉ thư điện tử đúng dạng ten@donvi.vn.")},
    fields.RegexField: {"invalid": _("Nội dung không đúng dạng đã định.")},
    fields.SlugField: {
        "invalid": _("Chỉ dùng chữ không dấu, chữ số, dấu gạch dưới và gạch ngang."),
        "invalid_unicode": _("Chỉ dùng chữ, chữ số, dấu gạch dưới và gạch ngang."),
    },
    fields.UUIDField: {"invalid": _("Đây không phải là một mã UUID.")},
    fields.IntegerField: _NUMBER | {"invalid": _("Hãy gửi một số nguyên.")},
    fields.BigIntegerField: _NUMBER | {"invalid": _("Hãy gửi một số nguyên.")},
    fields.FloatField: _NUMBER | {"invalid": _("Hãy gửi một số."), "overflow": _("Số này quá lớn.")},
    fields.DecimalField: _NUMBER
    | {
        "invalid": _("Hãy gửi một số."),
        "max_digits": _("Số có nhiều nhất {max_digits} chữ số."),
        "max_decimal_places": _("Số có nhiều nhất {max_decimal_places} chữ số thập phân."),
        "max_whole_digits": _("Phần nguyên có nhiều nhất {max_whole_digits} chữ số."),
    },
    fields.DateField: {"invalid": _DAY, "datetime": _DAY},
    fields.DateTimeField: {"invalid": _MOMENT, "date": _MOMENT, "make_aware": _MOMENT, "overflow": _MOMENT},
    fields.TimeField: {"invalid": _("Hãy gửi giờ dạng 17:00.")},
    fields.DurationField: {
        "invalid": _("Hãy gửi khoảng thời gian dạng “ngày giờ:phút:giây”."),
        "max_value": _AT_MOST,
        "min_value": _AT_LEAST,
        "overflow": _("Số ngày phải từ {min_days} đến {max_days}."),
    },
    fields.ChoiceField: {"invalid_choice": _CHOICE},
    fields.MultipleChoiceField: {
        "invalid_choice": _CHOICE,
        "not_a_list": _LIST["not_a_list"],
        "empty": _LIST["empty"],
    },
    fields.FilePathField: {"invalid_choice": _CHOICE},
    fields.FileField: {
        "required": _("Hãy gửi kèm một tệp."),
        "invalid": _("Hãy gửi tệp bằng biểu mẫu (multipart/form-data)."),
        "no_name": _("Tệp gửi lên không có tên."),
        "empty": _("Tệp gửi lên rỗng."),
        "max_length": _("Tên tệp dài {length} ký tự; nhiều nhất {max_length}."),
    },
    fields.ListField: _LIST,
    fields.DictField: {
        "not_a_dict": _("Hãy gửi một đối tượng JSON: tên và giá trị."),
        "empty": _("Đối tượng không được rỗng."),
    },
    fields.JSONField: {"invalid": _("Nội dung không phải là JSON.")},
    fields.ModelField: {"max_length": _TOO_LONG},
    relations.PrimaryKeyRelatedField: {
        "required": _("Hãy gửi trường này."),
        "does_not_exist": _MISSING,
        "incorrect_type": _("Hãy gửi khóa của mục, là một số nguyên."),
    },
    relations.SlugRelatedField: {"does_not_exist": _MISSING, "invalid": _MISSING},
    relations.ManyRelatedField: {"not_a_list": _LIST["not_a_list"], "empty": _LIST["empty"]},
    relations.HyperlinkedRelatedField: {
        "required": _("Hãy gửi trường này."),
        **dict.fromkeys(("no_match", "incorrect_match", "does_not_exist", "incorrect_type"), _MISSING),
    },
    serializers.ListSerializer: _LIST,
    serializers.Serializer: {"invalid": _("Hãy gửi một đối tượng JSON: tên và giá trị.")},
}

_TAKEN = _("Đã có mục khác dùng giá trị này.")
MESSAGES: dict[type, Any] = {
    ProhibitNullCharactersValidator: _("Nội dung có ký tự rỗng (null) không nhận được."),
    validators.ProhibitSurrogateCharactersValidator: _(
        "Nội dung có ký tự không nhận được: U+{code_point:X}."
    ),
    validators.UniqueValidator: _TAKEN,
    validators.UniqueTogetherValidator: _("Đã có mục khác dùng các giá trị này: {field_names}."),
    validators.UniqueForDateValidator: _TAKEN,
    validators.UniqueForMonthValidator: _TAKEN,
    validators.UniqueForYearValidator: _TAKEN,
}


def take_over() -> None:
    """Give the framework's classes these sentences; twice changes nothing."""
    for shape, sentences in SENTENCES.items():
        own = vars(shape).get("default_error_messages", {})
        shape.default_error_messages = {**own, **sentences}  # type: ignore[attr-defined]
    for validator, sentence in MESSAGES.items():
        validator.message = sentence  # type: ignore[attr-defined]
