"""Shape of JSON about criteria sets and their nodes; writes call the same actions as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.core.exact import POINT
from backend.core.serializers import PointsSerializerField
from backend.criteria import actions, api_opinions, queries
from backend.criteria.models import CriteriaSet, Edit, Node
from permissions.roles import Verb
from tiers.models import Kind, Unit


class NodeSerializer(serializers.ModelSerializer[Node]):
    """A group or a leaf. ``params`` are those of the rule; points are text with three decimals."""

    max_points = PointsSerializerField(min_points=POINT, required=False, allow_null=True)
    planned_points = PointsSerializerField(min_points=POINT, required=False, allow_null=True)

    class Meta:
        model = Node
        fields = [
            "id", "criteria_set", "parent", "code", "level", "title", "is_leaf", "max_points",
            "planned_points", "source", "rule", "params", "guidance", "evidence_asked",
            "needs_evidence", "lead_agency", "previous", "revision",
        ]  # fmt: skip
        read_only_fields = ["id", "level", "revision"]
        extra_kwargs = {"code": {"required": False}}
        validators: list[Any] = []  # the action says no, in words


class NodeEditSerializer(NodeSerializer):
    """What may be changed of a node; what is left out stays. With ``revision`` nothing newer is overwritten."""

    revision = serializers.IntegerField(required=False, min_value=0)

    class Meta(NodeSerializer.Meta):
        read_only_fields = ["id", "level", "criteria_set", "parent"]


class SeenSerializer(serializers.Serializer[Node]):
    """The set's revision as it was read; a change of the same row since is refused."""

    seen = serializers.IntegerField(required=False, min_value=0)


class MoveSerializer(SeenSerializer):
    """Which way a node goes; ``group`` is where "into" leads, null for the row of fields."""

    way = serializers.ChoiceField(choices=actions.WAYS)
    group = serializers.IntegerField(required=False, allow_null=True)


class SplitSerializer(SeenSerializer):
    """Into how many leaves one is split."""

    parts = serializers.IntegerField(min_value=2, max_value=actions.MOST_PARTS)


class EditSerializer(serializers.ModelSerializer[Edit]):
    """One change of a draft's tree; ``number`` is the set's revision it made."""

    class Meta:
        model = Edit
        fields = ["number", "said", "made_by", "made_at", "is_undone"]
        read_only_fields = fields


class UndoSerializer(serializers.Serializer[Edit]):
    """Which edit is undone; the newest one not undone where it is left out."""

    number = serializers.IntegerField(required=False, min_value=0)


class SetSerializer(serializers.ModelSerializer[CriteriaSet]):
    """A criteria set without its tree."""

    scale = PointsSerializerField(min_points=POINT, required=False)
    kind = serializers.SlugRelatedField(slug_field="code", queryset=Kind.objects.all())

    class Meta:
        model = CriteriaSet
        fields = [
            "id", "owner", "kind", "title", "year", "version", "state", "scale", "legal_number",
            "legal_date", "legal_signer", "is_framework", "framework", "published_at", "is_illustration", "revision",
        ]  # fmt: skip
        read_only_fields = [
            "id", "version", "state", "framework", "published_at", "is_illustration", "revision",
        ]  # fmt: skip
        validators: list[Any] = []


class SetEditSerializer(SetSerializer):
    """What may be changed of a draft; what is left out stays."""

    class Meta(SetSerializer.Meta):
        read_only_fields = [*SetSerializer.Meta.read_only_fields, "owner", "kind", "year"]


class WholeSetSerializer(SetSerializer):
    """A criteria set with its nodes in the order of reading."""

    nodes = serializers.SerializerMethodField()

    class Meta(SetSerializer.Meta):
        fields = [*SetSerializer.Meta.fields, "nodes"]

    @extend_schema_field(NodeSerializer(many=True))
    def get_nodes(self, criteria_set: CriteriaSet) -> Any:
        """Return every node of the set."""
        return NodeSerializer(queries.nodes_of(criteria_set), many=True).data


class CopySerializer(serializers.Serializer[CriteriaSet]):
    """For whom and when a copy is."""

    year = serializers.IntegerField(min_value=2000, max_value=2100)
    owner = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.all(), required=False)
    kind = serializers.SlugRelatedField(slug_field="code", queryset=Kind.objects.all(), required=False)
    title = serializers.CharField(max_length=300, required=False)


class DecisionSerializer(serializers.ModelSerializer[CriteriaSet]):
    """The decision that issues a set, where it is known only at publication."""

    class Meta:
        model = CriteriaSet
        fields = list(actions.LEGAL)
        extra_kwargs = {name: {"required": False} for name in actions.LEGAL}


class FollowSerializer(serializers.Serializer[CriteriaSet]):
    """Who makes a set inside a framework, and for which year."""

    owner = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.all())
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    title = serializers.CharField(max_length=300, required=False)


class ProblemSerializer(serializers.Serializer[Any]):
    """One thing to mend before a set can be published; ``node`` is null for the whole set."""

    node = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemsSerializer(serializers.Serializer[Any]):
    """Everything to mend before a set can be published."""

    problems = ProblemSerializer(many=True)


class SetViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[CriteriaSet]):
    """Criteria sets the person writes, sees, or is scored by."""

    serializer_class = SetSerializer
    queryset = CriteriaSet.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[CriteriaSet]:
        """Return the sets within the person's seats."""
        return queries.sets_for(self.request.actor)

    def _managed(self) -> CriteriaSet:
        """Return the set if the person writes it; asked before anything sent is read."""
        criteria_set = self.get_object()
        self.request.actor.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
        return criteria_set

    @extend_schema(responses=WholeSetSerializer)
    def retrieve(self, request: Request, pk: str | None = None) -> Response:
        """Return one set with its tree."""
        return Response(WholeSetSerializer(self.get_object()).data)

    @extend_schema(request=SetSerializer, responses={201: SetSerializer})
    def create(self, request: Request) -> Response:
        """Make a draft."""
        request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
        values = _read(SetSerializer, request)
        made = actions.create_set(values.pop("owner"), by=request.actor, **values)
        return Response(SetSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SetEditSerializer, responses=SetSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change the title, scale or legal basis of a draft."""
        criteria_set = self._managed()
        values = _read(SetEditSerializer, request, partial=True)
        return Response(SetSerializer(actions.edit_set(criteria_set, by=request.actor, **values)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Discard a draft."""
        actions.discard_set(self.get_object(), by=request.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=ProblemsSerializer)
    @action(detail=True)
    def problems(self, request: Request, pk: str | None = None) -> Response:
        """Return everything to mend before the set can be published."""
        found = actions.problems_of_set(self.get_object())
        return Response({"problems": [problem.as_dict() for problem in found]})

    @extend_schema(request=DecisionSerializer, responses=SetSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str | None = None) -> Response:
        """Publish a draft; it never changes again. Number and date of the decision are asked, illustrations aside."""
        criteria_set = self._managed()
        legal = _read(DecisionSerializer, request)
        return Response(SetSerializer(actions.publish(criteria_set, by=request.actor, **legal)).data)

    @extend_schema(request=FollowSerializer, responses={201: SetSerializer})
    @action(detail=True, methods=["post"])
    def follow(self, request: Request, pk: str | None = None) -> Response:
        """Make a draft inside a published framework of a unit above."""
        framework = self.get_object()
        request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
        values = _read(FollowSerializer, request)
        made = actions.follow_framework(framework, by=request.actor, **values)
        return Response(SetSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={201: SetSerializer})
    @action(detail=True, methods=["post"])
    def new_version(self, request: Request, pk: str | None = None) -> Response:
        """Make a draft of the next version of a published set."""
        made = actions.new_version(self.get_object(), by=request.actor)
        return Response(SetSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CopySerializer, responses={201: SetSerializer})
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: str | None = None) -> Response:
        """Make a draft for another year, owner or kind of unit."""
        criteria_set = self.get_object()
        request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
        values = _read(CopySerializer, request)
        made = actions.copy_set(criteria_set, by=request.actor, **values)
        return Response(SetSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=UndoSerializer, responses=EditSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str | None = None) -> Response:
        """Take back one change of the draft's tree."""
        edit = actions.undo(self._managed(), by=request.actor, **_read(UndoSerializer, request))
        edit.refresh_from_db(fields=["is_undone"])
        return Response(EditSerializer(edit).data)


class NodeViewSet(mixins.RetrieveModelMixin, GenericViewSet[Node]):
    """Nodes of the sets the person may see."""

    serializer_class = NodeSerializer
    queryset = Node.objects.none()
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Node]:
        """Return the nodes of the sets within the person's seats."""
        return queries.nodes_for(self.request.actor)

    def _managed(self) -> Node:
        """Return the node if the person writes its set; asked before anything sent is read."""
        node = self.get_object()
        self.request.actor.require(Verb.MANAGE_CRITERIA, at=node.criteria_set.place())
        return node

    @extend_schema(request=NodeSerializer, responses={201: NodeSerializer})
    def create(self, request: Request) -> Response:
        """Add a node at the end of a group of a draft."""
        request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
        values = _read(NodeSerializer, request)
        chosen = values.pop("criteria_set")
        # Outside the person's sets it is 404, as if it did not exist.
        owner = get_object_or_404(queries.sets_for(request.actor), pk=chosen.pk)
        made = actions.add_node(owner, by=request.actor, **values)
        return Response(NodeSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=NodeEditSerializer, responses=NodeSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change a node of a draft."""
        node = self._managed()
        values = _read(NodeEditSerializer, request, partial=True)
        node = actions.edit_node(node, by=request.actor, **values)
        return Response(NodeSerializer(node).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Delete a node of a draft with all under it."""
        actions.delete_node(self.get_object(), by=request.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=MoveSerializer, responses=NodeSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str | None = None) -> Response:
        """Move a node up, down, out of its group, or into another."""
        node = self._managed()
        values = _read(MoveSerializer, request)
        group = values.pop("group", None)
        target = get_object_or_404(node.criteria_set.nodes, pk=group) if group is not None else None
        return _as_it_stands(
            actions.shift_node(node, values.pop("way"), by=request.actor, group=target, **values)
        )

    @extend_schema(request=SplitSerializer, responses={201: NodeSerializer(many=True)})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str | None = None) -> Response:
        """Split a leaf into several under a group of its code; return the new leaves."""
        made = actions.split_node(self._managed(), by=request.actor, **_read(SplitSerializer, request))
        return Response(NodeSerializer(made, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SeenSerializer, responses={201: NodeSerializer})
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: str | None = None) -> Response:
        """Copy a node with all under it, right behind it."""
        made = actions.duplicate_node(self._managed(), by=request.actor, **_read(SeenSerializer, request))
        return _as_it_stands(made, status=status.HTTP_201_CREATED)


def _as_it_stands(node: Node, **options: Any) -> Response:
    node.refresh_from_db()
    return Response(NodeSerializer(node).data, **options)


def _read(
    shape: type[serializers.BaseSerializer[Any]], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    sent = shape(data=request.data, partial=partial)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


ROUTES = [
    ("criteria-sets", SetViewSet, "criteria-set"),
    ("criteria-nodes", NodeViewSet, "criteria-node"),
    *api_opinions.ROUTES,
]
