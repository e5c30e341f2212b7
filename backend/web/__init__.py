"""The web shell: the base page, the components every page is built from, and the error pages.

Pages of a slice extend ``web/base.html`` and include ``web/_*.html``; they never import this package.
Read in this order: nav, context, tones, templatetags/vn, typed and answers (what an error page keeps and
shows), middleware, views, urls; then templates and static.
"""
