"""What was published is read by everybody without sign-in; what was not stands in no public byte."""

import csv
import io
import json
import subprocess
import sys
import zipfile

import jsonschema
import pytest
from django.core.management import call_command
from django.urls import get_resolver, reverse
from openpyxl import load_workbook

from backend.audit.actions import checkpoint
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions, correcting, opendata, queries
from reports.public import recompute
from reports.public.files import PROGRAM
from tests import make
from tests.reports import seasons
from tests.reports.test_correcting import REASON, change

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

THREE = {"Phường Một": ("50", "30"), "Phường Hai": ("55", "35"), "Xã Ba": ("40", "30")}
CANARY = "chim hoàng yến 4471"


@pytest.fixture
def keys(settings, tmp_path):
    """Return the published key of the log."""
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "key")
    call_command("audit_keys", name="thu.example.vn/chi-so", verbosity=0)
    return (tmp_path / "key.pub").read_text().strip()


@pytest.fixture
def round_():
    made = seasons.simple(THREE)
    actions.publish_ranking(made, by=SYSTEM, decision="12/QĐ-UBND")
    return made


def addresses(round_, *, version=1):
    """Return the address of every public page and file of a round."""
    of = [round_.host.code, round_.year]
    unit = round_.cards.first().unit.code
    more = {
        "version": [version], "unit": [unit], "by_part": [1, "1.1"], "conference": [2],
        "data": [version], "units": [version], "leaves": [version], "sheet": [version], "bundle": [version],
    }  # fmt: skip
    alone = ("round_list", "schema", "program")
    names = [pattern.name for pattern in _patterns()]
    return {
        name: reverse(f"public:{name}", args=[] if name in alone else [*of, *more.get(name, [])])
        for name in names
    }


def _patterns():
    return next(one for one in get_resolver().url_patterns if one.namespace == "public").url_patterns


