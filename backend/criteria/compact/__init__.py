"""A rule as one short text, for files and for the form: "kịp thời=1|không kịp thời=0.5|không=0".

    option      tên mức=điểm|tên mức=điểm            tiêu đề :: …
    pass_fail   (trống) hoặc  đạt|không đạt           tiêu đề :: …
    bands       >90=2|70-90=1|<70=0                  tử số / mẫu số [việc] :: …
    threshold   80%                                  tử số / mẫu số [việc] :: …
    formula     x/y                                  tử số / mẫu số [việc] :: x/y
                x≤y=tên biến [việc]|y=tên biến [việc] :: x / y * max_points
                … :: tên công thức=x / y * max_points|tên công thức=x / z * max_points
    counted     0.5                                  tên việc được đếm [văn bản] :: …
    declining   0.5                                  tên trường hợp [vụ] :: …
    levels      xuất sắc=100%|tốt=75%                tiêu đề :: …
    survey      (trống) hoặc  A=100%|B=60%|C=20%|D=0%
    external    tên chỉ số
    direct      (trống)

A new line may stand for "|". The unit of measure stands in brackets and may be left out. "lẻ:" before "tử số" says
that both are amounts, not whole numbers. "2# kịp thời=1" gives a level the key 2; without it the key is its place.
"""

from .reading import read_compact
from .writing import to_compact

__all__ = ["read_compact", "to_compact"]
