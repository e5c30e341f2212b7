"""The table of all kinds of forgery, and which of the outsider's two checks must catch each.

What verify-bundle must catch, verify-diff must catch too, since it checks both that it is given.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deploy.benches.forging import liars, logs, partials, rows
from deploy.benches.forging.cases import Case, honest, partial


@dataclass(frozen=True)
class Kind:
    """One kind: how it is made, on what, and who must catch it."""

    forge: Callable[[Case], None]
    group: str
    by_bundle: bool = True
    partial: bool = False

    @property
    def name(self) -> str:
        """Return the name of the kind."""
        return f"{self.group}.{self.forge.__name__}"

    @property
    def what(self) -> str:
        """Return what is forged, in a sentence."""
        return (self.forge.__doc__ or "").strip()

    def forged(self, seed: int) -> Case:
        """Return the case of this seed, forged."""
        case = (partial if self.partial else honest)(seed)
        self.forge(case)
        return case


ROWS = (
    rows.field_changed,
    rows.field_added,
    rows.reason_changed,
    rows.author_changed,
    rows.step_changed,
    rows.kind_changed,
    rows.back_dated,
    rows.back_dated_and_sealed,
    rows.deleted,
    rows.deleted_and_sealed,
    rows.reordered,
    rows.reordered_and_sealed,
    rows.inserted,
    rows.inserted_and_sealed,
    rows.repeated,
    rows.swapped_between_chains,
    rows.chains_exchanged,
    rows.edited_and_sealed,
    rows.first_row_edited_and_sealed,
    rows.tail_cut,
    rows.chain_gone,
    rows.chain_emptied,
    rows.digest_changed,
    rows.link_changed,
    rows.number_changed,
    rows.commitment_swapped,
    rows.name_forged,
    rows.name_changed,
    rows.salt_changed,
    rows.salt_lost,
    rows.value_lost,
)
LOGS = (
    logs.entry_edited,
    logs.entry_shortened,
    logs.entry_refitted,
    logs.entry_deleted,
    logs.entries_reordered,
    logs.entry_inserted,
    logs.log_cut,
    logs.log_lengthened,
    logs.tail_and_entries_cut,
    logs.signed_by_a_stranger,
    logs.all_signed_by_a_stranger,
    logs.stranger_under_our_hash,
    logs.origin_changed,
    logs.signature_bent,
    logs.signature_of_two_forms,
    logs.note_size_changed,
    logs.note_root_changed,
    logs.note_lengthened,
    logs.note_lost,
    logs.notes_exchanged,
    logs.old_note_as_new,
    logs.occasion_moved,
    logs.occasion_renamed,
    logs.occasion_lost,
    logs.occasion_size_moved,
    logs.called_partial,
)
CONSISTENT_LIES = (  # true in themselves: only what is held outside gives them away
    liars.history_rewritten,
    liars.row_slipped_in,
    liars.occasion_rewritten,
    liars.checkpoint_slipped_in,
    liars.split_view,
    liars.split_bundles,
    liars.rolled_back,
    liars.rolled_back_and_on,
    liars.not_yet_covered_rewritten,
    liars.partial_without_the_old_note,
)
CLUMSY_LIES = (
    liars.recorded_after_its_checkpoint,
    liars.recorded_before_the_last_checkpoint,
    liars.back_dated_and_not_yet_covered,
    liars.chain_shrinking,
    liars.checkpoint_in_another_place,
    liars.partial_of_another_history,
)
PROOFS = (
    partials.inclusion_node_flipped,
    partials.consistency_node_flipped,
    partials.node_lost,
    partials.index_moved,
    partials.proven_head_changed,
    partials.checkpoint_proof_lost,
    partials.consistency_lost,
    partials.partial_row_edited,
    partials.partial_tail_cut,
)
FILES = (
    partials.file_doubled,
    partials.file_astray,
    partials.file_lost,
    partials.file_torn,
    partials.json_spaced,
    partials.json_doubled,
    partials.fraction,
    partials.rows_of_no_chain,
    partials.length_misstated,
)


def _all() -> Iterator[Kind]:
    for group, forges in {"rows": ROWS, "log": LOGS, "liar": CLUMSY_LIES, "files": FILES}.items():
        yield from (Kind(forge, group) for forge in forges)
    yield from (Kind(forge, "liar", by_bundle=False) for forge in CONSISTENT_LIES)
    yield from (Kind(forge, "proofs", partial=True) for forge in PROOFS)


KINDS = tuple(_all())
