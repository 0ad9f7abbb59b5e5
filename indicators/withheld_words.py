"""How many counts an audience's copy withholds, in sentences that a planning officer reads."""

from collections.abc import Callable, Iterator, Mapping

from indicators.messages import message


def withheld_sentences(
    counts: Mapping[str, int], language: str, write: Callable[[int], str] = str
) -> Iterator[str]:
    """How many of how many and why; then what withholding did not achieve, where there is any.

    counts: the fields of `disclosure.Withheld`, as in `withheld.json`; write: a number as text.
    """
    withheld = counts["primary"] + counts["complementary"]
    if not withheld:
        yield message("disclosure.nothing_withheld", language)
        return
    yield message(
        "disclosure.withheld",
        language,
        withheld=write(withheld),
        cells=write(counts["cells"]),
        share=write(round(100 * withheld / counts["cells"])),
        primary=write(counts["primary"]),
        complementary=write(counts["complementary"]),
    )
    short_of = {
        "in_vain": counts["known"] + counts["derivable"],
        "narrow": counts["narrow"],
        "unproven": counts["unproven"],
    }
    for name, number in short_of.items():
        if number:
            yield message(f"disclosure.{name}", language, number=write(number))
