"""What was published, for everybody: pages and files without sign-in, made of frozen copies only.

Read in this order: finding (a publication by host, year and version), keeping (rendered once, ETag, Cache-Control),
views, sheet (XLSX), files (CSV, JSON, the bundle), recompute (what an outsider checks the numbers with; shares no code with us), urls.
"""
