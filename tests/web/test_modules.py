"""Scripts that import each other still find each other under the names that change with their content."""

import re
import shutil
from pathlib import Path

from django.contrib.staticfiles.finders import find
from django.core.files.storage import FileSystemStorage

from backend.config.storage import HashedStatic


def test_modules_import_each_other_by_their_hashed_names(tmp_path):
    shutil.copytree(Path(find("scoring/grid.js")).parent, tmp_path / "scoring")
    plain = FileSystemStorage(tmp_path)
    names = [str(path.relative_to(tmp_path)) for path in (tmp_path / "scoring").glob("*.js")]
    storage = HashedStatic(tmp_path, base_url="/static/")
    problems = [
        done
        for _name, _hashed, done in storage.post_process({name: (plain, name) for name in names})
        if isinstance(done, Exception)
    ]
    assert problems == []
    text = "".join((tmp_path / storage.stored_name(name)).read_text() for name in names)
    imported = re.findall(r'from "\./([^"]+)"', text)
    assert len(imported) >= 10
    assert all((tmp_path / "scoring" / name).exists() for name in imported)
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in imported)