def body(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content


def test_every_public_address_answers_a_stranger_and_may_be_kept(client, round_):
    for name, address in addresses(round_).items():
        answer = client.get(address)
        assert answer.status_code == 200, name
        frozen = name in ("data", "units", "leaves", "sheet")
        assert answer["Cache-Control"] == ("public, max-age=86400" if frozen else "public, no-cache"), name
        assert not answer.cookies, name
        again = client.get(address, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b""), name
        assert client.head(address).status_code == 200, name


def test_a_page_is_the_same_whoever_is_signed_in(client, round_):
    found = {name: body(client, address) for name, address in addresses(round_).items()}
    client.force_login(make.seat(make.person("Người đang đăng nhập"), Role.CHAIR, at=round_.host).user)
    for name, address in addresses(round_).items():
        assert body(client, address) == found[name], name


def test_a_public_page_takes_one_statement_where_it_is_kept_and_few_where_it_is_made(
    client, round_, django_assert_max_num_queries
):
    for name, address in addresses(round_).items():
        with django_assert_max_num_queries(20 if name == "bundle" else 10):
            client.get(address)
        with django_assert_max_num_queries(1):
            client.get(address)


def test_the_statements_do_not_grow_with_the_units(client, django_assert_max_num_queries):
    round_ = seasons.simple({f"Xã {number}": ("40", "30") for number in range(40)})
    actions.publish_ranking(round_, by=SYSTEM)
    for address in addresses(round_).values():
        with django_assert_max_num_queries(10):
            client.get(address)


def test_nothing_unpublished_stands_in_any_public_byte(client, keys):
    sung = {"1.1": {"note": CANARY, "question": CANARY, "answer": CANARY, "document": (CANARY, CANARY)}}
    round_ = seasons.simple(THREE, lines=sung)
    actions.publish_ranking(round_, by=SYSTEM)
    _user, chair = make.seated(Role.CHAIR, round_.host)
    _user, secretary = make.seated(Role.SECRETARY, round_.host)
    change((round_, chair, secretary), why={"reason": CANARY, "document": CANARY})
    correcting.correct_ranking(round_, by=chair, reason=REASON)
    change(
        (round_, chair, secretary), points="59", why={"reason": CANARY, "document": CANARY}
    )  # not published
    other = make.unit("Thành phố khác", kind="city", code="U-khac")
    unpublished = seasons.simple({CANARY: ("50", "30")}, host=other, title=CANARY)
    checkpoint("day")
    for version in (1, 2):
        for name, address in addresses(round_, version=version).items():
            for content in _opened(body(client, address)):
                assert CANARY.encode() not in content, name
                assert json.dumps(CANARY)[1:-1].encode() not in content, name
    assert b"58.000" in body(client, addresses(round_, version=2)["data"])
    assert b"59.000" not in body(client, addresses(round_, version=2)["data"])
    for name, address in addresses(unpublished).items():
        if name not in ("round_list", "schema", "program"):
            assert client.get(address).status_code == 404, name


def _opened(content):
    """Give the bytes, and of an archive the bytes of everything in it."""
    yield content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from _opened(archive.read(name))


def test_the_data_fits_its_schema_and_its_digest_is_the_fingerprint(client, round_):
    found = addresses(round_)
    content = body(client, found["data"])
    data = json.loads(content)
    jsonschema.validate(data, json.loads(body(client, found["schema"])))
    assert data["licence"] == opendata.LICENCE
    ranking = queries.current_ranking(round_)
    assert opendata.digest(data) == ranking.fingerprint
    assert ranking.fingerprint in client.get(found["method"]).text
    assert content == opendata.text_of(data)


def test_the_csv_files_say_what_the_data_says(client, round_):
    found = addresses(round_)
    units = list(csv.DictReader(io.StringIO(body(client, found["units"]).decode("utf-8-sig"))))
    assert [(row["rank"], row["unit"], row["total"], row["field_1"]) for row in units] == [
        ("1", "Phường Hai", "90.000", "55.000"),
        ("2", "Phường Một", "80.000", "50.000"),
        ("3", "Xã Ba", "70.000", "40.000"),
    ]
    leaves = list(csv.DictReader(io.StringIO(body(client, found["leaves"]).decode("utf-8-sig"))))
    assert len(leaves) == 6
    assert {row["licence"] for row in (*units, *leaves)} == {opendata.LICENCE["name"]}


def test_the_workbook_has_units_down_and_leaves_across_in_typed_cells(client, round_):
    book = load_workbook(io.BytesIO(body(client, addresses(round_)["sheet"])))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[4][7:] == ("1.1", "2.1")
    assert rows[5][7:] == (60, 40)
    assert [(row[0], row[2], row[5], *row[7:]) for row in rows[6:]] == [
        (1, "Phường Hai", 90, 55, 35),
        (2, "Phường Một", 80, 50, 30),
        (3, "Xã Ba", 70, 40, 30),
    ]


def test_an_outsider_works_the_ranking_out_again_and_finds_what_was_altered(client, round_, tmp_path):
    file = tmp_path / "data.json"
    file.write_bytes(body(client, addresses(round_)["data"]))
    done = subprocess.run([sys.executable, PROGRAM, file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "3 units: everything comes out as published\n")
    altered = json.loads(file.read_text())
    altered["groups"][0]["units"][2]["leaves"]["1.1"] = "59.000"
    file.write_text(json.dumps(altered))
    assert recompute.main(str(file)) == 1
    assert recompute.main(str(tmp_path / "missing.json")) == 2


def test_the_bundle_proves_the_fingerprint_by_the_signed_log(client, round_, keys, tmp_path):
    checkpoint("publication")
    with zipfile.ZipFile(io.BytesIO(body(client, addresses(round_)["bundle"]))) as archive:
        assert sorted(archive.namelist()) == [
            "HUONG-DAN.txt", "data.json", "history.zip", "recompute.py", "schema.json",
        ]  # fmt: skip
        history = tmp_path / "history.zip"
        history.write_bytes(archive.read("history.zip"))
    program = tmp_path / "verify_bundle.py"
    program.write_bytes(b"".join(client.get(reverse("audit:program")).streaming_content))
    command = [sys.executable, program, "verify-bundle", history, "--key", keys]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(history) as archive:
        rows = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("rows/"))
    assert queries.current_ranking(round_).fingerprint.encode() in rows


def test_a_corrected_publication_replaces_the_public_page_and_the_old_one_says_so(client, round_):
    found = addresses(round_)
    before = client.get(found["ranking"])
    _user, chair = make.seated(Role.CHAIR, round_.host)
    _user, secretary = make.seated(Role.SECRETARY, round_.host)
    change((round_, chair, secretary))
    assert body(client, found["ranking"]) == before.content
    correcting.correct_ranking(round_, by=chair, reason=REASON)
    after = client.get(found["ranking"], headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert REASON in after.text
    assert "Bản này đã bị thay thế" in client.get(found["version"]).text
    assert "Bản này đã bị thay thế" not in after.text


def test_what_comes_from_the_demonstration_says_so_on_every_page_and_file(client, settings):
    settings.DEMO = True
    round_ = seasons.simple(THREE, is_illustration=True)
    actions.publish_ranking(round_, by=SYSTEM)
    for name, address in addresses(round_).items():
        if name in ("schema", "program"):  # say nothing of any figure
            continue
        found = body(client, address)
        said = b"".join(_opened(found)).decode(errors="replace")
        assert "SỐ LIỆU MINH HOẠ" in said, name


def test_names_that_look_like_formulas_stay_text_in_csv(client):
    round_ = seasons.simple({"=1+1": ("50", "30")})
    actions.publish_ranking(round_, by=SYSTEM)
    assert "'=1+1" in body(client, addresses(round_)["units"]).decode()


def test_the_conference_reveals_one_band_more_a_step_from_the_lowest(client, round_):
    def step(shown):
        return client.get(reverse("public:conference", args=[round_.host.code, round_.year, shown]))

    names = ["Xã Ba", "Phường Một", "Phường Hai"]
    for shown in range(4):
        text = step(shown).text
        assert [name in text for name in names] == [place < shown for place in range(3)]
        assert ('rel="next"' in text) == (shown < 3)
        assert ('rel="prev"' in text) == (shown > 0)
    assert step(4).status_code == 404


def test_addresses_that_name_nothing_published_do_not_exist(client, round_):
    of = [round_.host.code, round_.year]
    for name, args in (
        ("ranking", ["KHONG", 2026]),
        ("ranking", [of[0], 1999]),
        ("version", [*of, 2]),
        ("unit", [*of, "KHONG"]),
        ("by_part", [*of, 1, "9"]),
        ("by_part", [*of, 2, "1"]),
        ("data", [*of, 9]),
    ):
        assert client.get(reverse(f"public:{name}", args=args)).status_code == 404, (name, args)


def test_robots_may_read_what_was_published(client):
    assert b"Allow: /published/" in client.get("/robots.txt").content
