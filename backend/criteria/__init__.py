"""Criteria sets: versioned trees of fields, criteria and leaves, owned by a unit.

Read in this order: models (sets, nodes, work, consultations), rules (inputs to points, pure), compact (a rule
as one short text), wording (a rule in words), applying (for whom a node applies), opinions
(reads of consultations), queries, frames (what a framework fixes), comparing (two
sets node by node, pure), checks (what keeps a set from being
published), actions (edit a draft, publish, copy), walls (triggers round published sets),
forms_versions (shapes of decisions, copies and comparisons),
forms_opinions (shapes of what is said in consultations), opinion_papers (the table of it as DOCX and XLSX),
api_opinions (the same as JSON),
trying (a rule tried with numbers),
workshop (what its page shows), placing (its forms), sheets (a set as a sheet, both
ways), loading (sets from files) with data (the illustration sets), views.
"""
