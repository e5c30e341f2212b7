"""What an owner of the database can do to it, and who must object: verify, verify-bundle, verify-diff. Import after Django."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deploy.benches.forging import beside, histories
from deploy.benches.forging.books import Books


@dataclass(frozen=True)
class Deed:
    """One kind of forgery; ``by_diff`` is against this that was held outside ("" where that can't help)."""

    do: Callable[[Books], None]
    by_verify: bool = True
    by_bundle: bool = True
    by_diff: str = "note"

    @property
    def name(self) -> str:
        """Return the name of the kind."""
        return self.do.__name__

    @property
    def what(self) -> str:
        """Return what is done, in a sentence."""
        return (self.do.__doc__ or "").strip()

    def missed(self, books: Books, seed: int) -> list[str]:
        """Do it; return who must have objected and did not."""
        with books.opened(seed):
            self.do(books)
            by_verify, by_bundle, by_diff = books.judged()
        silent = {
            "verify": self.by_verify and not by_verify,
            "verify-bundle": self.by_bundle and not by_bundle,
            "verify-diff": self.by_diff != "" and not by_diff[self.by_diff],
        }
        return [name for name, is_silent in silent.items() if is_silent]


DEEDS = (
    Deed(histories.note_changed),
    Deed(histories.reason_changed),
    Deed(histories.author_changed),
    Deed(histories.author_renamed),
    Deed(histories.step_changed),
    Deed(histories.unit_renamed),
    Deed(histories.back_dated),
    Deed(histories.kind_changed),
    Deed(histories.row_and_live_changed),
    Deed(histories.deleted),
    Deed(histories.deleted_and_sealed),
    Deed(histories.tail_cut),
    Deed(histories.tail_and_entries_cut),
    Deed(histories.chain_gone),
    Deed(histories.reordered),
    Deed(histories.reordered_and_sealed),
    Deed(histories.swapped_between_chains),
    Deed(histories.contents_swapped),
    Deed(histories.inserted_without_the_key, by_bundle=False, by_diff=""),
    Deed(histories.inserted_between),
    Deed(histories.edited_and_sealed),
    Deed(histories.edited_and_log_refitted),
    Deed(histories.edited_and_signed_by_a_stranger),
    Deed(histories.edited_and_signed_under_another_name),
    Deed(histories.digest_changed),
    Deed(histories.mac_changed, by_bundle=False, by_diff=""),
    Deed(histories.link_changed),
    Deed(histories.salt_changed),
    Deed(histories.commitment_swapped),
    Deed(histories.name_and_commitment_forged),
    Deed(histories.erased_without_a_document, by_bundle=False, by_diff=""),
    Deed(histories.shape_changed, by_bundle=False, by_diff=""),
    Deed(histories.head_changed, by_bundle=False, by_diff=""),
    Deed(histories.head_lowered),
    Deed(histories.entry_edited),
    Deed(histories.entry_deleted),
    Deed(histories.log_cut),
    Deed(histories.occasion_moved),
    Deed(histories.occasion_renamed),
    Deed(histories.checkpoint_deleted),
    Deed(histories.newest_checkpoint_deleted, by_bundle=False, by_diff="newest"),
    Deed(histories.note_replaced),
    Deed(histories.live_changed, by_bundle=False, by_diff=""),
    Deed(beside.points_and_total_changed),
    Deed(beside.seat_changed),
    Deed(beside.account_renamed),
    Deed(beside.older_value_put_back, by_bundle=False, by_diff=""),
    Deed(beside.older_points_put_back, by_bundle=False, by_diff=""),
    Deed(beside.accesses_emptied, by_bundle=False, by_diff=""),
    Deed(beside.access_deleted, by_bundle=False, by_diff=""),
    Deed(beside.access_changed, by_bundle=False, by_diff=""),
    Deed(beside.access_moved, by_bundle=False, by_diff=""),
    Deed(beside.stored_file_exchanged, by_bundle=False, by_diff=""),
    Deed(beside.stored_file_resized, by_bundle=False, by_diff=""),
    Deed(beside.line_of_the_room_changed, by_bundle=False, by_diff=""),
    Deed(beside.line_of_the_room_inserted, by_bundle=False, by_diff=""),
    Deed(beside.published_row_changed, by_bundle=False, by_diff=""),
    Deed(beside.published_field_changed, by_bundle=False, by_diff=""),
    Deed(beside.published_leaf_changed, by_bundle=False, by_diff=""),
    Deed(beside.published_bands_renamed, by_bundle=False, by_diff=""),
    Deed(beside.published_row_gone, by_bundle=False, by_diff=""),
    Deed(beside.published_row_given_away, by_bundle=False, by_diff=""),
    Deed(beside.published_row_and_digest_changed, by_bundle=False, by_diff=""),
    Deed(histories.all_rewritten, by_verify=False, by_bundle=False, by_diff="note"),
    Deed(histories.log_rolled_back, by_verify=False, by_bundle=False, by_diff="newest"),
    Deed(histories.uncovered_tail_cut, by_verify=False, by_bundle=False, by_diff="bundle"),
    Deed(histories.uncovered_rewritten, by_verify=False, by_bundle=False, by_diff="bundle"),
)
