"""Pages of results."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """Fifty a page unless asked; two hundred at most."""

    page_size = 50
    page_size_query_param = "size"
    max_page_size = 200
